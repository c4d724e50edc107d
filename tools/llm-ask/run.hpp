/// The ways llm-ask runs: one prompt, many records, listings.
#pragma once

#include "flags.hpp"

#include "ask/asker.hpp"
#include "base/settings.hpp"

namespace llm {

/// What every way needs; made once the configuration is known to be needed.
struct AskSession {
    AskSession(const Tool&, const AskFlags&);
    AskSession(const AskSession&) = delete;
    AskSession& operator=(const AskSession&) = delete;

    Environment environment;
    Settings settings;
    Loop loop;
    Models models;
    Caller caller;
    Form form;
    /// For one prompt or for records.
    AskOptions options(const Tool&, const AskFlags&, bool text) const;
};

/// How calls are to be made, as flags and settings say.
CallOptions call_options_of(const Tool&, const AskFlags&, const Settings&);

/// True where stdin is to be read beside a prompt: a pipe, file or socket, unless --no-stdin.
bool stdin_has_text(const AskFlags&);

/// What -c and --cid ask for: the turns so far and the id under which the next ones are journalled. Empty where neither is given.
struct Conversation {
    std::string id;
    std::vector<Message> turns;
};
Conversation conversation_of(const AskSession&, const AskFlags&);

/// One prompt: the exit code is 0 or that of its own fault (thrown).
int ask_one(AskSession&, const Tool&, const AskFlags&, std::string prompt);
/// A conversation line by line.
int converse(AskSession&, const Tool&, const AskFlags&, Conversation);
/// stdin's records or lines.
int ask_records(AskSession&, const Tool&, const AskFlags&);
/// All of stdin joined behind the prompt (or alone, where the prompt is "-").
std::string prompt_with_stdin(const Tool&, const AskFlags&);

/// --batch.
int batch(const Tool&, const AskFlags&);
int show_budget(const Tool&, const AskFlags&);
int list_models(const Tool&, const AskFlags&);
int read_log(const Tool&, const AskFlags&);
/// What the shell is offered.
std::vector<Candidate> model_candidates(std::string_view prefix);
std::vector<Candidate> option_candidates(std::string_view prefix);

}  // namespace llm
