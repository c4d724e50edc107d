#include "evaluators/assertion.hpp"

#include "base/error.hpp"

#include <array>

namespace llm {
namespace {

struct Remedy {
    std::string_view type, text;
};
constexpr std::string_view rewrite =
    "write it as `jq` (a condition on the record), or let a program decide: `command` with the case as JSON on its stdin and "
    "{\"pass\", \"score\", \"reason\"} on its stdout";
constexpr std::string_view remote =
    "it asks a vendor's own service; let `command` call it, or use a graded type (hate, violence, protected-material, …)";
constexpr std::array remedies{
    Remedy{"javascript", rewrite},
    Remedy{"python", rewrite},
    Remedy{"ruby", rewrite},
    Remedy{"webhook", "let `command` post it (`command: [\"sh\", \"-c\", \"while read l; do … done\"]`)"},
    Remedy{"classifier", "let `command` ask the classifier, or grade with `rubric`"},
    Remedy{"pi", remote},
    Remedy{"moderation", remote},
    Remedy{"guardrails", remote},
    Remedy{"search-rubric",
           "no judge here searches the web; use `llm-rubric` with what is to be known in the record's `context`"},
    Remedy{"agent-rubric", "no judge here runs an agent; use `llm-rubric`, or `command` with an agent of your own"},
    Remedy{"select-best",
           "it compares the answers of several models to one case, so it belongs to a run of a suite, not to one answer"},
    Remedy{"max-score",
           "it compares the answers of several models to one case, so it belongs to a run of a suite, not to one answer"},
    Remedy{"human", "people's verdicts come in with `llm-eval sample` and `llm-eval from-log`"},
};

}  // namespace

Verdict Evaluator::check(const Case&) const {
    throw Error(Fault::internal, "this assertion calls a model: it is judged, not checked");
}

Task<Verdict> Evaluator::judge(const Case& c) const { co_return check(c); }

std::string CheckSpec::full_type() const { return (sense == Sense::negated ? "not-" : "") + type; }

const EvaluatorEntry& evaluator_entry(std::string_view type) {
    std::vector<std::string_view> names;
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types) {
            if (t.name == type) return *e;
            names.push_back(t.name);
        }
    for (const Remedy& r : remedies)
        if (r.type == type) throw Error(Fault::config, "assertion '{}' is not run here: {}", type, r.text);
    const std::string near = nearest(type, names);
    throw Error(Fault::config, "no assertion '{}'{}", type,
                near.empty() ? "; `llm-eval checks` lists them" : "; did you mean '" + near + "'?");
}

}  // namespace llm
