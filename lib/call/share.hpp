/// Equal requests in flight at once, of which one is sent (--share-identical): in this process and among all that use the store.
#pragma once

#include "base/error.hpp"
#include "base/loop.hpp"
#include "call/caller.hpp"
#include "call/waiting.hpp"
#include "pace/flights.hpp"

#include <optional>
#include <string>

namespace llm {

/// One call of this process, and those who wait for what comes of it.
struct SharedCall {
    SharedCall(Loop& loop, std::string k) : key(std::move(k)), aboard(loop) {}
    std::string key;
    Waiters aboard;
    Instant departed = Instant::max();  ///< when it was let in: from then on its time runs
    bool over = false;
    std::optional<Answer> answer;
    std::optional<Error> error;  ///< neither: each asks for himself
    std::optional<Error> late;   ///< the time was up for it, and for those who were aboard when it departed
};

/// A seat in the store's flights, for a call that has been let in: who still waits for his turn, or his money, holds nobody up. Where the store
/// cannot be used everybody is a pilot. Whatever happens, nobody waits for us and we take no seat for ever.
class Cabin {
public:
    /// The store is borrowed.
    Cabin(PaceStore& store, std::string key) : flights_(store), key_(std::move(key)) {}
    Cabin(const Cabin&) = delete;
    Cabin& operator=(const Cabin&) = delete;
    ~Cabin();

    enum class Seat { none,
                      pilot,
                      passenger };
    Seat board();
    Seat seat() const noexcept { return seat_; }
    /// A passenger's; `lost` too where the store cannot be read. There is no seat after that, unless it is `flying`.
    Flights::Progress look(std::string& outcome);
    /// The pilot's: an answer, or a failure where it says the same to everybody.
    void land(const Answer&, const Error* failed);

private:
    Flights flights_;
    std::string key_;
    Seat seat_ = Seat::none;
    std::optional<Flights::Seat> place_;
};

}  // namespace llm
