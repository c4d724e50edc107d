#include "mem/search.hpp"

#include "mem/rows.hpp"
#include "mem/words.hpp"
#include "text/tokens.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

namespace llm {
namespace {

constexpr double rank_offset = 60;  // Cormack's k
// The best of a coarse grid on conversation 26 of LoCoMo (tests/bench/figures/mem.py).
constexpr double words_weight = 1, vectors_weight = .25;
constexpr std::size_t least_by_words = 200, least_by_vectors = 50;  // candidates of each part
constexpr float least_likeness = .2F;                               // cosines below it say nothing
/// What a hit lends to its neighbours in the document, halved at the second, a third at the third: an answer often stands beside the words asked for.
/// Long passages stand more for themselves.
constexpr double lent = .5;
constexpr std::int64_t lent_as_far_as = 4;
constexpr double short_passage = 500;  // bytes
constexpr std::size_t lenders = 20;    // best of each part whose neighbours become candidates

// From so many passages on, words are told apart by how many passages have them.
constexpr std::int64_t big_store = 5'000;
constexpr std::int64_t sample = 2'048;
constexpr double rare_share = .05, rarely = 5'000;  // of the passages, but no more than so many
constexpr double everywhere = .125;  // of all passages
constexpr std::size_t most_in_pairs = 6;

/// What filters and neighbours need of a passage, from its small row.
struct Light {
    std::int64_t space = 0, document = 0, ordinal = 0, hash = 0, time = 0;
    std::optional<std::int64_t> until;
    bool pinned = false;
    bool allowed = false;
};

using Place = std::pair<std::int64_t, std::int64_t>;  // document and ordinal

struct Candidate {
    std::int64_t id = 0;
    double words = 0, vector = 0;  // with what neighbours lend
    std::optional<double> bm25, cosine;
    std::optional<std::size_t> word_rank, vector_rank;
    double score = 0, age_factor = 1;
};

class Search {
public:
    Search(MemStore& store, Vectors& vectors, const SearchFor& what) : store_(store), vectors_(vectors), what_(what), by_(what.by), now_(store.now()) {}

    std::vector<Found> run() {
        ask_embedder();  // a server may take its time
        const Snapshot view{store_.db()};
        find_spaces();
        if (spaces_.empty() || what_.k == 0) return {};
        find_documents();
        if (by_ != SearchBy::vectors) by_words();
        if (by_ != SearchBy::words) by_vectors();
        add_neighbours();
        lend(&Candidate::bm25, &Candidate::words);
        lend(&Candidate::cosine, &Candidate::vector);
        join();
        return chosen();
    }

private:
    void ask_embedder() {
        if (by_ == SearchBy::vectors) question_ = vectors_.of(what_.words);
        if (by_ != SearchBy::hybrid) return;
        if (auto there = vectors_.of_if_there(what_.words)) question_ = std::move(*there);
        else by_ = SearchBy::words;
    }

    std::size_t pool(std::size_t least) const { return std::max(least, what_.k * 4); }

    void find_spaces() {
        if (what_.where.space) {
            if (const std::int64_t id = store_.space_id(*what_.where.space); id != 0) spaces_.insert(id);
            return;
        }
        for (const std::string& name : store_.spaces()) spaces_.insert(store_.space_id(name));
    }

    void find_documents() {
        if (what_.where.source.empty()) return;
        documents_.emplace();
        auto rows = store_.db().prepare("SELECT id FROM document WHERE source = ?1 OR source GLOB ?1");
        rows.bind(what_.where.source);
        while (rows.step()) documents_->insert(rows.column<std::int64_t>(0));
    }

    const Light& light(std::int64_t id) {
        const auto [it, fresh] = light_.try_emplace(id);
        if (!fresh) return it->second;
        auto row = store_.db().prepare("SELECT space, document, ordinal, hash, time, until, pinned, tags FROM passage WHERE id = ?1");
        row.borrow(id);
        if (!row.step()) return it->second;
        Light& l = it->second;
        l.space = row.column<std::int64_t>(0);
        l.document = row.column<std::int64_t>(1);
        l.ordinal = row.column<std::int64_t>(2);
        l.hash = row.column<std::int64_t>(3);
        l.time = row.column<std::int64_t>(4);
        l.until = row.column<std::optional<std::int64_t>>(5);
        l.pinned = row.column<bool>(6);
        l.allowed = allows(l, row.column<std::string_view>(7)) && (!what_.filter || what_.filter(*store_.find(id)));
        return l;
    }

