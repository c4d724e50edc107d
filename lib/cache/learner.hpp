/// Decides under a bound on wrong answers, from the outcomes in the store (learned.hpp).
#pragma once

#include "cache/learned.hpp"
#include "cache/store.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace llm {

class Learner {
public:
    /// The store is borrowed.
    Learner(CacheStore&, double max_error);

    double max_error() const noexcept { return max_error_; }

    struct Choice {
        enum class What { give, explore } what = What::explore;
        HitEvidence evidence;
        double risk = 1;
    };
    /// About the entry in row `entry`; `seen` has its score and neighbours.
    Choice choose(std::int64_t space, std::int64_t entry, HitEvidence seen);

private:
    /// Of a namespace, read anew now and then.
    struct Known {
        RiskCurve curve;
        std::vector<double> risks;  ///< of the last decisions
        double limit = 0;
        std::size_t decided = 0;    ///< since it was read
    };
    void read(std::int64_t space, Known&);

    CacheStore& store_;
    double max_error_;
    std::mt19937_64 chance_;
    std::map<std::int64_t, Known> known_;
};

}  // namespace llm
