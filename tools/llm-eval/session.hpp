/// What the verbs that check stand on, opened in this order; nothing is sent or read before it is needed.
#pragma once

#include "flags.hpp"

#include "base/loop.hpp"
#include "base/settings.hpp"
#include "call/caller.hpp"
#include "chat/model.hpp"
#include "evaluators/needs.hpp"

#include <functional>

namespace llm {

struct EvalSession {
    /// `folder`: what `file://` in assertions is relative to.
    EvalSession(const Tool&, const EvalFlags&, const std::filesystem::path& folder = {});
    EvalSession(const EvalSession&) = delete;
    EvalSession& operator=(const EvalSession&) = delete;

    Environment environment;
    Settings settings;
    Loop loop;
    Models models;
    Caller caller;
    EvaluatorTools tools;
};

/// True once the reader of a pipe or socket has gone.
bool nobody_reads(int fd);
/// A line for people on stderr.
void say(const Tool&, std::string_view);

}  // namespace llm
