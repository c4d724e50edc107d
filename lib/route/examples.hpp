/// Labelled prompts: a text gets the label of those it is most like.
#pragma once

#include "call/embedding.hpp"
#include "index/index.hpp"
#include "route/policy.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llm {

struct LabelledPrompt {
    std::string text, label;
};
/// A file of examples: records with `prompt` or `text`, and `label` or `route` (none where the rule has one route for all). Throws
/// Error{config} "FILE:LINE: …".
std::vector<LabelledPrompt> read_examples(const std::filesystem::path& file);

struct Likeness {
    std::string label;
    double score = 0;  ///< cosine with the nearest example of that label
};

/// Examples of one rule. Those of a file are kept as vectors in a store, by content: only the first process to see a file makes them.
class Examples {
public:
    /// Opens or fills `store`; where it cannot be written, vectors are made for this process alone and `warn` is told. All but the rule
    /// are borrowed; the loop runs while a remote embedder is asked.
    Examples(const ExampleRule& rule, Embedding& embedding, const std::filesystem::path& store, const std::function<void(std::string_view)>& warn);
    ~Examples();

    /// The label that the nearest vote for, each the stronger the nearer; nothing where there is none.
    std::optional<Likeness> nearest(std::span<const float> vector);
    /// The threshold for that label.
    double threshold(std::string_view label) const;
    /// The rule's route for that label: the table's, else the label itself; "" abstains.
    std::string route(std::string_view label, const std::string& rule_route) const;
    std::size_t size() const;

private:
    void open(const std::filesystem::path& store, Embedding&);
    void fill(Embedding&, const std::string& file, const std::string& content, const std::string& text);
    void forget_older(const std::string& file, const Embedding&);
    const std::string& label_of(std::int64_t row);

    const ExampleRule rule_;
    std::unique_ptr<Database> db_;
    std::unique_ptr<Index> index_;
    std::unordered_map<std::int64_t, std::string> labels_;
    std::vector<Vector> own_;  ///< of texts in the policy itself
};

/// The vote: neighbours with their similarity, nearest first. Apart, so that it can be measured.
std::optional<Likeness> vote(std::span<const std::pair<std::string_view, double>> neighbours);

}  // namespace llm
