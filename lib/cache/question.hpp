/// What a record asks of the cache.
#pragma once

#include "ask/form.hpp"
#include "cache/key.hpp"
#include "chat/model.hpp"
#include "record/predicate.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

struct Question {
    CacheKey key;
    std::string text;         ///< what similarity is about: the last user turn's own text, without that of attachments, or what was chosen instead
    std::string fingerprint;  ///< of everything else; empty where it was not asked for
    bool text_chosen = false;  ///< it is not simply the last user turn's
    bool without_context = false;  ///< the record has one, and it does not count
    std::string model;        ///< provider/name, or as it was asked for; may be empty
};

inline constexpr std::string_view default_space = "default";

struct QuestionOptions {
    std::string space{default_space};
    enum class Space { assumed, given } space_is = Space::assumed;
    enum class Fingerprint { no, yes } fingerprint = Fingerprint::no;
    std::string on;       ///< jq program that chooses the text, or empty
    /// `run`: what a command answers depends on its words, on its files, and on every member of the record.
    std::string command;  ///< or empty
    std::vector<std::string> ignored;  ///< with `command`: members that do not count
};

/// What names a command in keys: its words and the content of the files among them, as far as they can be read.
std::string command_meaning(const std::vector<std::string>& argv);

class Questions {
public:
    /// All are borrowed.
    Questions(const Form&, const Models&, QuestionOptions);

    /// Writes the request flags into the record. Throws Error{data} for what is no request, and where neither a model nor a
    /// namespace is known.
    Question of(Record&);
    /// Adds text and fingerprint where they were not asked for, given the record as `of` left it; neither where there is nothing to compare.
    void locate(const Record&, Question&);
    const std::string& space() const noexcept { return options_.space; }

private:
    const ResolvedModel& resolved(const std::string& asked);
    Question of_request(const Record&, QuestionOptions::Fingerprint);
    Question of_command(const Record&, QuestionOptions::Fingerprint);
    /// The members that count for a command; with `but`, without the text that is compared and what the template has of it.
    std::string members_of(const Record&, bool asks, const Question* but) const;
    void choose_text(const Record&, Question&, Request&);

    const Form& form_;
    const Models& models_;
    QuestionOptions options_;
    std::optional<JqProgram> on_;
    std::unordered_map<std::string, std::unique_ptr<ResolvedModel>> resolved_;
};

/// How many answers to keep or to choose among, where `wanted` are wished for: one at temperature 0, since the same comes again.
long samples_of(const Record&, long wanted);

/// The last user turn's text as the record has it (`prompt`, or of `messages`); empty where there is none.
std::string question_text(const Record&);

}  // namespace llm
