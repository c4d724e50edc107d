#include "cache/semantic.hpp"

#include "cache/agree.hpp"
#include "cache/decisions.hpp"
#include "text/denial.hpp"

#include <algorithm>
#include <coroutine>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t indexes_open = 256;

bool says_something(const Vector& v) {
    return std::ranges::any_of(v, [](float x) { return x != 0; });
}

}  // namespace

std::string text_to_embed(const Embedding& embedding, std::string_view text) {
    std::string plain = without_marks(std::string{text});
    return embedding.id().starts_with("builtin") ? contract_denials(plain) : plain;
}

std::vector<std::string> texts_to_embed(const Embedding& embedding, std::vector<std::string> texts) {
    for (std::string& text : texts) text = text_to_embed(embedding, text);
    return texts;
}

Semantic::Semantic(CacheStore& store, Embedding& embedding, SemanticOptions options)
    : store_(store), embedding_(embedding), options_(std::move(options)) {
    if (options_.max_error) learner_.emplace(store_, *options_.max_error);
}

Index& Semantic::index(std::int64_t space, const std::string& fingerprint, int dimension) {
    if (indexes_.size() >= indexes_open) indexes_.clear();
    auto& slot = indexes_[fmt::format("{}/{}", space, fingerprint)];
    if (!slot) {
        IndexOptions o;
        o.warn = options_.warn;
        slot = std::make_unique<Index>(store_.db(), IndexKey{vector_space(space, fingerprint), embedding_.id(), dimension}, std::move(o));
    }
    return *slot;
}

/// What another embedder stored cannot be found with this one; said once, where there is nothing else to find.
void Semantic::warn_of_strangers(std::int64_t space, const Question& q, int dimension) {
    if (warned_ || !options_.warn) return;
    std::optional<SetInfo> stranger;
    for (SetInfo& set : index_sets(store_.db(), vector_space(space, q.fingerprint))) {
        if (set.count == 0) continue;
        if (set.key.embedder == embedding_.id() && set.key.dimension == dimension) return;
        stranger = std::move(set);
    }
    if (!stranger) return;
    warned_ = true;
    options_.warn(fmt::format("{} stored questions have vectors of {} with {} dimensions, which {} with {} cannot find; give --embedder as then, or run "
                              "llm-cache verify --reembed",
                              stranger->count, stranger->key.embedder, stranger->key.dimension, embedding_.id(), dimension));
}

bool Semantic::explores(std::int64_t space, const Hit& hit, const std::vector<Hit>& near, const std::string& answer, Match& match) {
    match.evidence = {match.score, 0, 0, 0, 0};
    if (!learner_) return false;
    for (const Hit& other : near) {
        if (other.row == hit.row) continue;
        const auto theirs = store_.answer_in(other.row);
        if (theirs) ++(equal_answers(*theirs, answer) ? match.evidence.agreeing : match.evidence.differing);
    }
    const Learner::Choice choice = learner_->choose(space, hit.row, match.evidence);
    match.evidence = choice.evidence;
    if (choice.risk < 1) match.risk = choice.risk;
    return choice.what == Learner::Choice::What::explore;
}

struct Semantic::Wanting {
    std::string text;
    Vector vector{};
    std::optional<Error> failure{};
    bool done = false;
    std::coroutine_handle<> waiting{};

    struct Wait {
        Wanting& one;
        bool await_ready() const noexcept { return one.done; }
        void await_suspend(std::coroutine_handle<> h) const noexcept { one.waiting = h; }
        void await_resume() const noexcept {}
    };
};

Task<Vector> Semantic::vector_of(const std::string& text) {
    if (embedding_.local()) co_return vector_now(text);
    Wanting mine{text_to_embed(embedding_, text)};
    wanting_.push_back(&mine);
    if (!asking_ || asking_->done()) {
        asking_.emplace(ask_server());
        asking_->start();
    }
    Wanting::Wait wait{mine};
    co_await wait;
    if (mine.failure) throw Error(*mine.failure);
    co_return std::move(mine.vector);
}

Task<Vector> Semantic::vector_if_there(const std::string& text) {
    try {
        Vector vector = co_await vector_of(text);
        co_return vector;
    } catch (const Error& e) {
        if (!server_is_away(e)) throw;
        if (!std::exchange(said_away_, true) && options_.warn)
            options_.warn(fmt::format("{}; what {} makes no vectors of is looked up by its words alone, and stored without: llm-cache verify --reembed makes up for it", e.what(),
                                      options_.embedder));
    }
    co_return Vector{};
}

