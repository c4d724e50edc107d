#include "cache/splice.hpp"

#include "base/utf8.hpp"
#include "chat/canonical_json.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace llm {
namespace {

constexpr std::size_t ahead = 256 * 1024;  // bytes that may wait for the command
constexpr int spent_status = 6;

/// A line with exactly `id` and a `delta` that is text or null.
bool is_delta(const Record& r) { return r.scanned().members.size() == 2 && r.has("id") && find(r.scanned(), r.line(), "delta") != nullptr; }

std::string canonical_member(const Record& r, std::string_view name) {
    std::string out;
    append_canonical_json(out, read_json(r.raw(name).value_or("null")));
    return out;
}

/// Commands write ids anew in their own way: é as \u00e9, 1.10 as 1.1. Whole numbers that are too long for 64 bits are what is written. Empty where the
/// record has none.
std::string id_by_value(const Record& r) {
    if (!r.id()) return {};
    const Json id = read_json(*r.id());
    const bool long_number = id.is_number_float() && r.id()->find_first_of(".eE") == std::string_view::npos;
    std::string out;
    if (id.is_discarded() || long_number) out = *r.id();
    else append_canonical_json(out, id);
    return out;
}

/// Both bear a prompt, and not the same.
bool ask_differently(const Record& sent, const Record& came) {
    for (const std::string_view name : {"prompt", "messages"})
        if (sent.has(name) && came.has(name) && canonical_member(sent, name) != canonical_member(came, name)) return true;
    return false;
}

/// Members that say how the command asked: it makes them of the record, which stays what it was, as it does where the answer was known.
constexpr std::array<std::string_view, 10> how_it_asked{"id", "cache", "prompt", "messages", "system", "model", "options", "schema", "tools", "attachments"};

/// What the command has added to the record.
void splice_in(Record& record, const Record& came) {
    const std::string line = came.line();
    for (const MemberSpan& m : came.scanned().members) {
        const std::string_view raw_name = std::string_view{line}.substr(m.key_begin, m.key_end - m.key_begin);
        const std::string name = unescape(raw_name);
        if (std::ranges::find(how_it_asked, name) != how_it_asked.end()) continue;
        const bool answer = name == "response" || name == "error";
        if (!answer && find(record.scanned(), record.line(), raw_name) != nullptr) continue;
        record.set_raw(name, std::string_view{line}.substr(m.value_begin, m.value_end - m.value_begin));
    }
}

}  // namespace

/// `co_await Landing{*flight}`: borrowed, because g++ 12 destroys an awaited aggregate's members twice.
struct Splice::Landing {
    Flight& flight;
    bool await_ready() const noexcept { return flight.landed; }
    void await_suspend(std::coroutine_handle<> h) const { flight.waiting.push_back(h); }
    void await_resume() const noexcept {}
};

/// A record of which it is not known yet whether it will be sent.
struct Splice::Deciding {
    explicit Deciding(Splice& s) : splice(&s) { ++s.deciding_; }
    Deciding(const Deciding&) = delete;
    Deciding& operator=(const Deciding&) = delete;
    ~Deciding() { decided(); }
    void waits() {
        waiting = true;
        ++splice->waiting_;
    }
    void goes_on() {
        if (std::exchange(waiting, false)) --splice->waiting_;
    }
    void decided() {
        if (splice == nullptr) return;
        goes_on();
        --std::exchange(splice, nullptr)->deciding_;
    }
    Splice* splice;
    bool waiting = false;
};

Splice::Splice(Loop& loop, CacheStore& store, Questions& questions, Getter& getter, Putter& putter, Semantic& semantic, Commits& commits, SpliceOptions options)
    : loop_(loop), store_(store), questions_(questions), getter_(getter), putter_(putter), semantic_(semantic), commits_(commits), options_(std::move(options)) {}

Splice::~Splice() = default;

