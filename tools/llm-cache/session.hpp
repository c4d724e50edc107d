/// What the verbs stand on, opened in this order.
#pragma once

#include "flags.hpp"

#include "ask/form.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "cache/question.hpp"
#include "cache/store.hpp"
#include "call/embedding.hpp"

#include <filesystem>
#include <functional>

namespace llm {

/// What to do where the store cannot be had as it is wanted. reading: one that must not be written is read. empty: one that is not there yet
/// is as one without entries, which is said.
enum class Fallback { none, reading, empty };

struct CacheSession {
    CacheSession(const Tool&, const CacheFlags&, Access, Fallback = Fallback::none);
    CacheSession(const CacheSession&) = delete;
    CacheSession& operator=(const CacheSession&) = delete;

    Environment environment;
    Settings settings;
    Models models;
    Loop loop;
    Form form;
    std::filesystem::path path;  ///< of the store
    CacheStore store;

    QuestionOptions question_options(const CacheFlags&) const;
    /// Whether it is the store that cannot be opened, and not the command line that is wrong.
    static bool is_of_the_store(const Error& e) { return e.fault == Fault::io || e.fault == Fault::locked || e.fault == Fault::config; }
    bool read_only() { return store.db().access() == Access::read; }
};

using Say = std::function<void(std::string_view)>;
/// Lines for people on stderr.
Say say_as(const Tool&);
/// For what makes vectors.
EmbeddingOptions embedding_options(const Tool&, const CacheFlags&);
/// Where --explain was given; else empty.
Say explain_as(const Tool&, const CacheFlags&);

}  // namespace llm
