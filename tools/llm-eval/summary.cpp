#include "summary.hpp"

#include "cli/table.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <set>

namespace llm {
namespace {

constexpr std::size_t shown = 10;       // failures by name
constexpr std::size_t wide = 110;        // columns of a terminal that has room for more metrics

std::string percent(double share) { return fmt::format("{:.1f}%", share * 100); }

std::string money(double dollars) { return dollars == 0 ? "$0" : dollars < 0.01 ? fmt::format("${:.6f}", dollars) : fmt::format("${:.2f}", dollars); }

/// Metrics that more than a yes or no is said of, or all where a person named them; those with a column.
std::vector<std::string> metric_columns(const Tally& t, std::size_t most_metrics) {
    std::vector<std::string> out;
    if (t.total().metrics.size() < 2) return out;
    for (const auto& [name, sum] : t.total().metrics)
        if (out.size() < most_metrics) out.push_back(name);
    return out;
}

Json row_of(const Cell& c, const Tally& t, const std::vector<std::string>& metrics) {
    Json row{{"prompt", c.prompt}, {"model", c.model}, {"cases", c.all()}};
    if (c.judged() > 0) {
        const RateInterval i = c.interval();
        row["pass"] = percent(c.pass_rate());
        row["interval"] = fmt::format("{:.1f}-{:.1f}%", i.low * 100, i.high * 100);
        row["score"] = fmt::format("{:.3f}", c.mean_score());
    }
    if (c.repeated > 0) {
        row["at"] = percent(c.at_k.back() / static_cast<double>(c.repeated));
        row["all"] = percent(c.all_k.back() / static_cast<double>(c.repeated));
        row["flaky"] = c.flaky;
    }
    for (const std::string& name : metrics)
        if (const auto it = c.metrics.find(name); it != c.metrics.end()) row["metric " + name] = fmt::format("{:.3f}", it->second.mean());
    if (t.total().errors > 0) row["errors"] = c.errors;
    if (c.priced > 0) row["cost"] = money(c.cost);
    if (c.ms.count() > 0) row["ms"] = fmt::format("{:.0f}", c.ms.at(0.5));
    return row;
}

std::string remarks(const std::vector<Remark>& all, std::int64_t count, std::string_view heading, Style style, Colour colour) {
    if (all.empty()) return {};
    std::string out = "\n" + paint(heading, style, colour) + "\n";
    for (std::size_t i = 0; i < all.size() && i < shown; ++i) {
        std::string reason = all[i].reason;
        std::ranges::replace(reason, '\n', ' ');
        out += "  " + all[i].title;
        if (all[i].of > 1) out += fmt::format(" ({} of {})", all[i].passed, all[i].of);
        if (!reason.empty()) out += ": " + fit(reason, 200);
        out += '\n';
    }
    if (count > static_cast<std::int64_t>(std::min(shown, all.size()))) out += fmt::format("  and {} more\n", count - static_cast<std::int64_t>(std::min(shown, all.size())));
    return out;
}

}  // namespace

std::string summary_line(const Cell& c) {
    std::string out;
    if (c.judged() > 0) {
        const RateInterval i = c.interval();
        out = fmt::format("{} of {} passed ({}, 95% interval {:.1f} to {:.1f}%), mean score {:.3f}", c.passed, c.judged(), percent(c.pass_rate()), i.low * 100, i.high * 100,
                          c.mean_score());
    } else {
        out = "nothing was judged";
    }
    if (c.errors > 0) out += fmt::format("; {} failed with an error", c.errors);
    if (c.unjudged > 0) out += fmt::format("; {} had no 'expect'", c.unjudged);
    if (c.repeated > 0) {
        const auto k = c.at_k.size();
        const double n = static_cast<double>(c.repeated);
        out += fmt::format("; pass@{} {}, pass^{} {}, {} of {} cases flaky", k, percent(c.at_k.back() / n), k, percent(c.all_k.back() / n), c.flaky, c.repeated);
    }
    if (c.stored > 0) out += fmt::format("; {} answers from the cache", c.stored);
    if (c.cost > 0) out += "; " + money(c.cost);
    return out;
}

std::string summary_text(const Tally& t, std::size_t columns, Colour colour) {
    const Cell& all = t.total();
    std::string out;
    if (t.cells().size() > 1 || !t.cells().empty()) {
        const std::vector<std::string> metrics = metric_columns(t, columns == 0 || columns >= wide ? 4 : 2);
        std::vector<Column> heads;
        const auto has = [&t](auto what) { return std::ranges::any_of(t.cells(), what); };
        if (has([](const Cell& c) { return !c.prompt.empty(); })) heads.push_back({"prompt", "PROMPT", Align::left, true});
        if (has([](const Cell& c) { return !c.model.empty(); })) heads.push_back({"model", "MODEL", Align::left, true});
        heads.push_back({"cases", "CASES", Align::right, false});
        heads.push_back({"pass", "PASS", Align::right, false});
        heads.push_back({"interval", "95%", Align::right, false});
        heads.push_back({"score", "SCORE", Align::right, false});
        for (const std::string& m : metrics) {
            std::string title = m;
            std::ranges::transform(title, title.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            heads.push_back({"metric " + m, title, Align::right, false});
        }
        if (all.repeated > 0) {
            heads.push_back({"at", fmt::format("PASS@{}", all.at_k.size()), Align::right, false});
            heads.push_back({"all", fmt::format("PASS^{}", all.at_k.size()), Align::right, false});
            heads.push_back({"flaky", "FLAKY", Align::right, false});
        }
        if (all.errors > 0) heads.push_back({"errors", "ERRORS", Align::right, false});
        if (all.cost > 0) heads.push_back({"cost", "COST", Align::right, false});
        if (all.ms.count() > 0) heads.push_back({"ms", "P50 MS", Align::right, false});
        Table table{heads};
        for (const Cell& c : t.cells()) table.add(row_of(c, t, metrics));
        out += table.text(columns, colour);
    }
    out += remarks(t.failures(), all.repeated > 0 ? static_cast<std::int64_t>(t.failures().size()) : all.failed, "failed", Style::bad, colour);
    out += remarks(t.flaky(), all.flaky, "flaky", Style::heading, colour);
    if (!t.faults().empty()) {
        out += "\n" + paint("errors", Style::bad, colour) + "\n";
        for (const auto& [fault, sum] : t.faults()) out += fmt::format("  {} × {}: {}\n", sum.count, fault, sum.message);
    }
    if (!out.empty()) out += '\n';
    return out + summary_line(all) + '\n';
}

GateToken ask_gates(std::span<const Gate> gates, const Tally& t) {
    GateToken word;
    for (const Gate& gate : gates) {
        const Gate::Answer answer = gate.ask([&t](std::string_view name) { return t.figure(name); });
        word.holds &= answer.holds;
        std::string line = fmt::format("gate {}: {}", answer.holds ? "holds" : "fails", gate.text());
        if (!answer.figures.empty()) line += fmt::format(" ({})", fmt::join(answer.figures, ", "));
        for (const std::string& name : answer.unknown) {
            const std::string near = nearest(name, t.figures());
            line += fmt::format("; there is no '{}'{}", name, t.total().all() == 0 ? ", because nothing was judged" : near.empty() ? "" : ": did you mean '" + near + "'?");
        }
        word.lines += line + '\n';
    }
    return word;
}

}  // namespace llm