    bool allows(const Light& l, std::string_view tags) const {
        const PassageSelection& s = what_.where;
        if (!spaces_.contains(l.space)) return false;
        if (documents_ && !documents_->contains(l.document)) return false;
        if (s.document && *s.document != l.document) return false;
        if (s.from && l.time < *s.from) return false;
        if (s.to && l.time >= *s.to) return false;
        if (s.pins == PassageSelection::Pins::only && !l.pinned) return false;
        const std::int64_t at = what_.as_of.value_or(now_);
        if (what_.as_of && l.time > at) return false;
        if (l.until && *l.until <= at) return false;
        if (s.tags.empty()) return true;
        const std::vector<std::string> has = mem_rows::tags_from(tags);
        return std::ranges::any_of(s.tags, [&](const std::string& t) { return std::ranges::find(has, t) != has.end(); });
    }

    Candidate& candidate(std::int64_t id) {
        Candidate& c = candidates_[id];
        c.id = id;
        return c;
    }

    /// Scoring costs most, a microsecond a row or so. In a big store words that many passages have are therefore looked for in pairs.
    void by_words() {
        const std::vector<std::string> terms = query_terms(what_.words);
        if (terms.empty()) return;
        const auto last = store_.db().value<std::int64_t>("SELECT max(id) FROM passage").value_or(0);
        if (last < big_store) {
            rank_words(any_of(terms), 1);
            return;
        }
        std::vector<std::string> rare, common;
        for (const std::string& term : terms) {
            const double share = sampled_share(term, last);
            if (share <= rare_share && share * static_cast<double>(last) <= rarely) rare.push_back(term);
            else if (share < everywhere && common.size() < most_in_pairs) common.push_back(term);
        }
        if (!rare.empty()) rank_words(any_of(rare), 1);
        if (common.size() > 1) rank_words(any_two_of(common), static_cast<double>(common.size() - 1));
        if (by_words_ < what_.k) rank_words(any_of(common.empty() ? terms : common), 1);
    }

    /// The share of passages that have the term, among the oldest and the newest.
    double sampled_share(const std::string& term, std::int64_t last) {
        const auto count = [&](std::int64_t from, std::int64_t to) {
            return static_cast<double>(store_.db().value<std::int64_t>("SELECT count(*) FROM passage_words WHERE passage_words MATCH ?1 AND rowid > ?2 AND rowid <= ?3", term, from, to).value_or(0));
        };
        return (count(0, sample) + count(last - sample, last)) / static_cast<double>(2 * sample);
    }

    void rank_words(const std::string& query, double counted) {
        auto rows = store_.db().prepare("SELECT rowid, -rank FROM passage_words WHERE passage_words MATCH ?1 AND rank MATCH 'bm25(1.0, 0.5)' ORDER BY rank");
        rows.bind(query);
        std::size_t found = 0;
        while (found < pool(least_by_words) && rows.step()) {
            const auto id = rows.column<std::int64_t>(0);
            if (!light(id).allowed) continue;
            Candidate& c = candidate(id);
            if (!c.bm25) ++by_words_;
            c.bm25 = c.bm25.value_or(0) + rows.column<double>(1) / counted;
            if (++found <= lenders) lenders_.insert(id);
        }
    }

    void by_vectors() {
        SearchOptions o;
        o.k = pool(least_by_vectors);
        o.floor = least_likeness;
        o.allow = [this](std::int64_t row) { return light(row).allowed; };
        std::vector<Hit> hits;
        for (const std::int64_t space : spaces_)
            for (const Hit& h : vectors_.search(space, question_, o)) hits.push_back(h);
        std::ranges::sort(hits, [](const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.row < b.row; });
        if (hits.size() > o.k) hits.resize(o.k);
        for (std::size_t i = 0; i < hits.size(); ++i) {
            candidate(hits[i].row).cosine = double{hits[i].score};
            if (i < lenders) lenders_.insert(hits[i].row);
        }
    }

