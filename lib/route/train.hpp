/// Recorded outcomes: what train, calibrate and report read, and how a router is judged by requests it was not trained on.
#pragma once

#include "record/record.hpp"
#include "route/learn.hpp"
#include "route/metrics.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct OutcomeRow {
    Outcome outcome;
    std::string group;                     ///< subject, task, customer; empty where none was asked for
    std::optional<double> weak_cost, strong_cost;  ///< as recorded
    std::size_t weak_tokens = 0, strong_tokens = 0;  ///< of the answers, counted or estimated; 0 without a text
};

enum class Side { weak, strong };

/// One answered call, for records that bear a verdict and no more.
struct LoggedAnswer {
    std::string prompt, answer;
    std::optional<double> cost;
};

/// Gathers rows from records of three shapes:
///   {prompt | messages, weak: {correct | score | rating, text?, cost?, usage?}, strong: {…}}
///   {id, prompt | messages, response, eval: {pass | score}}, one a model, joined by id
///   {id, model, eval: {…}}, question and answer out of the journal
/// `correct` is true or false, a score lies in 0 to 1, ratings are on any scale, which is taken from the least and the largest.
class OutcomeReader {
public:
    struct Options {
        std::string group;                                                    ///< member with the group, or empty
        std::function<std::optional<Side>(std::string_view model)> side_of;   ///< of "provider/name"; may be empty
        std::function<std::optional<LoggedAnswer>(std::string_view id, Side)> logged;  ///< may be empty
        enum class Need { outcomes, prompts } need = Need::outcomes;          ///< prompts: the rest may be missing
    };
    explicit OutcomeReader(Options);

    /// Throws Error{data} that names the member.
    void add(const Record&);
    /// The rows, and how many records gave none because the weak model's outcome is missing. Where the strong model's alone is
    /// missing, it counts with its mean over the others (1 without others): whoever asks only the weak one can train too.
    std::vector<OutcomeRow> take();
    std::size_t incomplete() const noexcept { return incomplete_; }
    std::size_t assumed() const noexcept { return assumed_; }

private:
    struct Half {
        std::optional<double> quality, rating, cost;
        std::string text;
        std::size_t tokens = 0;
    };
    struct Draft {
        std::string prompt, group;
        Half weak, strong;
    };
    Half half_of(const Json&, std::string_view side);
    void add_verdict(const Record&);
    std::optional<Side> side_of(const Record&) const;

    Options options_;
    std::vector<Draft> drafts_;
    std::map<std::string, std::size_t, std::less<>> by_id_;
    std::optional<double> least_rating_, largest_rating_;
    std::size_t incomplete_ = 0, assumed_ = 0;
};

std::vector<Outcome> outcomes_of(std::span<const OutcomeRow>);

/// Scores of every row by routers trained on the other folds, each taken against the typical score of its own router, because
/// several stand behind one curve. Folds by hash of the prompt, or by group.
enum class Apart { prompts, groups };
std::vector<double> scores_kept_out(std::span<const OutcomeRow>, std::size_t folds, Apart, std::uint64_t seed, const LearnOptions&,
                                    const BuiltinEmbedder&);

/// What an answer costs. By default a call of the strong model is the unit and the weak one is free.
struct CostModel {
    std::optional<double> weak_per_token, strong_per_token;  ///< any unit; else what the rows have recorded, else 0 and 1 a call
};
std::vector<Scored> scored_rows(std::span<const OutcomeRow>, std::span<const double> scores, const CostModel&);

}  // namespace llm
