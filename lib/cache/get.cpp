#include "cache/get.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::chrono::milliseconds between_looks{50}, before_one_s_turn{5};

/// The members of `cache` that say where the answer will belong.
std::string place(const Question& q, const std::string& space) {
    std::string out = fmt::format("\"key\":\"{}\"", q.key.hex());
    if (space != default_space) out += ",\"namespace\":" + quote(space);
    if (q.without_context) out += ",\"context\":false";
    if (!q.fingerprint.empty()) out += ",\"fingerprint\":" + quote(q.fingerprint);
    return out;
}

}  // namespace

class Getter::Turn {
public:
    explicit Turn(Getter& g) : unfinished_(g.unfinished_), number_(++g.begun_) { unfinished_.insert(number_); }
    ~Turn() { unfinished_.erase(number_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    std::uint64_t number() const { return number_; }

private:
    std::set<std::uint64_t>& unfinished_;
    std::uint64_t number_;
};

Getter::Getter(CacheStore& store, Questions& questions, GetOptions options, Semantic* semantic)
    : store_(store), questions_(questions), options_(std::move(options)), semantic_(semantic) {}

void Getter::explain(const Record& record, const Question& q, std::string_view what) const {
    if (options_.explain) options_.explain(fmt::format("line {}: {} (key {}, namespace {})", record.number(), what, q.key.hex().substr(0, 12), questions_.space()));
}

void Getter::give(Record& record, const Question& q, const CachedAnswer& found) {
    const double age = static_cast<double>(std::max<std::int64_t>(0, store_.now() - found.created)) / 1000;
    record.set_raw("cache", fmt::format("{{\"hit\":\"exact\",{},\"age\":{:.3f}}}", place(q, questions_.space()), age));
    store_.count(questions_.space(), CacheStore::Outcome::exact, found.row, found.cost);
    if (options_.touch && found.row != 0) store_.touch(found.row, *options_.touch);
    record.set_raw(found.kind == AnswerKind::error ? "error" : "response", found.answer);
    explain(record, q, "exact hit");
}

bool Getter::answer(Record& record, const Question& q) {
    Lookup wanted = options_.lookup;
    wanted.samples = samples_of(record, wanted.samples);
    const auto found = store_.find(q.key, questions_.space(), wanted);
    if (found) give(record, q, *found);
    return found.has_value();
}

Task<void> Getter::make_findable(const Question& q) {
    if (semantic_ != nullptr && !q.fingerprint.empty()) co_await semantic_->complete(q, questions_.space());
}

void Getter::give(Record& record, const Question& q, const Match& match) {
    const double age = static_cast<double>(std::max<std::int64_t>(0, store_.now() - match.answer.created)) / 1000;
    record.set_raw("cache", fmt::format("{{\"hit\":\"semantic\",{},\"age\":{:.3f},\"score\":{:.4f},\"matched\":{}}}", place(q, questions_.space()), age,
                                        match.score, quote(match.text)));
    store_.count(questions_.space(), CacheStore::Outcome::semantic, match.row, match.answer.cost);
    if (options_.touch) store_.touch(match.row, *options_.touch);
    store_.note({q.key, questions_.space(), match.row, match.evidence, Decision::Kind::given, semantic_->max_error(), match.risk});
    record.set_raw("response", match.answer.answer);
    explain(record, q, fmt::format("semantic hit, score {:.4f}: {}", match.score, truncate_utf8(match.text, 100)));
}

void Getter::miss(Record& record, Question& q, const Match& match) {
    questions_.locate(record, q);
    std::string cache = "{\"hit\":null," + place(q, questions_.space());
    if (semantic_ != nullptr) cache += ",\"embedder\":" + quote(semantic_->name());
    if (q.text_chosen) cache += ",\"text\":" + quote(q.text);
    if (match.explored != 0) {
        cache += fmt::format(",\"score\":{:.4f},\"matched\":{},\"explored\":true", match.score, quote(match.text));
        store_.note({q.key, questions_.space(), match.explored, match.evidence, Decision::Kind::explored, semantic_->max_error(), match.risk});
    }
    if (!match.refused.empty())
        cache += fmt::format(",\"score\":{:.4f},\"matched\":{},\"refused\":{}", match.score, quote(match.text), quote(match.refused));
    record.set_raw("cache", cache + "}");
    store_.count(questions_.space(), match.refused.empty() ? CacheStore::Outcome::missed : CacheStore::Outcome::refused);
    if (match.explored != 0) explain(record, q, fmt::format("explored, score {:.4f}: {}", match.score, truncate_utf8(match.text, 100)));
    else explain(record, q, match.refused.empty() ? "miss" : "miss; near, but refused: " + match.refused);
}

Task<Match> Getter::similar(const Question& q) {
    Match none;
    if (semantic_ == nullptr) co_return none;
    Match match = co_await semantic_->find(q, questions_.space());
    co_return match;
}

void Getter::step(Record& record) {
    Question q = questions_.of(record);
    if (answer(record, q)) return;
    miss(record, q);
    store_.announce(q.key, options_.lease);
}

bool Getter::lease(const CacheKey& key) {
    try {
        return store_.lease(key, options_.lease);
    } catch (const Error& e) {
        if (e.fault != Fault::io && e.fault != Fault::locked) throw;
        return true;  // nobody can be told; what writes next says why
    }
}

void Getter::look_anew() {
    try {
        store_.settle();
    } catch (const Error& e) {
        if (e.fault != Fault::io && e.fault != Fault::locked) throw;
    }
}

Task<bool> Getter::wait_for_others(Record& record, const Question& q, Loop& loop, std::uint64_t turn) {
    const Instant deadline = Steady::now() + options_.wait;
    for (bool told = false;;) {
        const bool my_turn = turn == 0 || *unfinished_.begin() == turn;
        if (my_turn && lease(q.key)) {
            if (!answer(record, q)) co_return false;
            store_.release(q.key);  // the answer came between the look and the lease
            co_return true;
        }
        if (Steady::now() >= deadline || Loop::signal_caught() != 0) co_return false;
        if (!std::exchange(told, true)) explain(record, q, my_turn ? "another process is at it" : "waits behind a record that waits");
        co_await loop.sleep_until(std::min<Instant>(deadline, Steady::now() + (my_turn ? between_looks : before_one_s_turn)));
        look_anew();
        if (answer(record, q)) co_return true;
    }
}

Task<void> Getter::patient_step(Record& record, Loop& loop) {
    Question q = questions_.of(record);
    const Turn turn{*this};
    if (answer(record, q)) {
        co_await make_findable(q);
        co_return;
    }
    const Match match = co_await similar(q);
    if (match.row != 0) {
        give(record, q, match);
        co_return;
    }
    if (waits()) {
        const bool came = co_await wait_for_others(record, q, loop, options_.order == GetOptions::Order::kept ? turn.number() : 0);
        if (came) co_return;
    }
    miss(record, q, match);
    if (!waits()) store_.announce(q.key, options_.lease);
}

}  // namespace llm
