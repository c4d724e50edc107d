/// What rules see of a record. Everything is worked out when it is first asked for, and once.
#pragma once

#include "chat/message.hpp"
#include "record/record.hpp"
#include "text/language.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class JqValue;

class Subject {
public:
    /// `on`: what gives the text instead of the last user turn, or null. Both are borrowed.
    Subject(const Record& record, JqValue* on) : record_(record), on_(on) {}
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

    const Record& record() const noexcept { return record_; }
    /// The last user turn, or what `on` gives. Throws Error{data} where the record has neither prompt nor messages.
    std::string_view text();
    /// Of the whole input: system, turns, passages, tools, schema; estimated.
    long tokens();
    Language language();
    /// MIME types of what is attached, in messages too.
    const std::vector<std::string>& attachments();
    bool has_image();

private:
    const std::vector<Message>& messages();

    const Record& record_;
    JqValue* on_;
    std::optional<std::string_view> text_;
    std::string kept_;  ///< the text where it is no piece of the line
    std::optional<long> tokens_;
    std::optional<Language> language_;
    std::optional<std::vector<std::string>> attachments_;
    std::optional<std::vector<Message>> messages_;
};

}  // namespace llm
