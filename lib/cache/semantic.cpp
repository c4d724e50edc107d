#include "cache/semantic.hpp"

#include "text/gate.hpp"

#include <algorithm>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t indexes_open = 256;

bool says_something(const Vector& v) {
    return std::ranges::any_of(v, [](float x) { return x != 0; });
}

}  // namespace

Semantic::Semantic(CacheStore& store, Embedding& embedding, SemanticOptions options)
    : store_(store), embedding_(embedding), options_(std::move(options)) {}

Index& Semantic::index(std::int64_t space, const std::string& fingerprint, int dimension) {
    if (indexes_.size() >= indexes_open) indexes_.clear();
    auto& slot = indexes_[fmt::format("{}/{}", space, fingerprint)];
    if (!slot) slot = std::make_unique<Index>(store_.db(), IndexKey{vector_space(space, fingerprint), embedding_.id(), dimension});
    return *slot;
}

Task<Vector> Semantic::vector_of(const std::string& text) {
    if (embedding_.local()) co_return embedding_.now(text);
    std::vector<std::string> texts{text};
    std::vector<Vector> vectors = co_await embedding_.embed(std::move(texts));
    co_return std::move(vectors.at(0));
}

std::optional<std::string> Semantic::text_of_row(std::int64_t row) {
    return store_.db().value<std::string>("SELECT question FROM answer WHERE entry = ?1", row);
}

Task<Match> Semantic::find(const Question& q, std::string_view space_name) {
    Match match;
    const Vector vector = co_await vector_of(q.text);
    match.vector = vector;
    if (!says_something(vector)) co_return match;
    const std::int64_t space = store_.space_id(space_name);
    if (space == 0) co_return match;
    SearchOptions search;
    search.k = options_.nominees;
    search.floor = static_cast<float>(options_.threshold);
    search.allow = [this](std::int64_t row) { return store_.is_live(row, options_.max_age); };
    const std::vector<Hit> hits = index(space, q.fingerprint, static_cast<int>(vector.size())).search(vector, search);
    for (const Hit& hit : hits) {
        const auto text = text_of_row(hit.row);
        if (!text) continue;
        std::string refused;
        if (options_.gate == SemanticOptions::Gate::on)
            if (const auto difference = differs(q.text, *text)) refused = spelling(*difference);
        if (refused.empty() && options_.judge) {
            store_.settle();  // a judge may take its time
            try {
                const bool same = co_await options_.judge(q.text, *text);
                if (!same) refused = "judge";
            } catch (const Error& e) {
                refused = fmt::format("judge: {}", e.what());
            }
        }
        if (refused.empty()) {
            auto answer = store_.read(hit.row);  // it may have gone while the judge thought
            if (!answer) continue;
            match.row = hit.row;
            match.score = double{hit.score};
            match.text = *text;
            match.refused.clear();
            match.answer = std::move(*answer);
            co_return match;
        }
        if (!match.refused.empty()) continue;  // the nearest is the one to tell of
        match.score = double{hit.score};
        match.text = *text;
        match.refused = std::move(refused);
    }
    co_return match;
}

void Semantic::keep(std::int64_t row, std::string_view space_name, const std::string& fingerprint, const std::string& text, const Vector& vector) {
    if (row == 0 || fingerprint.empty() || !says_something(vector)) return;
    store_.writing();
    const std::int64_t space = store_.space_id(space_name);
    store_.make_findable(row, fingerprint, text);
    index(space, fingerprint, static_cast<int>(vector.size())).append(row, vector);
    grown_.insert(fmt::format("{}/{}", space, fingerprint));
}

void Semantic::tend() {
    for (const std::string& name : std::exchange(grown_, {})) {
        const auto it = indexes_.find(name);
        if (it == indexes_.end() || !it->second->state().codes_due) continue;
        BuildOptions codes;
        codes.kind = SnapshotKind::codes;
        it->second->build(codes);
    }
}

}  // namespace llm
