#include "cache/get.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::chrono::milliseconds between_looks{50};

/// The members of `cache` that say where the answer will belong.
std::string place(const Question& q, const std::string& space) {
    std::string out = fmt::format("\"key\":\"{}\"", q.key.hex());
    if (space != "default") out += ",\"namespace\":" + quote(space);
    if (!q.fingerprint.empty()) out += ",\"fingerprint\":" + quote(q.fingerprint);
    return out;
}

}  // namespace

Getter::Getter(CacheStore& store, Questions& questions, GetOptions options, Semantic* semantic)
    : store_(store), questions_(questions), options_(std::move(options)), semantic_(semantic) {}

void Getter::explain(const Record& record, const Question& q, std::string_view what) const {
    if (options_.explain) options_.explain(fmt::format("line {}: {} (key {}, namespace {})", record.number(), what, q.key.hex().substr(0, 12), questions_.space()));
}

void Getter::give(Record& record, const Question& q, const CachedAnswer& found) {
    const double age = static_cast<double>(std::max<std::int64_t>(0, store_.now() - found.created)) / 1000;
    record.set_raw("cache", fmt::format("{{\"hit\":\"exact\",{},\"age\":{:.3f}}}", place(q, questions_.space()), age));
    store_.count(questions_.space(), CacheStore::Outcome::exact, found.row, found.cost);
    record.set_raw(found.kind == AnswerKind::error ? "error" : "response", found.answer);
    explain(record, q, "exact hit");
}

bool Getter::answer(Record& record, const Question& q) {
    const auto found = store_.find(q.key, questions_.space(), options_.lookup);
    if (found) give(record, q, *found);
    return found.has_value();
}

void Getter::give(Record& record, const Question& q, const Match& match) {
    const double age = static_cast<double>(std::max<std::int64_t>(0, store_.now() - match.answer.created)) / 1000;
    record.set_raw("cache", fmt::format("{{\"hit\":\"semantic\",{},\"age\":{:.3f},\"score\":{:.4f},\"matched\":{}}}", place(q, questions_.space()), age,
                                        match.score, quote(match.text)));
    store_.count(questions_.space(), CacheStore::Outcome::semantic, match.row, match.answer.cost);
    store_.note({q.key, questions_.space(), match.row, match.evidence, Decision::Kind::given, semantic_->max_error(), match.risk});
    record.set_raw("response", match.answer.answer);
    explain(record, q, fmt::format("semantic hit, score {:.4f}: {}", match.score, truncate_utf8(match.text, 100)));
}

void Getter::miss(Record& record, const Question& q, const Match& match) {
    std::string cache = "{\"hit\":null," + place(q, questions_.space());
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
    const Question q = questions_.of(record);
    if (answer(record, q)) return;
    miss(record, q);
    store_.announce(q.key, options_.lease);
}

Task<void> Getter::patient_step(Record& record, Loop& loop) {
    const Question q = questions_.of(record);
    if (answer(record, q)) co_return;
    const Match match = co_await similar(q);
    if (match.row != 0) {
        give(record, q, match);
        co_return;
    }
    const Instant deadline = Steady::now() + options_.wait;
    while (options_.wait.count() > 0 && options_.lease.count() > 0) {
        if (store_.lease(q.key, options_.lease)) {
            if (!answer(record, q)) break;
            store_.release(q.key);  // the answer came between the look and the lease
            co_return;
        }
        if (Steady::now() >= deadline) break;
        explain(record, q, "another process is at it");
        co_await loop.sleep_until(std::min<Instant>(deadline, Steady::now() + between_looks));
        store_.settle();
        if (answer(record, q)) co_return;
    }
    miss(record, q, match);
    if (options_.wait.count() == 0) store_.announce(q.key, options_.lease);
}

}  // namespace llm
