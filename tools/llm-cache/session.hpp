/// What the verbs stand on, opened in this order.
#pragma once

#include "flags.hpp"

#include "ask/form.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "cache/question.hpp"
#include "cache/store.hpp"

#include <functional>

namespace llm {

struct CacheSession {
    CacheSession(const Tool&, const CacheFlags&, Access);
    CacheSession(const CacheSession&) = delete;
    CacheSession& operator=(const CacheSession&) = delete;

    Environment environment;
    Settings settings;
    Models models;
    Loop loop;
    Form form;
    CacheStore store;

    QuestionOptions question_options(const CacheFlags&) const;
};

using Say = std::function<void(std::string_view)>;
/// Lines for people on stderr.
Say say_as(const Tool&);
/// Where --explain was given; else empty.
Say explain_as(const Tool&, const CacheFlags&);

}  // namespace llm
