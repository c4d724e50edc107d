/// What a request asks, and the text it gives to look in, told apart without understanding either.
#pragma once

#include "chat/request.hpp"

#include <string>
#include <vector>

namespace llm {

struct UserQuestion {
    std::string text;
    std::vector<std::string> passages;  ///< in the order of the request; may be empty
};

/// The question is a paragraph of the last user turn: the last one that ends in a question mark, if it is the first or the last of
/// all, else the first one (llm-ask puts its prompt before stdin). Of a turn of one paragraph, with nothing else to look in, the
/// sentences that end in a question mark are the question and the rest is text.
/// Passages are the other paragraphs, the other user and tool turns, and attachments of text; system turns only
/// where there is nothing else. Lines that are nothing but a tag (`<passage …>`) or a code fence are left out, and so are numbers in brackets
/// at the beginning of a paragraph (`[1]`).
UserQuestion question_of(const Request&);

/// Text that can be read as it is: text/*, JSON, XML, YAML and the like.
bool is_text(const Attachment&);

}  // namespace llm
