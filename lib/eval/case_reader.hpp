/// One case as it is written (llm-suite(5)): a test of promptfoo's, a row of ours, a line of a table.
#pragma once

#include "eval/suite.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace llm {

class CaseReader {
public:
    /// `name` is what errors call the file; `file://` is relative to `folder`.
    CaseReader(std::filesystem::path folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}

    enum class As { one, defaults };
    /// Throws Error{config} that names member and remedy. Values of `vars` that are lists are left as they are (see `spread`).
    SuiteCase read(const Json& written, As = As::one);
    /// A row of a table under its headings.
    SuiteCase row(const std::vector<std::string>& headings, const std::vector<std::string>& cells);
    /// The case with each combination of its variables' lists.
    static std::vector<SuiteCase> spread(SuiteCase);
    /// What the case does not say, its suite's defaults say.
    static void lay_under(SuiteCase&, const SuiteCase& defaults);

    std::vector<std::string> notes;

private:
    Json variable(const Json& value);
    void options(const Json&, SuiteCase&, Json& grader);
    std::filesystem::path folder_;
    std::string name_;
};

/// Files by a name that may have * and ? in it, in order. Throws Error{config} where there is none.
std::vector<std::filesystem::path> files_named(const std::filesystem::path& folder, const std::string& name);

}  // namespace llm