    void add_neighbours() {
        std::set<std::int64_t> near;
        for (const std::int64_t id : lenders_) {
            const Light l = light(id);
            auto rows = store_.db().prepare("SELECT id FROM passage WHERE document = ?1 AND ordinal BETWEEN ?2 AND ?3");
            rows.bind(l.document, l.ordinal - lent_as_far_as, l.ordinal + lent_as_far_as);
            while (rows.step()) near.insert(rows.column<std::int64_t>(0));
        }
        for (const std::int64_t id : near)
            if (light(id).allowed) candidate(id);
    }

    double share(std::int64_t id) {
        const double bytes = static_cast<double>(
            store_.db().value<std::int64_t>("SELECT v.past - v.first FROM passage p JOIN version v ON v.id = p.version WHERE p.id = ?1", id).value_or(0));
        return lent * std::min(1.0, short_passage / std::max(bytes, 1.0));
    }

    /// Each part's scores, with a share of what the passages before and behind it have.
    void lend(std::optional<double> Candidate::*own, double Candidate::*with) {
        std::map<Place, double> at;
        for (const auto& [id, c] : candidates_)
            if (c.*own) at[{light(id).document, light(id).ordinal}] = *(c.*own);
        if (at.empty()) return;
        for (auto& [id, c] : candidates_) {
            const Light& l = light(id);
            double near = 0;
            const auto begin = at.lower_bound({l.document, l.ordinal - lent_as_far_as}), end = at.upper_bound({l.document, l.ordinal + lent_as_far_as});
            for (auto it = begin; it != end; ++it)
                if (const std::int64_t distance = std::abs(it->first.second - l.ordinal); distance > 0) near += it->second / static_cast<double>(distance);
            c.*with = (c.*own).value_or(0) + (near > 0 ? near * share(id) : 0);
        }
    }

    std::vector<Candidate*> ranked(double Candidate::*by) {
        std::vector<Candidate*> out;
        for (auto& [id, c] : candidates_)
            if (c.*by > 0) out.push_back(&c);
        std::ranges::sort(out, [by](const Candidate* a, const Candidate* b) { return a->*by != b->*by ? a->*by > b->*by : a->id < b->id; });
        return out;
    }

    /// Reciprocal ranks, so that a passage first by every part has 1.
    void join() {
        double best = 0;
        const auto count = [&](double Candidate::*by, std::optional<std::size_t> Candidate::*rank, double weight) {
            best += weight / (rank_offset + 1);
            std::size_t place = 0;
            for (Candidate* c : ranked(by)) {
                c->*rank = ++place;
                c->score += weight / (rank_offset + static_cast<double>(place));
            }
        };
        if (by_ != SearchBy::vectors) count(&Candidate::words, &Candidate::word_rank, words_weight);
        if (by_ != SearchBy::words) count(&Candidate::vector, &Candidate::vector_rank, vectors_weight);
        for (auto& [id, c] : candidates_) {
            c.score /= best;
            const Light& l = light(id);
            if (!what_.half_life || *what_.half_life <= 0 || l.pinned) continue;
            const double age = static_cast<double>(std::max<std::int64_t>(0, what_.as_of.value_or(now_) - l.time));
            c.age_factor = std::exp2(-age / static_cast<double>(*what_.half_life));
            c.score *= c.age_factor;
        }
        if (what_.pins == SearchFor::Pins::always) add_pinned();
    }

    void add_pinned() {
        for (const std::int64_t space : spaces_) {
            auto rows = store_.db().prepare("SELECT id FROM passage WHERE space = ?1 AND pinned");
            rows.bind(space);
            while (rows.step())
                if (const auto id = rows.column<std::int64_t>(0); light(id).allowed) candidate(id);
        }
    }

    std::vector<Candidate*> in_order() {
        std::vector<Candidate*> out;
        for (auto& [id, c] : candidates_)
            if (c.score > 0 || light(id).pinned) out.push_back(&c);
        std::ranges::sort(out, [this](const Candidate* a, const Candidate* b) {
            const bool pa = light(a->id).pinned, pb = light(b->id).pinned;
            if (pa != pb) return pa;
            return a->score != b->score ? a->score > b->score : a->id < b->id;
        });
        return out;
    }

