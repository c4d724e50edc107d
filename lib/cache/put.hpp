/// The step of `llm-cache put`: keeps complete, successful answers.
#pragma once

#include "cache/agree.hpp"
#include "cache/decisions.hpp"
#include "cache/question.hpp"
#include "cache/semantic.hpp"
#include "cache/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct PutOptions {
    std::optional<std::chrono::milliseconds> ttl;
    std::optional<std::chrono::milliseconds> negative_ttl;  ///< keeps failures that long; absent: not at all
    long samples = 1;
    std::vector<std::string> tags;
    enum class Refusals { dropped, kept } refusals = Refusals::dropped;
    /// Whose vectors are made: those that were looked up by similarity, or all. The others have them made later (tend.hpp).
    enum class Findable { as_looked_up, all } findable = Findable::as_looked_up;
    AgreeOptions agree;  ///< for what an explored question teaches
    std::function<void(std::string_view)> explain;  ///< gets a line a record that is not stored; may be empty
    std::function<void(std::string_view)> warn;     ///< words to people; may be empty
};

/// Why an answer must not be stored, in words; empty where it may. `response` is JSON.
std::string_view why_not(std::string_view response, PutOptions::Refusals);

class Putter {
public:
    /// All are borrowed.
    Putter(CacheStore&, Questions&, PutOptions, Semantic&);
    /// The one of another embedder, for records that were looked up with it; null where there is no such embedder.
    void others(std::function<Semantic*(const std::string& embedder)> o) { others_ = std::move(o); }

    /// Stores the record's answer, or gives its lease back. Where its look-up was a semantic one, it is found by similarity from now on;
    /// not so where it was explored and the entry's answer turned out to be right, so that outcomes gather at that entry.
    /// False where it must wait for something (an embedder, an explored answer that is to be compared): nothing is done then, and
    /// patient_step is to be called.
    bool step(Record&);
    Task<void> patient_step(Record&);
    /// A record that failed on its way.
    void failed(const Record&);
    /// Where a record's answer belongs.
    struct Place {
        CacheKey key;
        std::string space, text, fingerprint, model;
        std::string embedder = {};  ///< it was looked up with; empty: not by similarity
        bool explored = false;
    };
    /// Stores there what the record has. The row, 0 where it was not stored.
    std::int64_t keep(const Record&, const Place&);
    /// Compares the record's answer with that of the entry the question was explored for, and has the entry learn from it. The verdict;
    /// nothing where there was nothing to learn.
    Task<std::optional<HitVerdict>> learn(const Record&, const CacheKey&, const std::string& text);

private:
    std::optional<Place> place(Record&);
    /// The namespace that the look-up of a record was in: its key holds nowhere else.
    std::string space_of(const Json& cache);
    /// What makes the vector of such an answer; null: none is made.
    Semantic* semantic_for(const Place&);
    void explain(const Record&, std::string_view) const;

    CacheStore& store_;
    Questions& questions_;
    PutOptions options_;
    Semantic& semantic_;
    std::function<Semantic*(const std::string&)> others_;
    bool said_space_ = false;
};

}  // namespace llm
