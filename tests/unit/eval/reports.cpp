#include "eval/page.hpp"
#include "eval/report.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace llm;

namespace {

std::string text_of_file(const std::string& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string temporary(const char* name) { return (std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + name)).string(); }

struct Run {
    std::vector<Record> records;
    Tally tally;
    explicit Run(const std::vector<std::string>& lines) {
        long n = 0;
        for (const std::string& line : lines) records.push_back(Record::parse(line, ++n));
        for (const Record& r : records) tally.add(result_of(r));
        tally.end();
    }
    void into(Report& report) const {
        for (const Record& r : records) report.add(r, result_of(r), 0);
        report.end(tally);
    }
};

const std::vector<std::string>& lines() {
    static const std::vector<std::string> all{
        R"({"id":"a","case":{"id":"a","prompt":"p","model":"m"},"prompt":"x?","response":{"text":"y","ms":1500,"cost":0.001},"eval":{"pass":true,"score":1,"checks":[{"type":"equals","pass":true,"score":1}]}})",
        R"({"id":"b","case":{"id":"b","prompt":"p","model":"m","description":"a <b> & \"c\""},"response":{"text":"</script><b>|no"},"eval":{"pass":false,"score":0.25,"checks":[{"type":"contains","pass":false,"score":0.25,"reason":"no 'yes'\n100% | there"}]}})",
        R"({"id":"c","case":{"id":"c","prompt":"p","model":"m"},"error":{"tool":"llm-eval","fault":"timeout","message":"no answer"}})",
        R"({"id":"d","case":{"id":"d","prompt":"p","model":"other"},"response":{"text":"z"}})"};
    return all;
}

}  // namespace

TEST_CASE("reports: a result is read from a record as llm-eval writes it, and from one it has not seen") {
    const Result r = result_of(Record::parse(lines()[1], 2));
    CHECK(r.outcome == Result::Outcome::failed);
    CHECK(r.title() == "a <b> & \"c\" · p · m");
    CHECK(r.checks.at(0).reason == "no 'yes'\n100% | there");
    const Result plain = result_of(Record::parse(R"({"response":{"text":"x","model":"openai/y"}})", 7));
    CHECK(plain.case_id == "line-7");
    CHECK(plain.outcome == Result::Outcome::unjudged);
    CHECK(plain.model == "openai/y");
}

TEST_CASE("reports: lines may come in any pieces, deltas do not count") {
    std::vector<std::string> seen;
    ResultLines l{[&](const Record&, const Result& r) { seen.push_back(r.case_id); }};
    const std::string all = "{\"id\":\"x\",\"delta\":\"te\"}\n" + lines()[0] + "\nno json\n" + lines()[2];
    for (std::size_t at = 0; at < all.size(); at += 7) l.feed(std::string_view{all}.substr(at, 7));
    l.end();
    CHECK(seen == std::vector<std::string>{"a", "c"});
}

TEST_CASE("reports: JUnit's XML counts and escapes") {
    const std::string path = temporary("junit.xml");
    Run{lines()}.into(*junit_report(path, {"suite & co", {"run"}}));
    const std::string xml = text_of_file(path);
    CHECK_THAT(xml, contains("<testsuites name=\"suite &amp; co\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""));
    CHECK_THAT(xml, contains("<testsuite name=\"p · m\" tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\""));
    CHECK_THAT(xml, contains("name=\"a &lt;b&gt; &amp; &quot;c&quot;\""));
    CHECK_THAT(xml, contains("time=\"1.500\"/>"));
    CHECK_THAT(xml, contains("<error type=\"timeout\" message=\"no answer\"/>"));
    CHECK_THAT(xml, contains("&lt;/script&gt;"));
    std::filesystem::remove(path);
}

TEST_CASE("reports: the page holds a line a record, in which nothing ends the script") {
    const std::string path = temporary("page.html");
    Run{lines()}.into(*html_report(path, {"</script>", {"run"}}));
    const std::string html = text_of_file(path);
    const std::size_t begin = html.find(page_before_rows) + page_before_rows.size(), end = html.find(page_end);
    REQUIRE(end != std::string::npos);
    const std::string rows = html.substr(begin, end - begin);
    CHECK(rows.find('<') == std::string::npos);
    CHECK(std::count(rows.begin(), rows.end(), '\n') == 4);
    const Json first = Json::parse(rows.substr(0, rows.find('\n')));
    CHECK(first["o"] == "pass");
    CHECK(first["q"] == "x?");
    CHECK(html.find("src=") == std::string::npos);  // nothing from outside
    std::filesystem::remove(path);
}

TEST_CASE("reports: Markdown is a table in which nothing of the run is markup") {
    const Run run{lines()};
    const std::string md = markdown_text(run.tally, {"try", {"run"}}, "gate fails: pass_rate > 0.9 (pass_rate = 0.5)\n");
    CHECK_THAT(md, contains("| p | m | 3 | 50.0 % |"));
    CHECK_THAT(md, contains("gate fails: pass&#95;rate &#62; 0.9"));
    CHECK_THAT(md, contains("a &#60;b&#62;"));
    CHECK_THAT(md, contains("1 × timeout: no answer"));
}

TEST_CASE("reports: annotations for GitHub escape what ends a command, and the summary is appended") {
    const std::string summary = temporary("summary.md"), out = temporary("annotations");
    std::ofstream{summary} << "before\n";
    std::FILE* file = std::fopen(out.c_str(), "w");
    Run{lines()}.into(*github_report(file, summary, {"try", {"run"}}, {}));
    std::fclose(file);
    const std::string text = text_of_file(out);
    CHECK_THAT(text, contains("::error title=a <b> & \"c\" · p · m::contains: no 'yes'%0A100%25 | there\n"));
    CHECK_THAT(text, contains("::warning title=c · p · m::no answer\n"));
    CHECK_THAT(text_of_file(summary), begins_with("before\n### try\n"));
    std::filesystem::remove(summary);
    std::filesystem::remove(out);
}
