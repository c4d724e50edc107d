#include "run.hpp"
#include "session.hpp"

#include "base/utf8.hpp"
#include "cli/terminal.hpp"
#include "eval/checker.hpp"
#include "eval/result.hpp"
#include "evaluators/agreement.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace llm {
namespace {

std::optional<double> word(const Json& j) {
    if (j.is_boolean()) return j.get<bool>() ? 1 : 0;
    if (j.is_number()) return j.get<double>();
    return {};
}

/// The judge's word on the scale of the labels: yes or no where those are, else what was measured.
std::optional<double> judged(const Json& eval, const std::string& metric, bool yes_or_no) {
    const Json* said = &eval;
    if (!metric.empty()) {
        said = nullptr;
        for (const Json& c : member(eval, "checks"))
            if (text_of(c, "metric", text_of(c, "type")) == metric) said = &c;
        if (said == nullptr) return {};
    } else if (member(eval, "checks").is_array() && member(eval, "checks").size() == 1) {
        said = &eval["checks"][0];
    }
    if (yes_or_no) return word(member(*said, "pass"));
    if (const auto value = word(member(*said, "value"))) return value;
    return word(member(*said, "score"));
}

struct Labels {
    std::vector<Rated> rated;
    long without_label = 0, without_verdict = 0, errors = 0;

    void add(const Record& record, const Result& r, const std::string& metric) {
        if (r.outcome == Result::Outcome::error) {
            ++errors;
            return;
        }
        const Json label = record.get("label");
        Rated one;
        bool yes_or_no = label.is_boolean();
        if (label.is_array()) {
            double sum = 0;
            long n = 0;
            for (const Json& each : label) {
                one.humans.push_back(word(each));
                yes_or_no |= each.is_boolean();
                if (one.humans.back()) sum += *one.humans.back(), ++n;
            }
            one.human = n > 0 ? sum / static_cast<double>(n) : 0;
            if (yes_or_no) one.human = one.human >= 0.5 ? 1 : 0;
            if (n == 0) one.humans.clear();
        } else if (const auto w = word(label)) {
            one.human = *w;
        }
        if (label.is_null() || (label.is_array() && one.humans.empty())) {
            ++without_label;
            return;
        }
        const auto verdict = record.has("eval") ? judged(record.get("eval"), metric, yes_or_no) : std::nullopt;
        if (!verdict) {
            ++without_verdict;
            return;
        }
        one.judge = *verdict;
        one.length = count_code_points(answer_text(record));
        one.swapped = word(record.get("swapped"));
        rated.push_back(std::move(one));
    }
};

std::string text_of_agreement(const Agreement& a, const Labels& l) {
    std::string out = fmt::format("items           {}\nsame word       {:.1f}%\n", a.items, a.exact * 100);
    const auto line = [&out](std::string_view name, const std::optional<double>& v, std::string_view about) {
        if (v) out += fmt::format("{:<15} {:+.3f}  {}\n", name, *v, about);
    };
    line("kappa", a.kappa, "Cohen's: 0 is chance, above .6 substantial, above .8 almost perfect (Landis and Koch)");
    line("weighted kappa", a.weighted, "near misses count less");
    line("alpha", a.alpha, "Krippendorff's, judge and people together");
    line("people's alpha", a.people_alpha, "among the people alone: no judge can be expected to do better");
    line("bias", a.bias, a.bias > 0 ? "the judge is milder than people" : "the judge is stricter than people, or alike");
    line("pearson", a.pearson, "");
    line("spearman", a.spearman, "");
    line("length", a.length_bias, "above 0: the judge likes long answers more than people do");
    if (a.position_flips) out += fmt::format("{:<15} {:.1f}%  of verdicts change when the order of the answers does\n", "position", *a.position_flips * 100);
    line("first favoured", a.position_bias, "above 0: what stands first is favoured");
    if (l.without_label > 0) out += fmt::format("{} records have no label\n", l.without_label);
    if (l.without_verdict > 0) out += fmt::format("{} records have no verdict; give --expect\n", l.without_verdict);
    if (l.errors > 0) out += fmt::format("{} records could not be judged\n", l.errors);
    return out;
}

}  // namespace

int check_judge(const Tool& tool, const EvalFlags& f) {
    EvalSession s{tool, f};
    Demands demands;
    for (const std::string& text : f.expects) {
        const Json written = read_json(text);
        for (CheckSpec& one : checks_of(written.is_object() || written.is_array() ? written : Json(text))) demands.all.push_back(std::move(one));
    }
    Checker checker{s.tools.needs, std::move(demands)};
    Labels labels;
    ResultLines lines{[&](const Record& record, const Result& r) { labels.add(record, r, f.by_metric); }};
    FilterOptions o = filter_options(tool, f.loop);
    o.output = Output::records;
    o.jobs = s.settings.integer("jobs").value_or(4);
    o.on_signal = OnSignal::stop_reading;
    if (!f.labelled.empty() && f.labelled != "-") {
        o.in = ::open(f.labelled.c_str(), O_RDONLY | O_CLOEXEC);
        if (o.in < 0) throw Error(Fault::usage, "cannot read {}: {}", f.labelled, std::strerror(errno));
    }
    o.out = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    Filter filter{s.loop, o};
    filter.wants([&](const Record& r) { return !r.has("eval") && checker.wants(r); });
    filter.sees_output([&lines](std::string_view bytes) { lines.feed(bytes); });
    const int code = filter.run([&](Record& r, Emitter& e) { return checker.step(r, e); });
    lines.end();
    s.caller.close();
    ::close(o.out);
    if (o.in > 0) ::close(o.in);
    if (labels.rated.empty()) {
        say(tool, fmt::format("nothing to compare: {} records without a label, {} without a verdict, {} with an error; a record has people's word in 'label', and 'eval' or --expect",
                              labels.without_label, labels.without_verdict, labels.errors));
        return code != 0 ? code : 1;
    }
    const Agreement a = agreement_of(labels.rated);
    put(f.loop.json ? dump(to_json(a)) + "\n" : text_of_agreement(a, labels));
    if (code != 0) return code;
    const bool given = f.lowest_kappa > -1;
    return given && a.kappa.value_or(0) < f.lowest_kappa ? 1 : 0;
}

}  // namespace llm
