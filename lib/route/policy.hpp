/// A routing policy as llm-policy(5) has it: routes, and the rules that choose among them.
#pragma once

#include "base/json.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

/// Where a record goes next, by what went wrong with a route. Names of routes or models, the first that can take it.
struct FallbackLists {
    std::vector<std::string> error, overflow, refusal;
    bool empty() const { return error.empty() && overflow.empty() && refusal.empty(); }
};

/// `[route.NAME]`: a model and what it may be used for. A name used by a rule without such a table stands for the model of that name.
struct RouteEntry {
    std::string name;                     ///< stands in records as `route.tier`
    std::string model;                    ///< alias, tier or provider/name
    Json options;                         ///< laid under the record's own, or null
    std::optional<long> max_input;        ///< tokens it is given at most; else what the model can take
    std::optional<double> max_cost;       ///< dollars a request, estimated
    std::optional<double> max_latency;    ///< milliseconds: 95 of 100 recent calls were quicker
    std::optional<double> budget_left;    ///< share of the day's budget that must be left, 0 to 1
    FallbackLists lists;
    int line = 0;
};

/// `examples = …`: the nearest of labelled prompts says the route.
struct ExampleRule {
    std::filesystem::path file;           ///< JSON Lines; empty where the texts stand in the policy
    std::vector<std::string> texts;       ///< they all mean the rule's route
    std::string embedder = "builtin";
    double threshold = 0.6;               ///< below it the rule abstains
    std::vector<std::pair<std::string, double>> thresholds;  ///< of single labels
    std::vector<std::pair<std::string, std::string>> routes;  ///< label and its route; "" abstains
    long neighbours = 5;
};

/// `router = …`: what llm-route train wrote.
struct RouterRule {
    std::filesystem::path file;
    double threshold = 0.5;               ///< from here on the rule's route
    std::string below;                    ///< the route below it; empty: the rule does not match
};

/// `classifier = …`: a model sorts.
struct ClassifierRule {
    struct Label {
        std::string label, route, about;
    };
    std::string model;
    std::string instruction;              ///< instead of ours; empty: ours
    std::vector<Label> labels;
    Json options;                         ///< for that call, or null
};

/// `[[rule]]`. It matches where all conditions that are given hold.
struct Rule {
    std::string name;                     ///< given, else "rule 3"
    int line = 0;
    std::size_t place = 0;                ///< from 0

    std::string when;                     ///< jq
    std::string regex, not_regex;
    std::vector<std::string> languages;   ///< ISO 639-1
    std::optional<long> min_tokens, max_tokens;  ///< of the whole input
    std::optional<bool> attachments;
    std::vector<std::string> attachment_types;   ///< "image", "application/pdf"
    std::vector<std::string> risks;
    std::optional<bool> tools, schema;
    std::optional<double> share;          ///< of the keys, 0 to 1
    std::optional<double> budget_below;   ///< less than this share of the day's budget is left
    std::optional<ExampleRule> examples;
    std::optional<RouterRule> router;
    std::optional<ClassifierRule> classifier;

    std::string route;                    ///< may be empty where labels say it
    std::vector<std::pair<std::string, double>> split;  ///< instead of one route: routes with their weights
    std::string key;                      ///< jq: what share and split hold fast to
    double weight = 1;

    bool learned() const { return examples || router || classifier; }
};

struct Policy {
    enum class Mode { first, weighted };

    std::string file;                     ///< as errors call it
    Mode mode = Mode::first;
    std::string on;                       ///< jq: the text rules look at; empty: the last user turn
    std::string key;                      ///< jq: for rules that name none
    std::string fallback;                 ///< `default`: where no rule matches; may be empty
    long expected_output = 300;           ///< tokens, for estimates of cost where the record sets no max_tokens
    bool refusals_in_words = false;       ///< "I cannot help with that" counts as a refusal too
    FallbackLists lists;                  ///< for routes without their own
    std::vector<RouteEntry> routes;
    std::vector<Rule> rules;

    /// `[route.NAME]`, or null.
    const RouteEntry* route(std::string_view name) const;
    /// Every name a rule, a list or `default` mentions, with the line it stands on, in order, each once.
    std::vector<std::pair<std::string, int>> mentioned() const;
};

/// Throws Error{config} "FILE:LINE: …" with the value and what to write instead. Files named in it are taken from `folder`.
Policy parse_policy(std::string_view toml, std::string_view name, const std::filesystem::path& folder);
/// Throws Error{config} where it cannot be read.
Policy read_policy(const std::filesystem::path& file);

}  // namespace llm
