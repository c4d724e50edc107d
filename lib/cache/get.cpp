#include "cache/get.hpp"

namespace llm {
namespace {

constexpr std::chrono::milliseconds between_looks{50};

/// The members of `cache` that say where the answer will belong.
std::string place(const Question& q, const std::string& space) {
    std::string out = fmt::format("\"key\":\"{}\"", q.key.hex());
    if (space != "default") out += ",\"namespace\":" + quote(space);
    return out;
}

}  // namespace

Getter::Getter(CacheStore& store, Questions& questions, GetOptions options)
    : store_(store), questions_(questions), options_(std::move(options)) {}

void Getter::explain(const Record& record, const Question& q, std::string_view what) const {
    if (options_.explain) options_.explain(fmt::format("line {}: {} (key {}, namespace {})", record.number(), what, q.key.hex().substr(0, 12), questions_.space()));
}

void Getter::give(Record& record, const Question& q, const CachedAnswer& found) {
    const double age = static_cast<double>(std::max<std::int64_t>(0, store_.now() - found.created)) / 1000;
    record.set_raw("cache", fmt::format("{{\"hit\":\"exact\",{},\"age\":{:.3f}}}", place(q, questions_.space()), age));
    store_.count(questions_.space(), CacheStore::Outcome::exact, found.row);
    record.set_raw(found.kind == AnswerKind::error ? "error" : "response", found.answer);
    explain(record, q, "exact hit");
}

bool Getter::answer(Record& record, const Question& q) {
    const auto found = store_.find(q.key, questions_.space(), options_.lookup);
    if (found) give(record, q, *found);
    return found.has_value();
}

void Getter::miss(Record& record, const Question& q) {
    record.set_raw("cache", fmt::format("{{\"hit\":null,{}}}", place(q, questions_.space())));
    store_.count(questions_.space(), CacheStore::Outcome::missed);
    explain(record, q, "miss");
}

void Getter::step(Record& record) {
    const Question q = questions_.of(record);
    if (answer(record, q)) return;
    miss(record, q);
    store_.announce(q.key, options_.lease);
}

Task<void> Getter::patient_step(Record& record, Loop& loop) {
    const Question q = questions_.of(record);
    const Instant deadline = Steady::now() + options_.wait;
    for (;;) {
        if (answer(record, q)) co_return;
        if (options_.lease.count() > 0 && store_.lease(q.key, options_.lease)) {
            if (answer(record, q)) {  // it came between the look and the lease
                store_.release(q.key);
                co_return;
            }
            break;
        }
        if (Steady::now() >= deadline) break;
        explain(record, q, "another process is at it");
        co_await loop.sleep_until(std::min<Instant>(deadline, Steady::now() + between_looks));
        store_.settle();
    }
    miss(record, q);
}

}  // namespace llm
