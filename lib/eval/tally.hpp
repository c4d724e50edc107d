/// Sums over a run, in memory that does not grow with the number of cases.
#pragma once

#include "base/json.hpp"
#include "eval/result.hpp"
#include "eval/statistics.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

/// Quantiles of what is measured, to one part in a hundred, in 12 KiB at most.
class Spread {
public:
    void add(double);
    std::int64_t count() const noexcept { return count_; }
    double sum() const noexcept { return sum_; }
    /// 0 where empty.
    double at(double share) const;

private:
    std::vector<std::uint32_t> buckets_;
    std::int64_t count_ = 0;
    double sum_ = 0;
};

struct MetricSum {
    std::int64_t cases = 0, passed = 0;
    double score = 0;  ///< sum
    double mean() const { return cases > 0 ? score / static_cast<double>(cases) : 0; }
    double pass_rate() const { return cases > 0 ? static_cast<double>(passed) / static_cast<double>(cases) : 0; }
};

/// What is summed up for a prompt and a model, or for the whole run.
struct Cell {
    std::string prompt, model;
    std::int64_t passed = 0, failed = 0, errors = 0, unjudged = 0, stored = 0;
    double score = 0;                           ///< sum over those judged
    std::map<std::string, MetricSum> metrics;   ///< by name
    Spread ms;
    double cost = 0;                            ///< dollars, as far as known
    std::int64_t priced = 0, input = 0, output = 0;

    // of cases that were repeated
    std::int64_t repeated = 0, flaky = 0;       ///< cases; flaky ones both passed and failed
    std::vector<double> at_k, all_k;            ///< sums over cases, for k = 1, 2, …

    std::int64_t judged() const { return passed + failed; }
    std::int64_t all() const { return judged() + errors + unjudged; }
    double pass_rate() const { return judged() > 0 ? static_cast<double>(passed) / static_cast<double>(judged()) : 0; }
    double mean_score() const { return judged() > 0 ? score / static_cast<double>(judged()) : 0; }
    /// Of the pass rate. Repetitions of a case are no cases of their own: they say more about it, not about others.
    RateInterval interval() const { return repeated > 0 ? wilson_share(pass_rate(), repeated) : wilson(passed, judged()); }
};

/// A case that is named in reports, with why.
struct Remark {
    std::string title, reason;
    std::int64_t passed = 0, of = 0;  ///< where it was repeated
};

struct FaultSum {
    std::int64_t count = 0;
    std::string message;  ///< of the first
};

class Tally {
public:
    static constexpr std::size_t remembered = 100;  ///< failures and flaky cases kept by name

    void add(const Result&);
    /// Ends what is still open (a case of which not all repetitions came). Call once, at the end.
    void end();

    const Cell& total() const noexcept { return total_; }
    /// In the order in which they came up.
    const std::vector<Cell>& cells() const noexcept { return cells_; }
    const std::vector<Remark>& failures() const noexcept { return failures_; }
    const std::vector<Remark>& flaky() const noexcept { return flaky_; }
    const std::map<std::string, FaultSum>& faults() const noexcept { return faults_; }

    /// A gate's figure: pass_rate (with .low and .high, Wilson's 95 %), score, cases, passed, failed, errors, error_rate, flaky, cost,
    /// ms.mean, ms.p50, ms.p95, tokens.input, tokens.output, pass@K, pass^K, and a metric's name: its mean score, or with .pass_rate.
    std::optional<double> figure(std::string_view name) const;
    /// All names of figures there are.
    std::vector<std::string> figures() const;

private:
    struct Open {
        std::int64_t passed = 0, judged = 0, came = 0;
        long of = 0;
        std::size_t cell = 0;
        std::string title, reason;
    };
    Cell& cell(const Result&);
    void repeated(const Result&, std::size_t cell);
    void close(const Open&);

    Cell total_;
    std::vector<Cell> cells_;
    std::map<std::string, std::size_t> places_;
    std::unordered_map<std::string, Open> open_;
    std::vector<Remark> failures_, flaky_;
    std::map<std::string, FaultSum> faults_;
};

/// {"prompt", "model", "cases", "passed", …}: a line of --json. Members that do not apply are left out.
Json to_json(const Cell&);

}  // namespace llm
