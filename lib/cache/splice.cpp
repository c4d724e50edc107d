#include "cache/splice.hpp"

#include "base/utf8.hpp"

#include <utility>

namespace llm {
namespace {

constexpr std::size_t ahead = 256 * 1024;  // bytes that may wait for the command

/// A line with exactly `id` and a `delta` that is text or null.
bool is_delta(const Record& r) { return r.scanned().members.size() == 2 && r.has("id") && find(r.scanned(), r.line(), "delta") != nullptr; }

Error no_answer(const std::string& command, int status) {
    Error e(Fault::provider, "the command '{}' ended with exit status {} and without an answer to this record", command, status);
    e.status = status;
    return e;
}

}  // namespace

/// `co_await Landing{*flight}`: borrowed, because g++ 12 destroys an awaited aggregate's members twice.
struct Splice::Landing {
    Flight& flight;
    bool await_ready() const noexcept { return flight.landed; }
    void await_suspend(std::coroutine_handle<> h) const { flight.waiting.push_back(h); }
    void await_resume() const noexcept {}
};

Splice::Splice(Loop& loop, CacheStore& store, Questions& questions, Getter& getter, Putter& putter, Semantic& semantic, std::vector<std::string> argv,
               std::chrono::milliseconds lease, std::function<void(std::string_view)> warn)
    : loop_(loop), store_(store), questions_(questions), getter_(getter), putter_(putter), semantic_(semantic), argv_(std::move(argv)), lease_(lease), warn_(std::move(warn)) {}

Splice::~Splice() = default;

bool Splice::room() const { return !child_ || child_->queued() < ahead; }

void Splice::input_ended() {
    input_ended_ = true;
    if (child_) child_->end_input();
}

Task<void> Splice::step(Record& record, Emitter& emitter) {
    const Question q = questions_.of(record);
    FlightPtr flight = same_in_flight(q);
    if (!flight && getter_.answer(record, q)) co_return;
    if (!flight) {
        Match match = co_await getter_.similar(q);
        if (match.row != 0) {
            getter_.give(record, q, match);
            co_return;
        }
        flight = same_in_flight(q);  // the look may have taken a while
        if (!flight) {
            getter_.miss(record, q, match);
            flight = launch(record, q, emitter);
            flight->vector = std::move(match.vector);
            flight->explored = match.explored != 0;
            store_.announce(q.key, lease_);
            co_await Landing{*flight};
            co_await finish(record, *flight);
            co_return;
        }
    }
    co_await Landing{*flight};
    share(record, *flight);
}

Splice::FlightPtr Splice::same_in_flight(const Question& q) const {
    const auto it = by_key_.find(q.key.hex());
    return it == by_key_.end() ? nullptr : it->second;
}

Splice::FlightPtr Splice::launch(Record& record, const Question& q, Emitter& emitter) {
    if (ended_) throw no_answer(argv_[0], *ended_);
    if (!child_) {
        child_ = std::make_unique<Child>(
            loop_, argv_, [this](std::string_view line) { take(line); }, [this](int status) { ended(status); });
        if (input_ended_) child_->end_input();
    }
    auto flight = std::make_shared<Flight>();
    flight->number = ++count_;
    flight->question = q;
    flight->emitter = &emitter;
    Record sent = record;
    flight->own_id = sent.has("id");
    if (!flight->own_id) sent.set_raw("id", quote(fmt::format("line-{}", record.number())));  // the command counts other lines than we do
    flight->id = *sent.id();
    sent.set_raw("cache", fmt::format("{{\"n\":{}}}", flight->number));
    open_.emplace(flight->number, flight);
    by_id_.emplace(flight->id, flight->number);
    by_key_.emplace(q.key.hex(), flight);
    child_->send(sent.line());
    return flight;
}

Splice::FlightPtr Splice::find(const Record& answer, bool by_order) {
    if (const auto cache = answer.raw("cache")) {
        const Json n = member(read_json(*cache), "n");
        if (n.is_number_unsigned())
            if (const auto it = open_.find(n.get<std::uint64_t>()); it != open_.end()) return it->second;
    }
    if (const auto id = answer.id()) {
        const auto [first, last] = by_id_.equal_range(std::string{*id});
        std::uint64_t oldest = 0;
        for (auto it = first; it != last; ++it) oldest = oldest == 0 ? it->second : std::min(oldest, it->second);
        if (oldest != 0) return open_.at(oldest);
    }
    return by_order && !open_.empty() ? open_.begin()->second : nullptr;
}

void Splice::take(std::string_view line) {
    Record answer;
    const bool good = answer.load(line, 0);
    if (!good && answer.scanned().kind == Scan::Kind::blank) return;
    if (good && is_delta(answer)) {
        const FlightPtr flight = find(answer, false);
        if (!flight) return;
        if (const auto text = answer.text("delta")) flight->emitter->delta(*text);
        else flight->emitter->forget();
        return;
    }
    const FlightPtr flight = find(answer, true);
    if (!flight) {
        if (!std::exchange(warned_, true) && warn_)
            warn_(fmt::format("the command '{}' wrote more lines than it was given; they are dropped, the first being: {}", argv_[0], truncate_utf8(line, 80)));
        return;
    }
    if (good) flight->line.assign(line);
    else flight->failure = Error(Fault::provider, "the command '{}' wrote what is no record: {}", argv_[0], truncate_utf8(line, 80));
    land(flight);
}

void Splice::land(const FlightPtr& kept) {
    const FlightPtr flight = kept;
    open_.erase(flight->number);
    const auto [first, last] = by_id_.equal_range(flight->id);
    for (auto it = first; it != last; ++it)
        if (it->second == flight->number) {
            by_id_.erase(it);
            break;
        }
    flight->landed = true;
    const auto waiting = std::exchange(flight->waiting, {});
    for (const auto h : waiting) h.resume();  // its own record is the first
    by_key_.erase(flight->question.key.hex());
}

void Splice::ended(int status) {
    ended_ = status;
    while (!open_.empty()) {
        const FlightPtr flight = open_.begin()->second;
        flight->failure = no_answer(argv_[0], status);
        land(flight);
    }
}

/// The command's record takes the place of the one that was sent.
Task<void> Splice::finish(Record& record, Flight& flight) {
    if (flight.failure) {
        store_.release(flight.question.key);
        throw Error(*flight.failure);
    }
    const std::string cache{record.raw("cache").value_or("null")};
    Record answer;
    answer.load(flight.line, record.number());
    if (!flight.own_id && !flight.emitter->begun() && answer.id() == flight.id) answer.erase("id");
    answer.set_raw("cache", cache);
    check_reserved(answer.scanned(), answer.line());
    const Question& q = flight.question;
    std::optional<HitVerdict> verdict;
    if (flight.explored) verdict = co_await putter_.learn(answer, q.key, q.text);
    const std::int64_t row = putter_.keep(answer, q.key, questions_.space(), q.text.empty() ? question_text(record) : q.text, q.model);
    if (row != 0 && verdict != HitVerdict::right) semantic_.keep(row, questions_.space(), q.fingerprint, q.text, flight.vector);
    record = std::move(answer);
}

/// What an equal record got: its answer or its failure, not its other members.
void Splice::share(Record& record, const Flight& flight) {
    if (flight.failure) throw Error(*flight.failure);
    Record answer;
    answer.load(flight.line, record.number());
    if (const auto response = answer.raw("response")) {
        getter_.give(record, flight.question, {0, AnswerKind::response, store_.now(), std::string{*response}, {}});
        return;
    }
    getter_.miss(record, flight.question);
    if (const auto error = answer.raw("error")) record.set_raw("error", *error);
}

}  // namespace llm
