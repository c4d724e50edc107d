/// Reports of a run, written while it goes on: what grows with the run goes to the disk at once.
#pragma once

#include "eval/result.hpp"
#include "eval/tally.hpp"

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class Report {
public:
    virtual ~Report() = default;
    /// `run` counts the runs of a page that shows several, from 0.
    virtual void add(const Record&, const Result&, int run) = 0;
    /// All is told. Throws Error{io} naming the file.
    virtual void end(const Tally&) = 0;
};

struct ReportHead {
    std::string title;                 ///< the suite's description, or its file
    std::vector<std::string> runs;     ///< a name each; at least one
};

/// JUnit's XML as Jenkins, GitLab and most readers take it (github.com/testmoapp/junitxml): a suite a prompt and model, a case a test.
std::unique_ptr<Report> junit_report(const std::string& path, ReportHead);
/// One page without anything outside of it (html.cpp): filter, sort, compare two runs.
std::unique_ptr<Report> html_report(const std::string& path, ReportHead);
/// Markdown for a pull request; `gates` is what the gates said, asked at the end.
std::unique_ptr<Report> markdown_report(const std::string& path, ReportHead, std::function<std::string()> gates);
/// Annotations (`::error title=…::…`) of failed cases to `out`, fifty at most, and the Markdown appended to the file of $GITHUB_STEP_SUMMARY where it is set
/// (docs.github.com/actions: workflow commands).
std::unique_ptr<Report> github_report(std::FILE* out, const std::string& summary_path, ReportHead, std::function<std::string()> gates);

/// The Markdown itself.
std::string markdown_text(const Tally&, const ReportHead&, std::string_view gates);

}  // namespace llm
