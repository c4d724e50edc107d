/// similar and its kin: vectors of the answer and the reference compared. Any embedder will do: `provider` of the assertion, else
/// the run's.
#include "base/error.hpp"
#include "evaluators/parameters.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace llm {
namespace {

constexpr std::string_view similar_reference = "text or [text, …]; else the record's reference";
constexpr std::array similar_types{
    EvaluatorType{"similar", similar_reference, "cosine at least, .75",
                  "near in meaning by an embedder; of several references the nearest"},
    EvaluatorType{"similar:cosine", similar_reference, "at least, .75", "the same"},
    EvaluatorType{"similar:dot", similar_reference, "at least, .75", "the same (vectors have length 1)"},
    EvaluatorType{"similar:euclidean", similar_reference, "distance at most, .75", "distance of the vectors, 0 to 2"},
    EvaluatorType{"embedding-similarity", similar_reference, "cosine at least, .75", "Azure's ADA similarity, with any embedder"},
    EvaluatorType{"ada-similarity", similar_reference, "cosine at least, .75", "the same"},
};

using Vector = std::vector<float>;

double dot(const Vector& a, const Vector& b) {
    if (a.size() != b.size())
        throw Error(Fault::provider, "the embedder gave vectors of {} and of {} numbers", a.size(), b.size());
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return std::clamp(sum, -1.0, 1.0);
}

class Similar final : public Evaluator {
public:
    Similar(const CheckSpec& spec, const EvaluatorNeeds& needs) : spec_(spec), references_(spec), needs_(needs) {}
    bool local() const override { return false; }

    Task<Verdict> judge(const Case& c) const override {
        if (!needs_.embed) throw Error(Fault::config, "{}: no embedder is at hand", spec_.full_type());
        std::vector<std::string> texts = references_.of(c);
        texts.push_back(c.answer);
        const std::string embedder = spec_.models.empty() ? needs_.embedder : spec_.models.front();
        const std::vector<Vector> vectors = co_await needs_.embed(embedder, std::move(texts));
        double best = -1;
        for (std::size_t i = 0; i + 1 < vectors.size(); ++i) best = std::max(best, dot(vectors[i], vectors.back()));
        co_return spec_.type == "similar:euclidean" ? by_distance(std::sqrt(std::max(0.0, 2 - 2 * best))) : by_cosine(best);
    }

private:
    Verdict by_cosine(double cosine) const {
        Verdict v = scored(spec_, std::max(0.0, cosine), .75, "the similarity");
        v.value = cosine;
        return v;
    }
    Verdict by_distance(double distance) const {
        const double most = spec_.threshold.value_or(.75);
        Verdict v = decided(spec_, distance <= most + 1e-12,
                            fmt::format("the distance is {:.4g}, at most {:.4g} is wanted", distance, most));
        const double near = 1 / (1 + distance);
        v.score = spec_.sense == CheckSpec::Sense::plain ? near : 1 - near;
        v.value = distance;
        return v;
    }

    CheckSpec spec_;
    References references_;
    const EvaluatorNeeds& needs_;
};

}  // namespace

extern const EvaluatorEntry evaluator_similar{
    "similar", "near in meaning, by vectors", similar_types,
    [](const CheckSpec& spec, const EvaluatorNeeds& needs) -> std::unique_ptr<Evaluator> {
        const bool distance = spec.type == "similar:euclidean";
        const double lowest = distance ? 0 : -1, highest = distance ? 2 : 1;
        if (spec.threshold && !(*spec.threshold >= lowest && *spec.threshold <= highest))
            throw Error(Fault::config, "{}: the threshold is {:g}; a {} lies between {:g} and {:g}", spec.full_type(), *spec.threshold, distance ? "distance" : "similarity", lowest,
                        highest);
        return std::make_unique<Similar>(spec, needs);
    }};

}  // namespace llm
