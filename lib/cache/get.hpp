/// The step of `llm-cache get`: gives a record its `cache`, and its `response` where there is one.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"
#include "cache/question.hpp"
#include "cache/semantic.hpp"
#include "cache/store.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace llm {

struct GetOptions {
    Lookup lookup;
    std::chrono::milliseconds lease{60'000};  ///< zero: none is taken
    std::chrono::milliseconds wait{0};        ///< for another process that has the lease
    std::function<void(std::string_view)> explain;  ///< gets a line a record; may be empty
};

class Getter {
public:
    /// All are borrowed.
    Getter(CacheStore&, Questions&, GetOptions, Semantic* = nullptr);

    /// False for what has its answer already.
    bool wants(const Record& record) const { return !record.has("response"); }
    /// Looks up, and waits for nobody.
    void step(Record&);
    /// The same; finds what was asked in other words, and where another process is at it, waits for its answer.
    Task<void> patient_step(Record&, Loop&);

    /// Fills the record in where the exact answer is there.
    bool answer(Record&, const Question&);
    /// A stored failure becomes the record's.
    void give(Record&, const Question&, const CachedAnswer&);
    /// What was asked in other words. The vector of the question stays in the match.
    Task<Match> similar(const Question&);
    void give(Record&, const Question&, const Match&);
    /// Notes the miss in the record, and what was refused, if anything was near.
    void miss(Record&, const Question&, const Match& = {});

private:
    void explain(const Record&, const Question&, std::string_view) const;

    CacheStore& store_;
    Questions& questions_;
    GetOptions options_;
    Semantic* semantic_;
};

}  // namespace llm
