#include "run.hpp"

#include "eval/compare.hpp"
#include "record/predicate.hpp"
#include "cli/terminal.hpp"

#include <optional>

namespace llm {
namespace {

Outcomes gather(const std::string& path, const std::string& when, const std::string& metric) {
    Outcomes out{metric};
    std::optional<JqProgram> holds;
    if (!when.empty()) holds.emplace(when);
    read_results(path, [&](const Record& record, const Result& r) {
        if (!holds || holds->holds(record.line())) out.add(r);
    });
    if (out.all().empty() && out.errors() == 0)
        throw Error(Fault::usage, "{} has no record with 'eval'{}", path, when.empty() ? "; llm-eval run writes some" : ", as far as " + when + " holds");
    return out;
}

}  // namespace

int compare(const Tool&, const EvalFlags& f) {
    const Outcomes a = gather(f.before, f.before_when, f.metric), b = gather(f.after, f.after_when, f.metric);
    const Comparison c = compare_runs(a, b, {f.metric, f.alpha});
    put(f.loop.json ? dump(to_json(c)) + "\n" : comparison_text(c));
    return c.verdict == Comparison::Verdict::regressed ? 1 : 0;
}

}  // namespace llm
