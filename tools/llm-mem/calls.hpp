/// What the verbs stand on that ask a model.
#pragma once

#include "session.hpp"

#include "ask/asker.hpp"
#include "call/caller.hpp"

namespace llm {

struct ModelCalls {
    ModelCalls(const Tool&, MemSession&, const TalkFlags&);

    Models models;
    Caller caller;
};

/// -m
void model_option(Verb&, std::optional<std::string>& model);

}  // namespace llm
