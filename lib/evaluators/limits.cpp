/// Bounds on what was measured: words, time, money, why the answer ended, how sure the model was.
#include "evaluators/parameters.hpp"
#include "base/error.hpp"

#include <array>
#include <cctype>
#include <cmath>

namespace llm {
namespace {

constexpr std::array limits_types{
    EvaluatorType{"word-count", "number, or {min, max}", "", "words between white space"},
    EvaluatorType{"latency", "", "milliseconds at most", "how long the answer took"},
    EvaluatorType{"cost", "", "dollars at most", "what the answer cost; without a threshold it is only measured"},
    EvaluatorType{"finish-reason", "stop, length, tool_calls, content_filter or refusal", "", "why the answer ended"},
    EvaluatorType{"perplexity", "", "at most; without one it is only measured",
                  "exp of the mean negative log-probability (needs `options: {logprobs: true}`)"},
    EvaluatorType{"perplexity-score", "", "at least, .5", "1 / (1 + perplexity): 0 to 1, higher is surer"},
};

long words_in(std::string_view text) {
    long n = 0;
    bool inside = false;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
        n += !blank && !inside ? 1 : 0;
        inside = !blank;
    }
    return n;
}

std::unique_ptr<Evaluator> word_count(const CheckSpec& spec) {
    NumberBounds bounds;
    if (spec.value.is_object()) {
        bounds = bounds_of(spec, spec.value);
        if (!bounds.min && !bounds.max) bad_value(spec, "{min: 10, max: 50}, or a number");
    } else {
        const std::string text = text_parameter(spec, "a number, or {min: 10, max: 50}");
        char* end = nullptr;
        const double n = std::strtod(text.c_str(), &end);
        if (text.empty() || *end != '\0') bad_value(spec, "a number, or {min: 10, max: 50}");
        bounds = {n, n};
    }
    return local_evaluator([spec, bounds](const Case& c) {
        const auto n = static_cast<double>(words_in(c.answer));
        Verdict v = decided(spec, bounds.hold(n), fmt::format("the answer has {} words; {} are wanted", n, bounds.shown()));
        v.value = n;
        return v;
    });
}

Verdict at_most(const CheckSpec& spec, double found, std::string_view what, std::string_view unit) {
    Verdict v;
    if (!spec.threshold) {
        v.pass = true;
        v.score = 1;
        v.reason = fmt::format("{} {:.6g}{}", what, found, unit);
    } else {
        const bool holds = found <= *spec.threshold;
        v = decided(
            spec, holds,
            fmt::format("{} {:.6g}{}, {} {:.6g}{}", what, found, unit, holds ? "at most" : "above", *spec.threshold, unit));
    }
    v.value = found;
    return v;
}

double perplexity_of(const Case& c, const CheckSpec& spec) {
    double sum = 0;
    std::size_t n = 0;
    if (c.logprobs.is_array())
        for (const Json& token : c.logprobs) {
            const Json& p = token.is_number() ? token : member(token, "logprob");
            if (!p.is_number()) continue;
            sum += p.get<double>();
            ++n;
        }
    if (n == 0)
        throw Error(Fault::data,
                    "{}: the answer has no log-probabilities; ask for them with `-o logprobs true` (not every model gives them)",
                    spec.full_type());
    return std::exp(-sum / static_cast<double>(n));
}

std::string canonical_finish(std::string_view word) {
    std::string w;
    for (const char c : word) w += c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (w == "end_turn" || w == "stop_sequence") return "stop";
    if (w == "max_tokens") return "length";
    if (w == "tool_use" || w == "function_call") return "tool_calls";
    return w;
}

std::unique_ptr<Evaluator> finish_reason(const CheckSpec& spec) {
    return local_evaluator([spec, wanted = canonical_finish(text_parameter(
                                      spec, "stop, length, tool_calls, content_filter or refusal"))](const Case& c) {
        if (c.finish.empty())
            throw Error(Fault::data, "{}: the record's response does not say why it ended (`finish`)", spec.full_type());
        const std::string found = canonical_finish(c.finish);
        const bool same = found == wanted || (wanted == "content_filter" && found == "refusal");
        return decided(spec, same,
                       fmt::format("the answer ended by '{}'{}", c.finish, same ? "" : fmt::format(", not '{}'", wanted)));
    });
}

std::unique_ptr<Evaluator> made_limits(const CheckSpec& spec, const EvaluatorNeeds&) {
    if (spec.type == "word-count") return word_count(spec);
    if (spec.type == "finish-reason") return finish_reason(spec);
    if (spec.type == "latency" && !spec.threshold)
        throw Error(Fault::config, "{}: it has no `threshold`; write the milliseconds it may take", spec.full_type());
    if (spec.type == "perplexity-score")
        return local_evaluator(
            [spec](const Case& c) { return scored(spec, 1 / (1 + perplexity_of(c, spec)), .5, "the perplexity score"); });
    if (spec.type == "perplexity")
        return local_evaluator([spec](const Case& c) { return at_most(spec, perplexity_of(c, spec), "the perplexity is", ""); });
    const bool time = spec.type == "latency";
    return local_evaluator([spec, time](const Case& c) {
        const std::optional<double> found = time ? c.ms : c.cost;
        if (!found)
            throw Error(Fault::data, "{}: the record's response has no `{}`", spec.full_type(),
                        time ? "ms" : "cost (the price of this model is unknown: give it one in the configuration)");
        return time ? at_most(spec, *found, "the answer took", " ms") : at_most(spec, *found, "the answer cost $", "");
    });
}

}  // namespace

extern const EvaluatorEntry evaluator_limits{"limits", "bounds on words, time, money, certainty", limits_types, made_limits};

}  // namespace llm