    /// Maximal marginal relevance: the next is what is near the question and far from those chosen.
    void diversify(std::vector<Candidate*>& order) {
        const std::size_t among = std::min(order.size(), std::max<std::size_t>(what_.k * 3, 30));
        std::vector<Vector> of(among);
        for (std::size_t i = 0; i < among; ++i)
            if (const auto v = vectors_.stored(light(order[i]->id).space, order[i]->id)) of[i] = *v;
        std::vector<double> nearest(among, 0);
        std::vector<std::size_t> left(among);
        for (std::size_t i = 0; i < among; ++i) left[i] = i;
        std::vector<Candidate*> out;
        while (!left.empty()) {
            const auto worth = [&](std::size_t i) { return *what_.mmr * order[i]->score - (1 - *what_.mmr) * nearest[i] + (light(order[i]->id).pinned ? 2 : 0); };
            const auto next = std::ranges::max_element(left, {}, worth);
            const std::size_t taken = *next;
            left.erase(next);
            out.push_back(order[taken]);
            for (const std::size_t i : left) {
                double dot = 0;
                for (std::size_t j = 0; j < of[i].size() && j < of[taken].size(); ++j) dot += double{of[i][j]} * double{of[taken][j]};
                nearest[i] = std::max(nearest[i], dot);
            }
        }
        std::ranges::copy(out, order.begin());
    }

    void widen(Found& f, std::set<std::pair<std::int64_t, std::int64_t>>& shown) {
        Passage& p = f.passage;
        std::string text;
        for (const Passage& n : store_.neighbours(p.document, p.ordinal - what_.around, p.ordinal + what_.around)) {
            const bool own = n.id == p.id;
            if (!own && !shown.insert({n.document, n.ordinal}).second) continue;
            text += (text.empty() ? "" : "\n") + n.text;
            p.begin = std::min(p.begin, n.begin);
            p.end = std::max(p.end, n.end);
            if (n.line != 0 && n.line < p.line) p.line = n.line;
        }
        p.text = std::move(text);
    }

    std::vector<Found> chosen() {
        std::vector<Candidate*> order = in_order();
        if (what_.mmr) diversify(order);
        std::vector<Found> out;
        std::unordered_map<std::int64_t, std::size_t> same_text;
        std::set<std::pair<std::int64_t, std::int64_t>> shown;
        std::size_t spent = 0;
        for (const Candidate* c : order) {
            const Light& l = light(c->id);
            if (const auto it = same_text.find(l.hash); it != same_text.end()) {
                if (const auto twin = store_.find(c->id); twin && twin->source != out[it->second].passage.source) out[it->second].also.push_back(twin->source);
                continue;
            }
            if (out.size() == what_.k) continue;
            if (what_.around > 0 && shown.contains({l.document, l.ordinal})) continue;
            Found f;
            f.passage = *store_.find(c->id);
            if (what_.around > 0) {
                shown.insert({l.document, l.ordinal});
                widen(f, shown);
            }
            if (what_.tokens > 0) {
                const std::size_t cost = estimate_tokens(f.passage.text);
                if (spent + cost > what_.tokens) continue;
                spent += cost;
            }
            f.score = c->score;
            f.word_rank = c->word_rank;
            f.vector_rank = c->vector_rank;
            f.bm25 = c->bm25;
            f.cosine = c->cosine;
            f.age_factor = c->age_factor;
            same_text.emplace(l.hash, out.size());
            out.push_back(std::move(f));
        }
        return out;
    }

    MemStore& store_;
    Vectors& vectors_;
    const SearchFor& what_;
    SearchBy by_;  ///< by words alone also where no vector can be had
    std::int64_t now_;
    std::set<std::int64_t> spaces_;
    std::optional<std::set<std::int64_t>> documents_;
    std::unordered_map<std::int64_t, Light> light_;
    std::map<std::int64_t, Candidate> candidates_;
    std::set<std::int64_t> lenders_;
    std::size_t by_words_ = 0;
    Vector question_;
};

}  // namespace

std::vector<Found> search(MemStore& store, Vectors& vectors, const SearchFor& what) { return Search{store, vectors, what}.run(); }

Json context_of(const std::vector<Found>& found) {
    Json out = Json::array();
    for (const Found& f : found) {
        const Passage& p = f.passage;
        Json one{{"id", p.id}, {"text", p.text}, {"score", std::round(f.score * 1e4) / 1e4}, {"source", p.source}};
        if (!p.ref.empty()) one["ref"] = Json::parse(p.ref);
        if (p.line != 0) one["line"] = p.line;
        if (!p.parent.empty()) one["parent"] = p.parent;
        if (!p.tags.empty()) one["tags"] = p.tags;
        if (!f.also.empty()) one["also"] = f.also;
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace llm
