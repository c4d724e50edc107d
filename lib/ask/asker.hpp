/// The step of llm-ask: gives a record its `response`.
#pragma once

#include "ask/form.hpp"
#include "ask/schema.hpp"
#include "call/caller.hpp"
#include "record/filter.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

struct AskOptions {
    enum class Extract { whole, last_block } extract = Extract::whole;
    enum class Again { no, yes } again = Again::no;    ///< ask although there is a response
    enum class Stream { no, yes } stream = Stream::no;
    enum class Send { yes, dry_run } send = Send::yes;
    int repairs = 2;                                  ///< how often an answer that breaks its schema is sent back
    std::string conversation;                         ///< for the journal, or empty
    std::vector<Message> before;                      ///< earlier turns of that conversation
    std::function<void(std::string_view)> reasoning;  ///< gets the reasoning as it comes; may be empty
    std::function<void(std::string_view)> usage;      ///< gets a line a call; may be empty
    std::function<void(std::string_view)> explain;    ///< gets a line a record; may be empty
    std::function<void(std::string_view)> warn;       ///< gets what is worth saying once
};

class Asker {
public:
    /// All are borrowed.
    Asker(Caller&, const Models&, const Form&, AskOptions);

    /// False for what has its answer already.
    bool wants(const Record&) const;
    /// Throws Error; the loop turns it into the record's `error`.
    Task<void> step(Record&, Emitter&);

    /// A record's question, to be asked by other means than `step` (a batch): the flags are written into the record. Throws as `step` does.
    struct Question {
        const ResolvedModel* model;  ///< lives as long as this
        Request request;
    };
    Question prepare(Record&);
    /// The record's `response` from an answer to it: held to the schema once, without repair. Throws Error{schema}.
    std::string response(const Request&, Answer&);

    /// For --resume: what tells questions apart, the id and the completed request, however it came about. Throws as `step` does.
    std::string question(const Record&);
    /// Puts the answer of a finished record into one of the same question.
    void take_over(Record&, const Record& finished);

private:
    const ResolvedModel& resolved(const std::string& asked);
    void write_flags(Record&);
    /// The whole request of a record, whose flags are written.
    Asking complete(const Record&, const ResolvedModel*&);
    /// What of the schema the answer breaks; `value` is its JSON.
    std::vector<std::string> violations(const Request&, const Answer&, Json& value);
    Task<Answer> ask(const ResolvedModel&, Request, Emitter&, const CallContext&);
    Task<Answer> ask_for_json(const ResolvedModel&, Request, Emitter&, const CallContext&, Json& value);
    void dry_run(Record&, const ResolvedModel&, const Request&);
    SchemaCheck& check_of(const Json& schema);
    void explain(const Record&, const Asking&, const ResolvedModel&) const;

    Caller& caller_;
    const Models& models_;
    const Form& form_;
    AskOptions options_;
    std::optional<std::string> default_model_;
    std::unordered_map<std::string, std::unique_ptr<ResolvedModel>> resolved_;
    std::map<std::string, SchemaCheck> checks_;
    bool said_key_ = false;
};

/// The record's id as text, without its quotes; "" where it has none.
std::string id_text(const Record&);

/// How many tokens a request has, estimated.
long estimated_tokens(const Request&);

}  // namespace llm
