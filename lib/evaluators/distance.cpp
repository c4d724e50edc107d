/// levenshtein: edits between the answer and a text, in code points.
#include "evaluators/parameters.hpp"
#include "text/similarity.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace llm {
namespace {

constexpr std::array distance_types{EvaluatorType{"levenshtein", "text; else the record's reference", "edits at most, 5",
                                         "insertions, deletions and substitutions of code points"}};
// Beyond the bound a distance is not counted out: for a text of a million characters that would take hours.
constexpr std::size_t counted_out = 4000;

}  // namespace

extern const EvaluatorEntry evaluator_distance{
    "distance", "edits between two texts", distance_types, [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        return local_evaluator([spec, references = References(spec)](const Case& c) {
            const double bound = std::max(0.0, spec.threshold.value_or(5));
            std::optional<std::size_t> best;
            std::size_t limit = 0;
            for (const std::string& reference : references.of(c)) {
                const std::size_t longer = std::max(count_code_points(c.answer), count_code_points(reference));
                limit = longer <= counted_out ? longer : static_cast<std::size_t>(std::min(bound, 1e9));
                const auto d = levenshtein(c.answer, reference, limit);
                if (d && (!best || *d < *best)) best = d;
            }
            const bool near = best && static_cast<double>(*best) <= bound;
            Verdict v = decided(spec, near,
                                best ? fmt::format("{} edits apart; at most {} are wanted", *best, bound)
                                     : fmt::format("more than {} edits apart", limit));
            if (best) v.value = static_cast<double>(*best);
            return v;
        });
    }};

}  // namespace llm
