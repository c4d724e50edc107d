/// Files that go with a prompt.
#pragma once

#include "base/json.hpp"
#include "chat/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// MIME type by content (magic numbers) and then by the name's ending; "text/plain" for valid UTF-8, else "application/octet-stream".
std::string mime_type(std::string_view name, std::string_view content);

/// One member of `attachments` ({path | url | data, type}) as a part of a turn: text files as text under their name, others as media.
/// `data` is base64. Throws Error{data} naming `where`, the file and the reason.
Part attachment_part(const Json& member, std::string_view where);

/// `-a WHAT` as that member: an address (http, https) gives {url}, everything else {path}.
Json attachment_member(std::string_view what);

}  // namespace llm
