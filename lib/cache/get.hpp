/// The step of `llm-cache get`: gives a record its `cache`, and its `response` where there is one.
#pragma once

#include "base/loop.hpp"
#include "base/task.hpp"
#include "cache/question.hpp"
#include "cache/semantic.hpp"
#include "cache/store.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace llm {

struct GetOptions {
    Lookup lookup;
    std::optional<std::chrono::milliseconds> touch;  ///< what is given lives so long from then on, at least
    std::chrono::milliseconds lease{60'000};  ///< zero: none is taken
    std::chrono::milliseconds wait{0};        ///< for another process that has the lease
    /// kept: what has its lease goes on only when all before it have, so none is taken while one of those waits. Else two processes that
    /// meet in [X, Y] and [Y, X] would each hold what the other one waits for.
    enum class Order { kept, free } order = Order::kept;
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
    /// What is found exactly is found by similarity too from now on, where that is what is looked for.
    Task<void> make_findable(const Question&);
    /// A stored failure becomes the record's.
    void give(Record&, const Question&, const CachedAnswer&);
    /// What was asked in other words. The vector of the question stays in the match.
    Task<Match> similar(const Question&);
    void give(Record&, const Question&, const Match&);
    /// Takes the lease; where another process has it, waits as long as is wanted for the answer, which is then given: true.
    Task<bool> wait_for_others(Record&, const Question&, Loop&, std::uint64_t turn = 0);
    /// Notes the miss in the record, and what was refused, if anything was near.
    void miss(Record&, Question&, const Match& = {});
    bool waits() const { return options_.wait.count() > 0 && options_.lease.count() > 0; }

private:
    /// A record's place among those that were begun and have not ended.
    class Turn;
    bool lease(const CacheKey&);
    /// Lets go of the view, so that the next look sees what others have stored.
    void look_anew();
    void explain(const Record&, const Question&, std::string_view) const;

    CacheStore& store_;
    Questions& questions_;
    GetOptions options_;
    Semantic* semantic_;
    std::uint64_t begun_ = 0;
    std::set<std::uint64_t> unfinished_;
};

}  // namespace llm
