/// llm-eval's command line.
#pragma once

#include "cli/groups.hpp"
#include "cli/tool.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

enum class SampleBy { random, lowest, disagreement };

struct EvalFlags {
    LoopFlags loop;
    TalkFlags talk;
    CallFlags calls;

    // Checks
    std::string suite;                     ///< --suite, or run's argument
    std::vector<std::string> expects;      ///< --expect
    std::vector<std::string> gates;
    std::vector<std::string> judges;
    std::string embedder, prompts;
    // Reports
    std::string html, junit, markdown;
    bool github = false;
    // run
    std::vector<std::string> models, templates;
    std::optional<std::string> system, schema;
    std::vector<KeyValue> options;
    std::optional<long> repeat, limit;
    bool cache = false, save = false;
    std::string store, name;
    // report, compare
    std::vector<std::string> files;
    std::string before, after, before_when, after_when, metric = "pass";
    double alpha = 0.05;
    // drift
    long baseline = 20;
    double limits = 3;
    // from-log, sample, judge-check
    std::string since, until, model, tool, labelled, by_metric;
    SampleBy by = SampleBy::random;
    std::optional<long> count;
    long seed = 1;
    double lowest_kappa = -1;
};

/// Declares everything; the bodies are in run.hpp.
void declare(Tool&, EvalFlags&);

}  // namespace llm
