/// What stands for turns that have no room: made by a model, or of their own sentences.
#pragma once

#include "base/task.hpp"
#include "call/caller.hpp"
#include "mem/turns.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace llm {

/// The turns as a person reads them, one paragraph each: "user: …".
std::string transcript_of(std::span<const Turn>);

/// The same in pieces of at most `tokens`, so that no model is given more than it takes in (a turn longer than that is cut).
std::vector<std::string> transcript_pieces(std::span<const Turn>, std::size_t tokens);

/// Something that makes the summary of `before` (a summary, may be empty) and then `turns`, of at most `tokens`.
struct Summariser {
    std::string name;  ///< "builtin/summary", "openai/gpt-5-mini"
    std::function<Task<std::string>(std::string before, std::vector<Turn> turns, std::size_t tokens)> make;
};

/// The sentences that carry most of it (text/extract.hpp). Free, the same every time.
Summariser builtin_summariser();
/// Asks the model, piece by piece where the turns are more than `most` tokens. Both are borrowed. An answer that is too long is cut.
Summariser model_summariser(Caller&, const ResolvedModel&, std::size_t most);

/// One question to a model, its answer as text.
Task<std::string> ask_model(Caller&, const ResolvedModel&, std::string system, std::string user, std::size_t max_tokens);

}  // namespace llm
