#include "base/utf8.hpp"
#include "eval/file.hpp"
#include "eval/report.hpp"

#include <algorithm>
#include <fstream>

namespace llm {
namespace {

constexpr std::size_t shown = 20;
constexpr int most_annotations = 50;

/// Text within a cell of a table: on one line, nothing in it is markup.
std::string cell(std::string_view text, std::size_t most = 200) {
    std::string out;
    for (const char c : truncate_utf8(text, most)) {
        if (c == '\n' || c == '\r') out += ' ';
        else if (std::string_view{"|\\`*_<>[]#&"}.find(c) != std::string_view::npos) out += fmt::format("&#{};", static_cast<int>(c));
        else out += c;
    }
    return out;
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string table(const Tally& t) {
    const Cell& all = t.total();
    std::string head = "| prompt | model | cases | pass rate | 95 % | score |", line = "| --- | --- | --: | --: | --: | --: |", out;
    if (all.repeated > 0) head += fmt::format(" pass^{} | flaky |", all.all_k.size()), line += " --: | --: |";
    if (all.errors > 0) head += " errors |", line += " --: |";
    if (all.priced > 0) head += " cost |", line += " --: |";
    if (all.ms.count() > 0) head += " p50 |", line += " --: |";
    for (const Cell& c : t.cells()) {
        const RateInterval i = c.interval();
        out += fmt::format("| {} | {} | {} | {} | {:.1f} to {:.1f} % | {:.3f} |", cell(c.prompt), cell(c.model), c.all(), c.judged() > 0 ? percent(c.pass_rate()) : "–",
                           i.low * 100, i.high * 100, c.mean_score());
        if (all.repeated > 0) out += fmt::format(" {} | {} |", c.repeated > 0 ? percent(c.all_k.back() / static_cast<double>(c.repeated)) : "–", c.flaky);
        if (all.errors > 0) out += fmt::format(" {} |", c.errors);
        if (all.priced > 0) out += fmt::format(" ${:.4f} |", c.cost);
        if (all.ms.count() > 0) out += fmt::format(" {:.0f} ms |", c.ms.at(0.5));
        out += '\n';
    }
    return head + '\n' + line + '\n' + out;
}

std::string list(const std::vector<Remark>& all, std::string_view heading) {
    if (all.empty()) return {};
    std::string out = fmt::format("\n<details><summary>{}</summary>\n\n", heading);
    for (std::size_t i = 0; i < all.size() && i < shown; ++i) {
        out += "- " + cell(all[i].title);
        if (all[i].of > 1) out += fmt::format(" ({} of {})", all[i].passed, all[i].of);
        if (!all[i].reason.empty()) out += ": " + cell(all[i].reason);
        out += '\n';
    }
    if (all.size() > shown) out += "- …\n";
    return out + "\n</details>\n";
}

class Markdown final : public Report {
public:
    Markdown(const std::string& path, ReportHead head, std::function<std::string()> gates) : out_(path), head_(std::move(head)), gates_(std::move(gates)) {}
    void add(const Record&, const Result&, int) override {}
    void end(const Tally& t) override {
        out_.write(markdown_text(t, head_, gates_ ? gates_() : ""));
        out_.end();
    }

private:
    WholeFile out_;
    ReportHead head_;
    std::function<std::string()> gates_;
};

/// Data and properties of workflow commands have escapes of their own.
std::string command_data(std::string_view text, bool property) {
    std::string out;
    for (const char c : text) {
        if (c == '%') out += "%25";
        else if (c == '\r') out += "%0D";
        else if (c == '\n') out += "%0A";
        else if (property && c == ':') out += "%3A";
        else if (property && c == ',') out += "%2C";
        else out += c;
    }
    return out;
}

class Github final : public Report {
public:
    Github(std::FILE* out, std::string summary, ReportHead head, std::function<std::string()> gates)
        : out_(out), summary_(std::move(summary)), head_(std::move(head)), gates_(std::move(gates)) {}

    void add(const Record&, const Result& r, int) override {
        if (r.outcome != Result::Outcome::failed && r.outcome != Result::Outcome::error) return;
        if (++annotations_ > most_annotations) return;
        std::string why = r.message;
        for (const ResultCheck& c : r.checks)
            if (!c.pass) why += (why.empty() ? "" : "\n") + c.name + (c.reason.empty() ? "" : ": " + c.reason);
        annotate(r.outcome == Result::Outcome::error ? "warning" : "error", r.title(), why);
    }

    void end(const Tally& t) override {
        if (annotations_ > most_annotations) annotate("notice", head_.title, fmt::format("{} more cases failed; see the job's summary", annotations_ - most_annotations));
        std::fflush(out_);
        if (summary_.empty()) return;
        std::ofstream file{summary_, std::ios::app};
        file << markdown_text(t, head_, gates_ ? gates_() : "");
        if (!file.flush()) throw Error(Fault::io, "cannot write the job's summary {}", summary_);
    }

private:
    void annotate(std::string_view kind, std::string_view title, std::string_view text) {
        fmt::print(out_, "::{} title={}::{}\n", kind, command_data(title, true), command_data(truncate_utf8(text, 1000), false));
    }

    std::FILE* out_;
    std::string summary_;
    ReportHead head_;
    std::function<std::string()> gates_;
    int annotations_ = 0;
};

}  // namespace

std::string markdown_text(const Tally& t, const ReportHead& head, std::string_view gates) {
    std::string out = fmt::format("### {}\n\n", cell(head.title)) + table(t);
    if (!gates.empty()) {
        out += '\n';
        for (std::size_t at = 0; at < gates.size();) {
            const std::size_t end = std::min(gates.find('\n', at), gates.size());
            out += "- " + cell(gates.substr(at, end - at), 500) + '\n';
            at = end + 1;
        }
    }
    out += list(t.failures(), fmt::format("{} failed", t.total().failed));
    out += list(t.flaky(), fmt::format("{} flaky", t.total().flaky));
    if (!t.faults().empty()) {
        out += "\nerrors:\n";
        for (const auto& [fault, sum] : t.faults()) out += fmt::format("- {} × {}: {}\n", sum.count, fault, cell(sum.message));
    }
    return out;
}

std::unique_ptr<Report> markdown_report(const std::string& path, ReportHead head, std::function<std::string()> gates) {
    return std::make_unique<Markdown>(path, std::move(head), std::move(gates));
}

std::unique_ptr<Report> github_report(std::FILE* out, const std::string& summary_path, ReportHead head, std::function<std::string()> gates) {
    return std::make_unique<Github>(out, summary_path, std::move(head), std::move(gates));
}

}  // namespace llm
