/// A suite as records to be asked: each case, with each prompt, for each model, as often as it is repeated; in this order, so that
/// repetitions stand together.
#pragma once

#include "eval/suite.hpp"
#include "record/template.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace llm {

struct PlanOptions {
    long repeat = 1;
    std::optional<long> limit;     ///< cases at most
    Json options;                  ///< laid over all others, or null
};

class RunPlan {
public:
    /// Borrowed: the suite. Throws Error{config} for a template that cannot be read.
    RunPlan(const Suite&, PlanOptions);

    /// The next record's line; false at the end. Throws Error{data} for a case that cannot be made into one; the next call goes on.
    bool next(std::string& line);
    /// Of the whole suite. Reads its files.
    std::uint64_t total() const;

private:
    bool open_case();
    Json record(std::size_t prompt, std::size_t model, long repeat);
    std::string render(const std::string& text, const Record& vars, const std::string& where);
    Json rendered(const Json& turns, const Record& vars, const std::string& where);

    const Suite& suite_;
    PlanOptions options_;
    SuiteCases cases_;
    std::vector<SuitePrompt> prompts_;  ///< one without turns where the cases bring their own
    std::vector<SuiteModel> models_;
    std::map<std::string, Template> templates_;
    std::optional<SuiteCase> now_;
    std::string id_;
    std::vector<std::pair<std::size_t, std::size_t>> cells_;  ///< prompt and model, of this case
    std::size_t cell_ = 0;
    long repeat_ = 0;
    long count_ = 0;
};

}  // namespace llm