bool Splice::room() const { return rounds_.empty() || rounds_.back()->child->queued() < ahead; }

void Splice::before_wait() {
    if (rounds_.empty()) return;
    Round& last = *rounds_.back();
    if (input_ended_ && deciding_ == waiting_ && !std::exchange(last.input_ended, true)) last.child->end_input();
    if (Loop::signal_caught() == SIGTERM && !std::exchange(told_to_end_, true)) last.child->signal(SIGTERM);
}

void Splice::close() {
    // Where the run was cut short, steps that lines would be given to are gone.
    if (std::ranges::any_of(rounds_, [](const auto& r) { return !r->open.empty() || !r->unanswered.empty(); })) return;
    input_ended_ = true;
    while (std::ranges::any_of(rounds_, [](const auto& r) { return !r->by_order.empty(); }) && Loop::signals_caught() < 2) {
        before_wait();
        loop_.run_once();
    }
}

int Splice::code(int code) const {
    const bool spent = std::ranges::any_of(rounds_, [](const auto& r) { return r->status == spent_status; });
    return spent && (code == 0 || code == 1 || code == 3) ? spent_status : code;
}

Error Splice::no_answer(int status) const {
    const std::string& command = options_.argv[0];
    if (status == spent_status) return Error(Fault::budget, "the command '{}' ended with exit status {}, its budget spent, before it asked this", command, status);
    Error e(Fault::provider, "the command '{}' ended with exit status {} and without an answer to this record", command, status);
    e.status = status;
    return e;
}

void Splice::warn_once(Round& r, std::string_view text) {
    if (!std::exchange(r.warned, true) && options_.warn) options_.warn(text);
}

Task<void> Splice::step(Record& record, Emitter& emitter) {
    Question q = questions_.of(record);
    Deciding deciding{*this};
    FlightPtr flight = to_share(record, q);
    if (!flight && getter_.answer(record, q)) {
        co_await getter_.make_findable(q);
        co_return;
    }
    if (!flight) {
        Match match = co_await getter_.similar(q);
        if (match.row != 0) {
            getter_.give(record, q, match);
            co_return;
        }
        if (getter_.waits()) {
            deciding.waits();
            const bool came = co_await getter_.wait_for_others(record, q, loop_);
            deciding.goes_on();
            if (came) co_return;
        }
        flight = to_share(record, q);  // that may have taken a while
        if (!flight) {
            getter_.miss(record, q, match);
            flight = launch(record, q, emitter);
            deciding.decided();
            flight->vector = std::move(match.vector);
            flight->explored = match.explored != 0;
            if (!getter_.waits()) store_.announce(q.key, options_.lease);
            co_await Landing{*flight};
            co_await finish(record, *flight);
            co_return;
        }
    }
    deciding.decided();
    co_await Landing{*flight};
    share(record, *flight);
}

/// Each of the first records that are equal goes out itself, where several answers are wanted.
Splice::FlightPtr Splice::to_share(const Record& record, const Question& q) {
    const auto it = by_key_.find(q.key.hex());
    if (it == by_key_.end()) return nullptr;
    const std::vector<FlightPtr>& out = it->second;
    if (const long wanted = samples_of(record, options_.samples); wanted > 1) {
        const auto stored = store_.rows_of(q.key, questions_.space()).size();
        if (stored + out.size() < static_cast<std::size_t>(wanted)) return nullptr;
    }
    return out[shared_++ % out.size()];
}

Splice::Round& Splice::round() {
    if (!rounds_.empty() && !rounds_.back()->input_ended) return *rounds_.back();
    Round& fresh = *rounds_.emplace_back(std::make_unique<Round>());
    try {
        fresh.child = std::make_unique<Child>(
            loop_, options_.argv, [this, &fresh](std::string_view line) { take(fresh, line); }, [this, &fresh](int status) { ended(fresh, status); });
    } catch (...) {
        rounds_.pop_back();
        throw;
    }
    return fresh;
}

