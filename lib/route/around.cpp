#include "route/around.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#include <utility>

namespace llm {
namespace {

constexpr std::size_t ahead = 256 * 1024;  // bytes that may wait for the command

bool is_delta(const Record& r) { return r.scanned().members.size() == 2 && r.has("id") && find(r.scanned(), r.line(), "delta") != nullptr; }

Error no_answer(const std::string& command, int status) {
    return Error(Fault::provider, "the command '{}' ended with exit status {} and without an answer to this record", command, status);
}

}  // namespace

/// One record with the command.
struct Around::Flight {
    std::uint64_t number = 0;
    std::string id;       ///< as it was sent, JSON
    bool own_id = true;   ///< the record had one
    Emitter* emitter = nullptr;
    bool landed = false;
    std::string line;     ///< the command's
    std::optional<Error> failure;
    std::coroutine_handle<> waiting;
};

struct Around::Round {
    std::size_t number = 0;
    std::unique_ptr<Child> child;
    std::map<std::uint64_t, Flight*> open;  ///< in the order sent
    bool closing = false;                   ///< its input is at an end
    std::optional<int> ended;               ///< exit status
};

/// `co_await Landing{flight}`: borrowed, because g++ 12 destroys an awaited aggregate's members twice.
struct Around::Landing {
    Flight& flight;
    bool await_ready() const noexcept { return flight.landed; }
    void await_suspend(std::coroutine_handle<> h) const { flight.waiting = h; }
    void await_resume() const noexcept {}
};

Around::Around(Loop& loop, NextModel& next, std::vector<std::string> argv, std::function<void(std::string_view)> warn)
    : loop_(loop), next_(next), argv_(std::move(argv)), warn_(std::move(warn)) {}

Around::~Around() = default;

bool Around::room() const { return rounds_.empty() || !rounds_[0]->child || rounds_[0]->child->queued() < ahead; }

Around::Round& Around::round(std::size_t number) {
    while (rounds_.size() <= number) {
        rounds_.push_back(std::make_unique<Round>());
        Round& r = *rounds_.back();
        r.number = rounds_.size() - 1;
        r.child = std::make_unique<Child>(
            loop_, argv_, [this, &r](std::string_view line) { take(r, line); }, [this, &r](int status) { ended(r, status); });
    }
    return *rounds_[number];
}

void Around::input_ended() {
    input_ended_ = true;
    close_finished();
}

/// A round's input ends when nothing can come to it any more: all input is read, and the round before has nothing in hand.
void Around::close_finished() {
    if (!input_ended_) return;
    for (auto& r : rounds_) {
        if (!std::exchange(r->closing, true)) r->child->end_input();
        if (!r->open.empty()) return;
    }
}

Task<void> Around::step(Record& record, Emitter& emitter) {
    for (std::size_t tries = 0;; ++tries) {
        Flight flight;
        flight.emitter = &emitter;
        launch(round(tries), record, flight);
        close_finished();
        co_await Landing{flight};
        if (flight.failure) {
            close_finished();
            throw Error(*flight.failure);
        }
        accept(record, flight);
        const bool again = next_.put_into(record);
        if (again && emitter.begun()) emitter.forget();
        if (!again) break;
    }
    close_finished();
}

void Around::launch(Round& r, const Record& record, Flight& flight) {
    if (r.ended) throw no_answer(argv_[0], *r.ended);
    flight.number = ++count_;
    Record sent = record;
    flight.own_id = sent.has("id");
    if (!flight.own_id) sent.set_raw("id", quote(fmt::format("line-{}", record.number())));
    flight.id = *sent.id();
    std::string route{record.raw("route").value_or("{}")};
    const bool bare = route.find_first_not_of(" \t", 1) == route.size() - 1;
    route.insert(1, fmt::format("\"n\":{}{}", flight.number, bare ? "" : ","));
    sent.set_raw("route", route);
    r.open.emplace(flight.number, &flight);
    r.child->send(sent.line());
}

Around::Flight* Around::find(Round& r, const Record& answer, bool by_order) {
    if (const auto route = answer.raw("route")) {
        const Json n = member(read_json(*route), "n");
        if (n.is_number_unsigned())
            if (const auto it = r.open.find(n.get<std::uint64_t>()); it != r.open.end()) return it->second;
    }
    if (const auto id = answer.id())
        for (const auto& [number, flight] : r.open)
            if (flight->id == *id) return flight;
    return by_order && !r.open.empty() ? r.open.begin()->second : nullptr;
}

void Around::take(Round& r, std::string_view line) {
    Record answer;
    const bool good = answer.load(line, 0);
    if (!good && answer.scanned().kind == Scan::Kind::blank) return;
    if (good && is_delta(answer)) {
        Flight* flight = find(r, answer, false);
        if (!flight) return;
        if (const auto text = answer.text("delta")) flight->emitter->delta(*text);
        else flight->emitter->forget();
        return;
    }
    Flight* flight = find(r, answer, true);
    if (!flight) {
        if (!std::exchange(warned_, true) && warn_)
            warn_(fmt::format("the command '{}' wrote more lines than it was given; they are dropped, the first being: {}", argv_[0], truncate_utf8(line, 80)));
        return;
    }
    if (good) flight->line.assign(line);
    else flight->failure = Error(Fault::provider, "the command '{}' wrote what is no record: {}", argv_[0], truncate_utf8(line, 80));
    land(r, *flight);
}

void Around::land(Round& r, Flight& flight) {
    r.open.erase(flight.number);
    flight.landed = true;
    if (const auto waiting = std::exchange(flight.waiting, {})) waiting.resume();  // the flight may be gone after this
}

void Around::ended(Round& r, int status) {
    r.ended = status;
    while (!r.open.empty()) {
        Flight& flight = *r.open.begin()->second;
        flight.failure = no_answer(argv_[0], status);
        land(r, flight);
    }
    close_finished();
}

/// The command's record takes the place of the one that was sent.
void Around::accept(Record& record, Flight& flight) {
    Record answer;
    answer.load(flight.line, record.number());
    if (!flight.own_id && !flight.emitter->begun() && answer.id() == flight.id) answer.erase("id");
    if (answer.has("route")) {
        Json route = answer.get("route");
        if (route.is_object()) route.erase("n");
        if (route.empty()) answer.erase("route");
        else answer.set("route", route);
    }
    check_reserved(answer.scanned(), answer.line());
    record = std::move(answer);
}

}  // namespace llm
