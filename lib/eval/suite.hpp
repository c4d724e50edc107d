/// A suite: prompts × models × cases, and what is demanded. llm-suite(5) tells people how it is written; promptfoo's
/// promptfooconfig.yaml (promptfoo.dev/docs/configuration/reference) is read by the same reader.
#pragma once

#include "base/json.hpp"
#include "eval/checker.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llm {

struct SuitePrompt {
    std::string label;      ///< may be empty where there is one only
    Json turns;             ///< text, or messages; templates in mustache
    Json options, schema, tools;  ///< the prompt's own, or null
};

struct SuiteModel {
    std::string label;      ///< stands in results; the name where none is given
    std::string name;       ///< provider/name, alias or tier; empty: the settings' default
    Json options, schema, tools;
    std::vector<std::string> prompts;  ///< labels of those it is asked; empty: all
};

struct SuiteCase {
    std::string id;         ///< "" : numbered by the run
    std::string description;
    Json vars = Json::object();
    Json expect;            ///< list of assertions as written, or null
    Json options;           ///< of the request
    Json reference, context;  ///< or null
    Json turns;             ///< own prompt or messages, for suites without prompts; null
    Json answer;            ///< known beforehand (`providerOutput`): nothing is asked; null
    Json metadata;
    std::optional<double> threshold;
    std::string transform;  ///< jq over the answer
    Json wrap;              ///< {prefix, suffix} put around a prompt that is text; or null
    std::vector<std::string> prompts, models;  ///< labels; empty: all
    /// Variables that are lists: a case for each element, or a list for the template.
    enum class Lists { spread, kept } lists = Lists::spread;
};

struct Suite {
    std::filesystem::path file, folder;
    std::string description;
    std::vector<SuitePrompt> prompts;
    std::vector<SuiteModel> models;
    SuiteCase defaults;                     ///< laid under each case
    std::vector<Json> cases;                ///< as written: objects, or names of files
    std::vector<std::string> gates, judges;
    std::string system;
    Json options, schema;                   ///< of every request; or null
    std::string embedder;
    long repeat = 1;
    std::optional<long> jobs;
    std::vector<std::string> notes;         ///< what was left out of a foreign suite, for people

    std::string title() const { return description.empty() ? file.filename().string() : description; }
};

/// .yaml and .yml: as above. .json: the same, or a list of cases. .jsonl and .csv: cases only. Throws Error{config} with file, place and
/// remedy.
Suite read_suite(const std::filesystem::path&);

/// Goes through the cases in their order; files of cases are read line by line, so their size does not count.
class SuiteCases {
public:
    explicit SuiteCases(const Suite&);
    ~SuiteCases();
    /// The next, defaults laid under; nothing at the end. A line that is no case throws Error{data} with file and line; the next call
    /// goes on behind it.
    std::optional<SuiteCase> next();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// How many cases there are. Reads the files.
std::size_t count_cases(const Suite&);

/// What `llm-eval --suite` holds records to: the defaults' assertions, and by id the cases' own.
Demands suite_demands(const Suite&);

}  // namespace llm
