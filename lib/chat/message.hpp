/// One turn of a conversation. The wire shape in records is OpenAI's chat shape
/// (openai/openai-openapi, ChatCompletionRequestMessage); each provider translates it.
#pragma once

#include "base/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class Role { system, user, assistant, tool };
std::string_view name(Role) noexcept;

/// An image, a document or a sound that goes with a turn: bytes, or an address, never both.
struct Attachment {
    std::string type;  ///< MIME type, `image/png`
    std::string data;  ///< the bytes themselves, not base64; empty where `url` is set
    std::string url;   ///< http(s) address the provider fetches
    std::string name;  ///< file name, may be empty
    std::string detail{};  ///< images: "low", "high", "auto" for OpenAI; may be empty
};

struct Part {
    enum class Kind { text, media } kind = Kind::text;
    std::string text;
    Attachment media;
};

struct Message {
    Role role = Role::user;
    std::vector<Part> parts;
    Json tool_calls;           ///< assistant: OpenAI shape array, or null
    std::string tool_call_id;  ///< tool: the call this answers
    std::string name;          ///< tool: the function's name; else the speaker's, may be empty
    /// What a provider wants back unchanged (thought signatures), under its protocol's name, or null. Member `provider`
    /// of a turn on the wire; another provider leaves it unread.
    Json provider;

    /// All text parts joined.
    std::string text() const;
    static Message of(Role, std::string text);
};

/// From the record's `messages` member. Beyond OpenAI's shape: `arguments` may be an object, a `file` part may have a
/// `file_url`, role developer is system. Throws Error{data} that names the turn and the member.
std::vector<Message> messages_of(const Json& messages);
/// One turn of it; `where` is put in front of the error ("messages[3]").
Message message_of(const Json& turn, std::string_view where);
/// Back to the wire shape. Media become `data:` URLs.
Json to_json(const Message&);

}  // namespace llm