Splice::FlightPtr Splice::launch(Record& record, const Question& q, Emitter& emitter) {
    if (Loop::signal_caught() != 0) throw Error(Fault::budget, "the run was told to end before this was asked");  // it leaves as it came
    Round& r = round();
    if (r.status) throw no_answer(*r.status);
    auto flight = std::make_shared<Flight>();
    flight->number = ++count_;
    flight->question = q;
    flight->emitter = &emitter;
    flight->record = &record;
    Record sent = record;
    if (!sent.has("id")) sent.set_raw("id", quote(fmt::format("line-{}", record.number())));  // the command counts other lines than we do
    flight->id = id_by_value(sent);
    sent.set_raw("cache", fmt::format("{{\"n\":{}}}", flight->number));
    r.open.emplace(flight->number, flight);
    if (r.by_id.contains(flight->id)) r.shared_ids.insert(flight->id);
    r.by_id.emplace(flight->id, flight->number);
    by_key_[q.key.hex()].push_back(flight);
    ++r.sent;
    r.child->send(sent.line());
    return flight;
}

Splice::Found Splice::find(const Round& r, const Record& answer) {
    if (const auto cache = answer.raw("cache")) {
        const Json n = member(read_json(*cache), "n");
        if (n.is_number_unsigned()) {  // one that has come already comes a second time
            const auto it = r.open.find(n.get<std::uint64_t>());
            return {it != r.open.end() ? it->second : nullptr, Found::By::number};
        }
    }
    if (const std::string id = id_by_value(answer); !id.empty()) {  // where none such is open, it is no open record's
        const auto [first, last] = r.by_id.equal_range(id);
        if (first == last) return {nullptr, Found::By::id};
        const std::uint64_t oldest = std::min_element(first, last, [](const auto& a, const auto& b) { return a.second < b.second; })->second;
        return {r.open.at(oldest), r.shared_ids.contains(id) ? Found::By::shared_id : Found::By::id};
    }
    return {r.open.empty() ? nullptr : r.open.begin()->second, Found::By::order};
}

void Splice::take(Round& r, std::string_view line) {
    Record answer;
    const bool good = answer.load(line, 0);
    if (!good && answer.scanned().kind == Scan::Kind::blank) return;
    const Found found = find(r, answer);
    const FlightPtr& flight = found.flight;
    const std::string& command = options_.argv[0];
    if (good && is_delta(answer)) {
        if (!flight || found.by == Found::By::order) return;
        if (const auto text = answer.text("delta")) flight->emitter->delta(*text);
        else flight->emitter->forget();
        return;
    }
    ++r.received;
    if (!flight) {
        r.order_lost = r.order_lost || found.by == Found::By::id;
        warn_once(r, fmt::format("the command '{}' wrote {}; they are dropped, the first being: {}", command,
                                 found.by == Found::By::id ? "lines with an id that no record it still has to answer bears" : "more lines than it was given", truncate_utf8(line, 80)));
        return;
    }
    if (!good) {
        r.order_lost = true;
        flight->failure = Error(Fault::provider, "the command '{}' wrote what is no record: {}", command, truncate_utf8(line, 80));
    } else if (!found.sure() && (r.order_lost || ask_differently(*flight->record, answer))) {
        r.order_lost = true;
        flight->failure = Error(Fault::provider, "the command '{}' keeps neither 'cache' nor 'id', and not the order of its records: this one's answer is not to be told from others'", command);
    } else {
        flight->by_order = !found.sure();
        flight->line.assign(line);
        if (!answer.has("response") && !answer.has("error")) {
            take_out(r, *flight);
            r.unanswered.push_back(flight);
            return;
        }
    }
    land(r, flight);
}

void Splice::forget(const FlightPtr& flight) {
    const auto it = by_key_.find(flight->question.key.hex());
    if (it == by_key_.end()) return;
    std::erase(it->second, flight);
    if (it->second.empty()) by_key_.erase(it);
}

