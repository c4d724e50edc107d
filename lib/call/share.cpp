#include "call/share.hpp"

#include "call/retry.hpp"
#include "chat/canonical.hpp"
#include "chat/error_json.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace llm {
namespace {

constexpr double look_again = .05;  // seconds between looks at another call

/// Whether a failure says the same to everybody: a server has looked at the request. What is one's own (money, patience, a signal, a connection)
/// is not handed on to other processes.
bool is_common(const Error& e) {
    if (Loop::signal_caught() != 0 && passes_by_itself(e)) return false;  // it would have been tried again
    return !e.unsent && (e.status || e.fault == Fault::refused || e.fault == Fault::auth || e.fault == Fault::provider);
}

/// Of one's own patience.
bool is_late(const Error& e) { return !e.status && (e.fault == Fault::timeout || e.fault == Fault::rate_limit); }

Error waited_in_vain(const ResolvedModel& model) {
    Error e(Fault::timeout, "an equal request to {} was in flight, and no answer came in the time given (--timeout)", model.full_name());
    e.unsent = true;
    return e;
}

}  // namespace

Cabin::~Cabin() {
    if (!place_) return;
    try {
        seat_ == Seat::pilot ? flights_.abandon(place_->id) : flights_.leave(*place_);
    } catch (const Error&) {  // found again by this process being gone
    }
}

Cabin::Seat Cabin::board() {
    try {
        place_ = flights_.board(key_);
        seat_ = place_->role == Flights::Seat::Role::pilot ? Seat::pilot : Seat::passenger;
    } catch (const Error&) {
        seat_ = Seat::pilot;
    }
    return seat_;
}

Flights::Progress Cabin::look(std::string& outcome) {
    Flights::Progress progress = Flights::Progress::lost;
    try {
        progress = flights_.look(*place_, outcome);
    } catch (const Error&) {
    }
    if (progress != Flights::Progress::flying) {
        place_.reset();
        seat_ = Seat::none;
    }
    return progress;
}

void Cabin::land(const Answer& answer, const Error* failed) {
    if (seat_ != Seat::pilot || !place_) return;
    const std::int64_t id = std::exchange(place_, {})->id;
    try {
        if (failed != nullptr && !is_common(*failed))
            flights_.abandon(id);
        else
            flights_.land(id, dump(failed != nullptr ? Json{{"error", to_json(*failed)}} : Json{{"completion", to_json(answer.completion)}}));
    } catch (const Error&) {  // an answer is not lost because others cannot be told: they see that this process is gone
    }
}

Task<Answer> Caller::share(Asked asked) {
    const std::string key = request_key(*asked.request, asked.model.full_name()) + ' ' + asked.model.endpoint.base_url;
    const Instant start = clock_.now();
    for (auto found = flights_.find(key); found != flights_.end(); found = flights_.find(key)) {
        const std::shared_ptr<SharedCall> flight = found->second;
        while (!flight->over) {
            if (!asked.context.deadline) {
                co_await flight->aboard.wait();
                continue;
            }
            co_await loop_.sleep_until(after(Steady::now(), look_again));
            if (clock_.now() >= *asked.context.deadline && !flight->over) throw waited_in_vain(asked.model);
        }
        if (flight->error) throw Error(*flight->error);
        if (flight->answer) co_return shared(asked, *flight->answer, start);
        if (flight->late && start <= flight->departed) throw Error(*flight->late);
        asked.until = after(start, patience(asked.model.endpoint));
    }
    struct Landing {
        std::map<std::string, std::shared_ptr<SharedCall>>& flights;
        std::shared_ptr<SharedCall> flight;
        Landing(std::map<std::string, std::shared_ptr<SharedCall>>& all, std::shared_ptr<SharedCall> f) : flights(all), flight(std::move(f)) { flights[flight->key] = flight; }
        Landing(const Landing&) = delete;
        Landing& operator=(const Landing&) = delete;
        ~Landing() {
            flights.erase(flight->key);
            flight->over = true;
            flight->aboard.wake_all();
        }
    };
    const Landing landing{flights_, std::make_shared<SharedCall>(loop_, key)};
    SharedCall& flight = *landing.flight;
    try {
        flight.answer = co_await send(asked, &flight);
    } catch (const Error& e) {
        (is_late(e) && !is_common(e) ? flight.late : flight.error) = e;
        throw;
    }
    co_return *flight.answer;
}

Answer Caller::shared(const Asked& asked, Answer taken, Instant since) {
    taken.cost = 0.0;
    taken.attempts = 0;
    taken.first_ms.reset();
    taken.ms = Seconds(clock_.now() - since).count() * 1000;
    ++tally_.shared;
    play(Take{asked.model.full_name(), taken.completion, {}, {}}, asked.sink);
    return taken;
}

Task<std::optional<Answer>> Caller::follow(Asked asked, Cabin& cabin, Instant deadline) {
    const Instant start = clock_.now();
    std::string outcome;
    for (;;) {
        const Flights::Progress progress = cabin.look(outcome);
        if (progress == Flights::Progress::lost) co_return std::nullopt;
        if (progress == Flights::Progress::landed) break;
        if (clock_.now() >= deadline) throw waited_in_vain(asked.model);
        co_await loop_.sleep_until(std::min(after(Steady::now(), look_again), deadline - clock_.skipped()));
        if (Loop::signal_caught() != 0) {
            Error e(Fault::rate_limit, "a signal came while an equal request to {} was in flight; nothing was sent", asked.model.full_name());
            e.unsent = true;
            throw e;
        }
    }
    const Json landed = read_json(outcome);
    if (!member(landed, "error").is_null()) throw Error(error_of(landed["error"]));
    Answer answer;
    answer.provider = asked.model.endpoint.name;
    answer.completion = completion_of(member(landed, "completion"));
    co_return shared(asked, std::move(answer), start);
}

}  // namespace llm
