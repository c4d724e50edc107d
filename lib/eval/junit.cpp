#include "base/utf8.hpp"
#include "eval/file.hpp"
#include "eval/report.hpp"

#include <map>

namespace llm {
namespace {

/// Text as XML 1.0 can hold it: what it cannot (control characters) becomes U+FFFD.
std::string xml(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : sanitise_utf8(text)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\n': out += "&#10;"; break;
            case '\t': out += "&#9;"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) out += "\xef\xbf\xbd";
                else out += c;
        }
    }
    return out;
}

/// One <testsuite> a prompt and model. Its tests are gathered in memory as far as they passed (a short line each) only where there are few
/// prompts and models; all bodies lie in one file a suite until the end.
class Junit final : public Report {
public:
    Junit(const std::string& path, ReportHead head) : out_(path), head_(std::move(head)) {}

    void add(const Record& record, const Result& r, int) override {
        Suite& s = suite(r);
        ++s.tests;
        s.seconds += r.ms.value_or(0) / 1000;
        std::string t = fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3f}\"", xml(name(r)), xml(s.name), r.ms.value_or(0) / 1000);
        if (r.outcome == Result::Outcome::passed) {
            t += "/>\n";
        } else {
            t += ">\n";
            if (r.outcome == Result::Outcome::error) {
                ++s.errors;
                t += fmt::format("      <error type=\"{}\" message=\"{}\"/>\n", xml(r.fault), xml(r.message));
            } else if (r.outcome == Result::Outcome::unjudged) {
                ++s.skipped;
                t += "      <skipped message=\"the record has no 'expect'\"/>\n";
            } else {
                ++s.failures;
                t += failure(record, r);
            }
            t += "    </testcase>\n";
        }
        if (std::fwrite(t.data(), 1, t.size(), s.body.get()) != t.size()) throw Error(Fault::io, "cannot write a temporary file; set TMPDIR to a folder with room");
    }

    void end(const Tally& tally) override {
        const Cell& all = tally.total();
        out_.write(fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n",
                               xml(head_.title), all.all(), all.failed, all.errors, all.unjudged, all.ms.sum() / 1000));
        for (auto& s : suites_) {
            out_.write(fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n", xml(s.name), s.tests, s.failures,
                                   s.errors, s.skipped, s.seconds));
            std::rewind(s.body.get());
            char buffer[1 << 14];
            for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, s.body.get())) > 0;) out_.write({buffer, n});
            out_.write("  </testsuite>\n");
        }
        out_.write("</testsuites>\n");
        out_.end();
    }

private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    struct Suite {
        std::string name;
        std::int64_t tests = 0, failures = 0, errors = 0, skipped = 0;
        double seconds = 0;
        std::unique_ptr<std::FILE, Close> body;
    };

    static std::string name(const Result& r) {
        std::string n = r.description.empty() ? r.case_id : r.description;
        if (r.of > 1) n += fmt::format(" [{}/{}]", r.repeat, r.of);
        return n;
    }

    Suite& suite(const Result& r) {
        std::string key = r.prompt;
        if (!r.model.empty()) key += (key.empty() ? "" : " · ") + r.model;
        if (key.empty()) key = head_.title;
        const auto [it, fresh] = places_.emplace(key, suites_.size());
        if (fresh) {
            Suite& s = suites_.emplace_back();
            s.name = key;
            s.body.reset(std::tmpfile());
            if (!s.body) throw Error(Fault::io, "cannot make a temporary file; set TMPDIR to a folder with room");
        }
        return suites_[it->second];
    }

    static std::string failure(const Record& record, const Result& r) {
        std::string first, all;
        for (const ResultCheck& c : r.checks) {
            if (c.pass) continue;
            const std::string line = c.reason.empty() ? c.name : c.name + ": " + c.reason;
            if (first.empty()) first = line;
            all += line + '\n';
        }
        if (first.empty()) first = fmt::format("score {:.3f}", r.score);
        all += "\nanswer:\n" + std::string{truncate_utf8(answer_text(record), 4000)};
        return fmt::format("      <failure type=\"assertion\" message=\"{}\">{}</failure>\n", xml(first), xml(all));
    }

    WholeFile out_;
    ReportHead head_;
    std::vector<Suite> suites_;
    std::map<std::string, std::size_t> places_;
};

}  // namespace

std::unique_ptr<Report> junit_report(const std::string& path, ReportHead head) { return std::make_unique<Junit>(path, std::move(head)); }

}  // namespace llm
