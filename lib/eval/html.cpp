#include "base/utf8.hpp"
#include "eval/file.hpp"
#include "eval/page.hpp"
#include "eval/report.hpp"

namespace llm {
namespace {

constexpr std::size_t most_text = 200'000;  // of one prompt or answer

/// JSON that may stand within a script element.
std::string inert(const Json& j) {
    std::string out;
    for (const char c : dump(j)) {
        if (c == '<') out += "\\u003c";
        else out += c;
    }
    return out;
}

std::string shortened(std::string text) {
    if (text.size() <= most_text) return text;
    return std::string{truncate_utf8(text, most_text)} + "…";
}

/// The grammar of a row; members that say nothing are left out:
///
///     {"r": run, "c": case, "d": description, "p": prompt, "m": model, "n": repetition, "o": pass | fail | error | none, "s": score,
///      "ms", "$": dollars, "q": what was asked, "a": answer, "v": variables, "k": [[name, passed, score, reason]], "e": error}
Json row_of(const Record& record, const Result& r, int run) {
    static constexpr const char* outcomes[] = {"pass", "fail", "error", "none"};
    Json j{{"r", run}, {"c", r.case_id}};
    if (!r.description.empty()) j["d"] = r.description;
    if (!r.prompt.empty()) j["p"] = r.prompt;
    if (!r.model.empty()) j["m"] = r.model;
    if (r.of > 1) j["n"] = r.repeat;
    j["o"] = outcomes[static_cast<int>(r.outcome)];
    if (r.judged()) j["s"] = r.score;
    if (r.ms) j["ms"] = *r.ms;
    if (r.cost) j["$"] = *r.cost;
    if (std::string asked = asked_text(record); !asked.empty()) j["q"] = shortened(std::move(asked));
    if (std::string answer = answer_text(record); !answer.empty()) j["a"] = shortened(std::move(answer));
    if (const Json vars = record.get("vars"); !vars.is_null()) j["v"] = vars;
    for (const ResultCheck& c : r.checks) j["k"].push_back({c.name, c.pass, c.score, c.pass ? "" : c.reason});
    if (r.outcome == Result::Outcome::error) j["e"] = r.fault + ": " + r.message;
    return j;
}

class Html final : public Report {
public:
    Html(const std::string& path, const ReportHead& head) : out_(path) {
        out_.write(page_before_head);
        out_.write(inert(Json{{"title", head.title}, {"runs", head.runs}}));
        out_.write(page_before_rows);
    }
    void add(const Record& record, const Result& r, int run) override { out_.write(inert(row_of(record, r, run)) + '\n'); }
    void end(const Tally&) override {
        out_.write(page_end);
        out_.end();
    }

private:
    WholeFile out_;
};

}  // namespace

std::unique_ptr<Report> html_report(const std::string& path, ReportHead head) { return std::make_unique<Html>(path, head); }

}  // namespace llm
