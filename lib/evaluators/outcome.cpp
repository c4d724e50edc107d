#include "evaluators/outcome.hpp"

#include "base/error.hpp"
#include "evaluators/parameters.hpp"

namespace llm {

Verdict outcome_of(const CheckSpec& spec, const Json& said, std::string_view who) {
    const auto refuse = [&](std::string_view why) -> Verdict {
        throw Error(
            Fault::provider,
            "{}: {} said {}, {}; write true, false, a number from 0 to 1, or {{\"pass\": true, \"score\": 1, \"reason\": \"…\"}}",
            spec.full_type(), who, shown(dump(said)), why);
    };
    const auto score_from = [&](const Json& j) {
        if (!j.is_number() || j.get<double>() < 0 || j.get<double>() > 1) refuse("which is no score from 0 to 1");
        return j.get<double>();
    };
    if (said.is_boolean())
        return decided(spec, said.get<bool>(), fmt::format("{} says {}", who, said.get<bool>() ? "yes" : "no"));
    if (said.is_number()) return scored(spec, score_from(said), .5, who);
    const Json& pass = member(said, "pass");
    const Json& score = member(said, "score");
    if (!said.is_object() || (pass.is_null() && score.is_null())) return refuse("which has neither `pass` nor `score`");
    if (!pass.is_null() && !pass.is_boolean()) return refuse("whose `pass` is neither true nor false");
    Verdict v = pass.is_null() ? scored(spec, score_from(score), .5, who) : decided(spec, pass.get<bool>(), {});
    if (!pass.is_null() && !score.is_null()) {
        const double s = score_from(score);
        v.value = s;
        v.score = spec.sense == CheckSpec::Sense::plain ? s : 1 - s;
    }
    if (const std::string reason = text_of(said, "reason"); !reason.empty())
        v.reason = reason;
    else if (v.reason.empty())
        v.reason = fmt::format("{} says {}", who, pass == true ? "yes" : "no");
    return v;
}

}  // namespace llm
