/// Whether run B is worse than run A, told case by case.
#pragma once

#include "eval/result.hpp"
#include "eval/statistics.hpp"
#include "eval/tally.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace llm {

/// What is compared. `pass` and what is named like a check are better when higher; cost, ms and tokens when lower.
struct CompareOptions {
    std::string metric = "pass";  ///< pass, score, cost, ms, tokens, or the name of a check
    double alpha = 0.05;
};

/// One run, gathered. Memory grows with the number of cases, by some hundred bytes each.
class Outcomes {
public:
    explicit Outcomes(std::string metric) : metric_(std::move(metric)) {}
    void add(const Result&);

    struct One {
        std::int64_t judged = 0, passed = 0;
        double sum = 0;         ///< of the metric
        std::int64_t valued = 0;
        std::string title;
        std::string reason;     ///< why it failed, of the first time
        double value() const { return valued > 0 ? sum / static_cast<double>(valued) : 0; }
        double rate() const { return judged > 0 ? static_cast<double>(passed) / static_cast<double>(judged) : 0; }
        bool flaky() const { return passed > 0 && passed < judged; }
    };
    /// By case, prompt and model.
    struct Key {
        std::string case_id, prompt, model;
        auto operator<=>(const Key&) const = default;
    };
    const std::map<Key, One>& all() const noexcept { return all_; }
    std::int64_t errors() const noexcept { return errors_; }
    std::set<std::string> prompts() const;
    std::set<std::string> models() const;
    const std::string& metric() const noexcept { return metric_; }

private:
    std::string metric_;
    std::map<Key, One> all_;
    std::int64_t errors_ = 0;
};

struct Comparison {
    std::string metric;
    bool higher_is_better = true;
    double alpha = 0.05;
    std::int64_t pairs = 0, only_a = 0, only_b = 0, errors_a = 0, errors_b = 0;
    std::int64_t worse = 0, better = 0;       ///< cases
    double a = 0, b = 0;                      ///< pass rates, or means of the metric
    RateInterval a_interval, b_interval;      ///< Wilson's, for pass
    MeanInterval difference;                  ///< B − A over the pairs, by bootstrap
    std::string test;                         ///< "McNemar's exact test", "sign test", "permutation test"
    double p = 1;                             ///< of that test, two-sided
    double effect = 0;                        ///< Cohen's h for pass, d of the differences for others
    enum class Verdict { regressed, improved, undecided } verdict = Verdict::undecided;
    std::optional<std::int64_t> needed;       ///< undecided: cases it would take to tell a change like this
    double detectable = 0;                    ///< pass: the smallest change that as many cases can tell, as a share
    std::vector<Remark> regressed, fixed, flaky;  ///< by name; for metrics other than pass the largest falls and rises
};

/// Pairs by case; prompt and model too where both runs have the same ones. Throws Error{usage} where they differ and there are several, or
/// nothing can be paired.
Comparison compare_runs(const Outcomes& a, const Outcomes& b, const CompareOptions&);

/// For people: what was compared, the numbers, the verdict, the lists.
std::string comparison_text(const Comparison&);
Json to_json(const Comparison&);

}  // namespace llm
