#include "watch.hpp"

#include "summary.hpp"

#include "record/writer.hpp"

#include <cstdlib>

namespace llm {

Watch::Watch(const EvalFlags& f, ReportHead head, std::vector<std::string> further_gates)
    : last_(static_cast<int>(head.runs.size()) - 1), lines_([this](const Record& record, const Result& r) { add(record, r, last_); }) {
    for (const std::string& text : f.gates) gates_.emplace_back(text);
    for (const std::string& text : further_gates) gates_.emplace_back(text);
    const auto gates = [this] { return gate_lines_; };
    if (!f.junit.empty()) reports_.push_back(junit_report(f.junit, head));
    if (!f.html.empty()) page_ = html_report(f.html, head);
    if (!f.markdown.empty()) reports_.push_back(markdown_report(f.markdown, head, gates));
    if (f.github) {
        const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
        reports_.push_back(github_report(stderr, summary != nullptr ? summary : "", head, gates));
    }
}

void Watch::see(std::string_view bytes) { lines_.feed(bytes); }

void Watch::add(const Record& record, const Result& r, int run) {
    if (page_) page_->add(record, r, run);
    if (run != last_) return;
    tally_.add(r);
    for (const auto& report : reports_) report->add(record, r, run);
    if (also_) also_(record, r);
}

void Watch::end() {
    lines_.end();
    tally_.end();
    GateToken word = ask_gates(gates_, tally_);
    holds_ = word.holds;
    gate_lines_ = std::move(word.lines);
    if (page_) page_->end(tally_);
    for (const auto& report : reports_) report->end(tally_);
}

void say_gates(const Tool& tool, const Watch& watch) {
    const std::string& lines = watch.gate_lines();
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        write_all(2, fmt::format("{}: {}\n", tool.name(), lines.substr(at, end - at)), "standard error");
        at = end + 1;
    }
}

}  // namespace llm
