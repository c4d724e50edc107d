#include "mem/vectors.hpp"

#include "base/error.hpp"
#include "mem/rows.hpp"

#include <algorithm>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t texts_at_once = 256;

bool says_something(const Vector& v) {
    return std::ranges::any_of(v, [](float x) { return x != 0; });
}

}  // namespace

Vectors::Vectors(MemStore& store, Embedding& embedding) : store_(store), embedding_(embedding) {
    if (embedding_.local()) store_.before_commit([this] { fill(); });
}

void Vectors::check_embedder() {
    if (checked_) return;
    const auto known = store_.db().value<std::string>("SELECT value FROM trait WHERE name = 'embedder'");
    if (known && *known != embedding_.id())
        throw Error(Fault::config, "the vectors in {} were made by {}, not by {}; give --embedder as before, or make them anew: llm-mem verify --reembed --embedder NAME",
                    store_.db().path().string(), *known, embedding_.id());
    if (!known) {
        if (!store_.is_writing()) return;
        store_.db().run("INSERT INTO trait (name, value) VALUES ('embedder', ?1)", embedding_.id());
    }
    checked_ = true;
}

Index& Vectors::index(std::int64_t space, int dimension) {
    auto& slot = indexes_[space];
    if (!slot) slot = std::make_unique<Index>(store_.db(), IndexKey{vector_space_of(space), embedding_.id(), dimension});
    return *slot;
}

std::size_t Vectors::fill(std::size_t limit) {
    std::size_t made = 0;
    std::int64_t after = 0;  // what the server refuses is passed over
    std::optional<Error> refused;
    while (made < limit) {
        std::vector<std::int64_t> ids, spaces;
        std::vector<std::string> texts;
        {
            auto rows = store_.db().prepare("SELECT u.passage, p.space, v.text FROM unembedded u JOIN passage p ON p.id = u.passage JOIN version v ON v.id = p.version "
                                            "WHERE u.passage > ?2 ORDER BY u.passage LIMIT ?1");
            rows.bind(static_cast<std::int64_t>(std::min(texts_at_once, limit - made)), after);
            while (rows.step()) {
                ids.push_back(rows.column<std::int64_t>(0));
                spaces.push_back(rows.column<std::int64_t>(1));
                texts.push_back(rows.column<std::string>(2));
            }
        }
        if (ids.empty()) break;
        const bool own = !store_.is_writing();
        // A server's answer is not waited for with the store's lock in hand.
        const std::vector<Vector> vectors = vectors_of(texts, refused);
        store_.writing();
        check_embedder();
        after = ids.back();
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (vectors[i].empty()) continue;
            // Somebody may have changed or embedded it meanwhile.
            if (own && store_.db().value<std::string>("SELECT v.text FROM unembedded u JOIN passage p ON p.id = u.passage JOIN version v ON v.id = p.version WHERE "
                                                      "u.passage = ?1 AND p.space = ?2",
                                                      ids[i], spaces[i]) != texts[i])
                continue;
            index(spaces[i], static_cast<int>(vectors[i].size())).append(ids[i], vectors[i]);
            store_.db().run("DELETE FROM unembedded WHERE passage = ?1", ids[i]);
        }
        made += ids.size();
        if (own) store_.settle();
    }
    if (refused) throw Error(*refused);
    return made;
}

/// A text that the server will not have must not take the others with it: its vector stays empty.
std::vector<Vector> Vectors::vectors_of(std::span<const std::string> texts, std::optional<Error>& refused) {
    try {
        return embedding_.embed_now(texts);
    } catch (const Error& e) {
        if (e.fault != Fault::refused) throw;
        refused = e;
    }
    if (texts.size() == 1) return std::vector<Vector>(1);
    const std::size_t half = texts.size() / 2;
    std::vector<Vector> all = vectors_of(texts.first(half), refused);
    for (Vector& v : vectors_of(texts.subspan(half), refused)) all.push_back(std::move(v));
    return all;
}

void Vectors::fill_as_far_as_it_goes() {
    try {
        fill();
    } catch (const Error& e) {
        if (!server_is_away(e) && e.fault != Fault::refused) throw;
        const auto missing = store_.db().value<std::int64_t>("SELECT count(*) FROM unembedded").value_or(0);
        if (warn) warn(fmt::format("{} stored, and found by words; {} no vector yet, and the next llm-mem add tries again: {}", missing == 1 ? "1 passage is" : fmt::format("{} passages are", missing),
                                   missing == 1 ? "it has" : "they have", e.what()));
    }
}

void Vectors::tend() {
    for (const SetInfo& set : index_sets(store_.db())) {
        if (!set.key.space.starts_with("mem/")) continue;
        Index index{store_.db(), set.key};
        if (!index.state().codes_due) continue;
        BuildOptions codes;
        codes.kind = SnapshotKind::codes;
        index.build(codes);
    }
}

void Vectors::start_anew() {
    store_.writing();
    indexes_.clear();
    for (const SetInfo& set : index_sets(store_.db()))
        if (set.key.space.starts_with("mem/")) drop_index(store_.db(), set.key);
    store_.db().run("DELETE FROM trait WHERE name = 'embedder'");
    store_.db().run("INSERT OR IGNORE INTO unembedded (passage) SELECT id FROM passage");
    checked_ = false;
}

Vector Vectors::of(std::string_view text) {
    if (embedding_.local()) return embedding_.now(text);
    const std::string one{text};
    return embedding_.embed_now(std::span(&one, 1)).at(0);
}

std::optional<Vector> Vectors::of_if_there(std::string_view text) {
    try {
        return of(text);
    } catch (const Error& e) {
        if (!server_is_away(e)) throw;
        if (!std::exchange(warned_, true) && warn) warn(fmt::format("looking by words alone: {}", e.what()));
        return std::nullopt;
    }
}

std::optional<Vector> Vectors::stored(std::int64_t space, std::int64_t passage) {
    for (const SetInfo& set : index_sets(store_.db(), vector_space_of(space)))
        if (set.key.embedder == embedding_.id()) return index(space, set.key.dimension).vector(passage);
    return std::nullopt;
}

std::vector<Hit> Vectors::search(std::int64_t space, const Vector& question, const SearchOptions& options) {
    if (!says_something(question)) return {};
    check_embedder();
    return index(space, static_cast<int>(question.size())).search(question, options);
}

}  // namespace llm
