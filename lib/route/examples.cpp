#include "route/examples.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/paths.hpp"
#include "record/record.hpp"
#include "store/migrate.hpp"
#include "store/transaction.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

namespace llm {

std::span<const Migration> route_schema();

namespace {

constexpr int sets_kept = 3;         // of one file
constexpr double sharpness = 20;  // how much more the nearer counts: exp(20 · cosine)

std::string contents_of(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) throw Error(Fault::config, "cannot read the examples {}: it is a folder", file.string());
    std::ifstream in{file, std::ios::binary};
    if (!in) throw Error(Fault::config, "cannot read the examples {}: {}", file.string(), std::strerror(errno));
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string hash_of(std::string_view text) { return fmt::format("{:016x}{:016x}", fast_hash(text), fast_hash(text, 1)); }

std::vector<LabelledPrompt> parse_examples(std::string_view text, const std::string& file) {
    std::vector<LabelledPrompt> out;
    long number = 0;
    Record record;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (!record.load(line, number)) {
            if (record.scanned().kind == Scan::Kind::blank) continue;
            throw Error(Fault::config, "{}:{}: it is no JSON object; an example is {{\"prompt\": TEXT, \"label\": LABEL}}", file, number);
        }
        try {
            auto prompt = record.text("prompt");
            if (!prompt) prompt = record.text("text");
            if (!prompt) throw Error(Fault::config, "{}:{}: an example needs 'prompt' or 'text'", file, number);
            auto label = record.text("label");
            if (!label) label = record.text("route");
            if (!label) label = record.text("intent");
            out.push_back({std::move(*prompt), label.value_or("")});
        } catch (const Error& e) {
            if (e.fault == Fault::config) throw;
            throw Error(Fault::config, "{}:{}: {}", file, number, e.what());
        }
    }
    if (out.empty()) throw Error(Fault::config, "{}: there is no example in it; a line is {{\"prompt\": TEXT, \"label\": LABEL}}", file);
    return out;
}

}  // namespace

std::vector<LabelledPrompt> read_examples(const std::filesystem::path& file) { return parse_examples(contents_of(file), file.string()); }

std::optional<Likeness> vote(std::span<const std::pair<std::string_view, double>> neighbours) {
    if (neighbours.empty()) return std::nullopt;
    std::map<std::string_view, double> votes;
    for (const auto& [label, score] : neighbours) votes[label] += std::exp(sharpness * (score - neighbours.front().second));
    const auto best = std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; })->first;
    for (const auto& [label, score] : neighbours)
        if (label == best) return Likeness{std::string{best}, score};
    return std::nullopt;
}

Examples::Examples(const ExampleRule& rule, Embedding& embedding, const std::filesystem::path& store, const std::function<void(std::string_view)>& warn) : rule_(rule) {
    if (rule_.file.empty()) {
        own_ = embedding.embed_now(rule_.texts);
        return;
    }
    try {
        make_private_folder(store.parent_path());
        open(store, embedding);
    } catch (const Error& e) {
        if (e.fault != Fault::io && e.fault != Fault::locked) throw;
        if (warn) warn(fmt::format("{}; the examples of {} are made into vectors for this run alone", e.what(), rule_.file.string()));
        open(":memory:", embedding);
    }
}

Examples::~Examples() = default;

void Examples::open(const std::filesystem::path& store, Embedding& embedding) {
    std::error_code ignored;
    const std::string file = std::filesystem::weakly_canonical(rule_.file, ignored).string();
    const std::string text = contents_of(rule_.file);
    const std::string content = hash_of(text);
    index_.reset();
    db_ = std::make_unique<Database>(store, DatabaseOptions{.durability = Durability::normal});
    migrate(*db_, {store_schema(), index_schema(), route_schema()});
    const auto known = [&] {
        return db_->value<std::int64_t>("SELECT id FROM example_set WHERE file = ?1 AND embedder = ?2 AND content = ?3", file, embedding.id(), content);
    };
    if (!known()) fill(embedding, file, content, text);
    const auto set = known();
    if (!set) throw Error(Fault::io, "{} was changed while it was read", file);
    index_ = std::make_unique<Index>(*db_, IndexKey{fmt::format("examples {}", *set), embedding.id(), static_cast<int>(embedding.dimension())});
}

void Examples::fill(Embedding& embedding, const std::string& file, const std::string& content, const std::string& text) {
    const std::vector<LabelledPrompt> examples = parse_examples(text, rule_.file.string());
    std::vector<std::string> texts;
    for (const LabelledPrompt& e : examples) texts.push_back(e.text);
    const std::vector<Vector> vectors = embedding.embed_now(texts);
    Transaction all{*db_};
    if (db_->value<std::int64_t>("SELECT id FROM example_set WHERE file = ?1 AND embedder = ?2 AND content = ?3", file, embedding.id(), content)) return;
    db_->run("INSERT INTO example_set (file, embedder, content) VALUES (?1, ?2, ?3)", file, embedding.id(), content);
    const std::int64_t set = db_->last_row();
    Index index{*db_, {fmt::format("examples {}", set), embedding.id(), static_cast<int>(embedding.dimension())}};
    for (std::size_t i = 0; i < examples.size(); ++i) {
        if (std::ranges::all_of(vectors[i], [](float v) { return v == 0; })) continue;  // like nothing
        db_->run("INSERT INTO example (example_set, label) VALUES (?1, ?2)", set, examples[i].label);
        index.append(db_->last_row(), vectors[i]);
    }
    forget_older(file, embedding);
    all.commit();
}

/// All but the newest few sets of the file.
void Examples::forget_older(const std::string& file, const Embedding& embedding) {
    for (;;) {
        const auto old = db_->value<std::int64_t>("SELECT id FROM example_set WHERE file = ?1 AND embedder = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3", file, embedding.id(),
                                                  sets_kept);
        if (!old) return;
        drop_index(*db_, {fmt::format("examples {}", *old), embedding.id(), static_cast<int>(embedding.dimension())});
        db_->run("DELETE FROM example_set WHERE id = ?1", *old);
    }
}

const std::string& Examples::label_of(std::int64_t row) {
    const auto it = labels_.find(row);
    if (it != labels_.end()) return it->second;
    return labels_.emplace(row, db_->value<std::string>("SELECT label FROM example WHERE id = ?1", row).value_or("")).first->second;
}

std::optional<Likeness> Examples::nearest(std::span<const float> vector) {
    if (std::ranges::all_of(vector, [](float v) { return v == 0; })) return std::nullopt;
    if (!index_) {
        double best = -1;
        for (const Vector& v : own_) {
            double sum = 0;
            for (std::size_t i = 0; i < v.size() && i < vector.size(); ++i) sum += double{v[i]} * double{vector[i]};
            best = std::max(best, sum);
        }
        return Likeness{"", best};
    }
    std::vector<std::pair<std::string_view, double>> neighbours;
    for (const Hit& hit : index_->search(vector, {.k = static_cast<std::size_t>(rule_.neighbours)})) neighbours.emplace_back(label_of(hit.row), double{hit.score});
    return vote(neighbours);
}

double Examples::threshold(std::string_view label) const {
    for (const auto& [name, threshold] : rule_.thresholds)
        if (name == label) return threshold;
    return rule_.threshold;
}

std::string Examples::route(std::string_view label, const std::string& rule_route) const {
    for (const auto& [name, route] : rule_.routes)
        if (name == label) return route;
    return rule_route.empty() ? std::string{label} : rule_route;
}

std::size_t Examples::size() const { return index_ ? index_->count() : own_.size(); }

}  // namespace llm