void Splice::take_out(Round& r, const Flight& flight) {
    r.open.erase(flight.number);
    const auto [first, last] = r.by_id.equal_range(flight.id);
    const auto it = std::find_if(first, last, [&flight](const auto& one) { return one.second == flight.number; });
    if (it != last) r.by_id.erase(it);
}

void Splice::land(Round& r, const FlightPtr& kept) {
    const FlightPtr flight = kept;
    take_out(r, *flight);
    flight->landed = true;
    if (flight->by_order && !flight->failure) r.by_order.push_back(flight);
    const auto waiting = std::exchange(flight->waiting, {});
    for (const auto h : waiting) h.resume();  // its own record is the first
    flight->record = nullptr;
    // What is not stored yet is still shared.
    if (!flight->by_order || flight->failure) forget(flight);
}

void Splice::ended(Round& r, int status) {
    r.status = status;
    const bool complete = status == 0 && r.received == r.sent && !r.order_lost;
    for (const FlightPtr& flight : std::exchange(r.unanswered, {})) {
        flight->failure = no_answer(status);
        land(r, flight);
    }
    while (!r.open.empty()) {
        const FlightPtr flight = r.open.begin()->second;
        flight->failure = no_answer(status);
        land(r, flight);
    }
    if (r.by_order.empty()) return;
    if (complete) {
        store_by_order(r);
    } else {
        warn_once(r, fmt::format("the command '{}' keeps neither 'cache' nor 'id', and wrote {} lines for {} records (exit status {}): {} answers that were matched by order are not stored",
                                 options_.argv[0], r.received, r.sent, status, r.by_order.size()));
        for (const FlightPtr& flight : r.by_order) release(*flight);
    }
    for (const FlightPtr& flight : std::exchange(r.by_order, {})) forget(flight);
}

void Splice::store_by_order(Round& r) {
    for (const FlightPtr& flight : r.by_order)
        commits_.guard([&] {
            const Putter::Place place = place_of(flight->result, *flight);
            const std::int64_t row = putter_.keep(flight->result, place);
            if (row != 0) semantic_.keep(row, place.space, place.fingerprint, place.text, flight->vector);
        });
}

void Splice::release(const Flight& flight) {
    commits_.guard([&] { store_.release(flight.question.key); });
}

Putter::Place Splice::place_of(const Record& record, const Flight& flight) const {
    const Question& q = flight.question;
    return {q.key, questions_.space(), q.text.empty() ? question_text(record) : q.text, q.fingerprint, q.model};
}

Task<void> Splice::learn(const Record& record, const Putter::Place& place, std::optional<HitVerdict>& verdict) {
    verdict = co_await putter_.learn(record, place.key, place.text);
}

Task<void> Splice::finish(Record& record, Flight& flight) {
    if (flight.failure) {
        release(flight);
        throw Error(*flight.failure);
    }
    Record answer;
    answer.load(flight.line, record.number());
    try {
        check_reserved(answer.scanned(), answer.line());
    } catch (const Error&) {
        release(flight);
        throw;
    }
    splice_in(record, answer);
    if (flight.by_order) {
        flight.result = record;
        co_return;
    }
    Putter::Place place = place_of(record, flight);
    std::optional<HitVerdict> verdict;
    if (flight.explored) {
        Task<void> learning = learn(record, place, verdict);
        co_await commits_.guarded(std::move(learning));
    }
    if (verdict == HitVerdict::right) place.fingerprint.clear();  // outcomes gather at the entry that was right
    commits_.guard([&] {
        const std::int64_t row = putter_.keep(record, place);
        if (row != 0) semantic_.keep(row, place.space, place.fingerprint, place.text, flight.vector);
    });
}

/// What an equal record got: its answer or its failure, not its other members.
void Splice::share(Record& record, Flight& flight) {
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