Task<void> Semantic::ask_server() {
    while (!wanting_.empty()) {
        std::vector<Wanting*> asked = std::exchange(wanting_, {});
        co_await ask_for(asked);
        const bool together = asked.size() > 1;
        for (Wanting* one : asked) {
            // A text that the server will not have must not take the others with it.
            if (together && one->failure && one->failure->fault == Fault::refused) {
                one->failure.reset();
                std::vector<Wanting*> alone{one};
                co_await ask_for(std::move(alone));
            }
        }
        for (Wanting* one : asked) {
            one->done = true;
            if (one->waiting) std::exchange(one->waiting, {}).resume();  // `one` is gone from here on
        }
    }
}

Task<void> Semantic::ask_for(std::vector<Wanting*> asked) {
    std::vector<std::string> texts;
    for (const Wanting* one : asked) texts.push_back(one->text);
    try {
        std::vector<Vector> vectors = co_await embedding_.embed(std::move(texts));
        for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->vector = std::move(vectors.at(i));
    } catch (const Error& e) {
        for (Wanting* one : asked) one->failure = e;
    }
}

std::optional<std::string> Semantic::text_of_row(std::int64_t row) {
    return store_.db().value<std::string>("SELECT question FROM answer WHERE entry = ?1", row);
}

Task<Match> Semantic::find(const Question& q, std::string_view space_name) {
    Match match;
    const Vector vector = co_await vector_if_there(q.text);
    match.vector = vector;
    if (!says_something(vector)) co_return match;
    const std::int64_t space = store_.space_id(space_name);
    if (space == 0) co_return match;
    SearchOptions search;
    search.k = options_.nominees;
    search.floor = static_cast<float>(options_.threshold);
    const std::vector<std::int64_t> own = store_.rows_of(q.key, space_name);
    const bool some_wrong = has_wrong_outcomes(store_);
    search.allow = [&](std::int64_t row) {
        return store_.is_live(row, options_.wanted) && std::ranges::find(own, row) == own.end() &&
               !(some_wrong && is_distrusted(store_, row, q.key, learner_ ? Trust::learned : Trust::counted));
    };
    const auto dimension = static_cast<int>(vector.size());
    const std::vector<Hit> hits = index(space, q.fingerprint, dimension).search(vector, search);
    if (hits.empty()) warn_of_strangers(space, q, dimension);
    for (const Hit& hit : hits) {
        const auto text = text_of_row(hit.row);
        if (!text) continue;
        std::string refused = held_apart(q.text, *text, options_.gate);
        if (refused.empty() && options_.judge) {
            store_.settle();  // a judge may take its time
            try {
                const bool same = co_await options_.judge(without_marks(q.text), without_marks(*text));
                if (!same) refused = "judge";
            } catch (const Error& e) {
                refused = fmt::format("judge: {}", e.what());
            }
        }
        if (refused.empty()) {
            auto answer = store_.read(hit.row);  // it may have gone while the judge thought
            if (!answer) continue;
            match.score = double{hit.score};
            match.text = without_marks(*text);
            match.refused.clear();
            if (explores(space, hit, hits, answer->answer, match)) {
                match.explored = hit.row;
                co_return match;
            }
            match.row = hit.row;
            match.answer = std::move(*answer);
            co_return match;
        }
        if (!match.refused.empty()) continue;  // the nearest is the one to tell of
        match.score = double{hit.score};
        match.text = without_marks(*text);
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
    store_.count_vectors(row);
    grown_.insert(fmt::format("{}/{}", space, fingerprint));
}

bool Semantic::has_vector(std::int64_t space, std::string_view fingerprint, std::int64_t row) {
    for (const SetInfo& set : index_sets(store_.db(), vector_space(space, fingerprint)))
        if (set.key.embedder == embedding_.id() && Index(store_.db(), set.key).contains(row)) return true;
    return false;
}

Task<void> Semantic::complete(const Question& q, std::string_view space_name) {
    if (store_.db().access() == Access::read) co_return;
    const std::int64_t space = store_.space_id(space_name);
    std::vector<std::int64_t> lacking;
    for (const std::int64_t row : store_.rows_of(q.key, space_name)) {
        const auto fingerprint = store_.db().value<std::string>("SELECT fingerprint FROM entry WHERE id = ?1", row);
        if (fingerprint && !has_vector(space, *fingerprint, row)) lacking.push_back(row);
    }
    if (lacking.empty()) co_return;
    try {
        const Vector vector = co_await vector_if_there(q.text);
        for (const std::int64_t row : lacking) keep(row, space_name, q.fingerprint, q.text, vector);
    } catch (const Error&) {
    }
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
