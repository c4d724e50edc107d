#include "call/caller.hpp"

#include "chat/canonical.hpp"
#include "chat/error_json.hpp"
#include "pace/flights.hpp"

#include <utility>

namespace llm {
namespace {

constexpr double look_again = .05;  // seconds between looks at another process's call

}  // namespace

/// One request in flight, and those of this process who wait for what comes of it.
struct Caller::Flight {
    explicit Flight(Loop& loop) : aboard(loop) {}
    Waiters aboard;
    bool over = false;
    std::optional<Answer> answer;
    std::optional<Error> error;  ///< neither: it was given up
};

Task<Answer> Caller::share(Asked asked) {
    const std::string key = request_key(*asked.request, asked.model.full_name()) + ' ' + asked.model.endpoint.base_url;
    const Instant start = clock_.now();
    for (auto found = flights_.find(key); found != flights_.end(); found = flights_.find(key)) {
        const std::shared_ptr<Flight> flight = found->second;
        while (!flight->over) co_await flight->aboard.wait();
        if (flight->error) throw Error(*flight->error);
        if (!flight->answer) continue;
        Answer taken = *flight->answer;
        taken.cost = 0.0;
        taken.attempts = 0;
        taken.first_ms.reset();
        taken.ms = std::chrono::duration<double, std::milli>(clock_.now() - start).count();
        ++tally_.shared;
        play(Take{asked.model.full_name(), taken.completion, {}, {}}, asked.sink);
        co_return taken;
    }
    struct Landing {
        std::map<std::string, std::shared_ptr<Flight>>& flights;
        const std::string& key;
        std::shared_ptr<Flight> flight;
        Landing(std::map<std::string, std::shared_ptr<Flight>>& f, const std::string& k, Loop& loop) : flights(f), key(k), flight(std::make_shared<Flight>(loop)) { flights[key] = flight; }
        Landing(const Landing&) = delete;
        Landing& operator=(const Landing&) = delete;
        ~Landing() {
            flights.erase(key);
            flight->over = true;
            flight->aboard.wake_all();
        }
    };
    Landing landing{flights_, key, loop_};
    try {
        landing.flight->answer = co_await board(key, asked);
    } catch (const Error& e) {
        landing.flight->error = e;
        throw;
    }
    co_return *landing.flight->answer;
}

Task<Answer> Caller::board(std::string key, Asked asked) {
    Flights flights{governor_.store()};
    const Instant start = clock_.now();
    Flights::Seat seat = flights.board(key);
    struct Left {  // whatever happens, nobody waits for us and we take no seat for ever
        Flights& flights;
        Flights::Seat& seat;
        bool done = false;
        Left(Flights& f, Flights::Seat& s) : flights(f), seat(s) {}
        Left(const Left&) = delete;
        Left& operator=(const Left&) = delete;
        ~Left() {
            if (done) return;
            try {
                seat.role == Flights::Seat::Role::pilot ? flights.abandon(seat.id) : flights.leave(seat);
            } catch (const Error&) {  // found again by this process being gone
            }
        }
    };
    Left left{flights, seat};
    while (seat.role == Flights::Seat::Role::passenger) {
        std::string outcome;
        const Flights::Progress progress = flights.look(seat, outcome);
        if (progress == Flights::Progress::flying) {
            co_await loop_.sleep_until(after(Steady::now(), look_again));
            if (Loop::signal_caught() != 0) throw Error(Fault::rate_limit, "a signal came while an equal request was in flight; nothing was sent");
            continue;
        }
        if (progress == Flights::Progress::lost) {
            seat = flights.board(key);
            continue;
        }
        left.done = true;
        const Json landed = read_json(outcome);
        if (!member(landed, "error").is_null()) throw Error(error_of(landed["error"]));
        Answer answer;
        answer.provider = asked.model.endpoint.name;
        answer.completion = completion_of(member(landed, "completion"));
        answer.cost = 0.0;
        answer.attempts = 0;
        answer.ms = std::chrono::duration<double, std::milli>(clock_.now() - start).count();
        ++tally_.shared;
        play(Take{asked.model.full_name(), answer.completion, {}, {}}, asked.sink);
        co_return answer;
    }
    std::optional<Error> failed;
    Answer answer;
    try {
        answer = co_await send(asked);
    } catch (const Error& e) {
        failed = e;
    }
    left.done = true;
    flights.land(seat.id, dump(failed ? Json{{"error", to_json(*failed)}} : Json{{"completion", to_json(answer.completion)}}));
    if (failed) throw Error(*failed);
    co_return answer;
}

}  // namespace llm
