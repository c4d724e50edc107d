/// Money: what a call may cost at worst is put aside before it is sent, and what it did cost is taken when it has ended. Each step is one
/// transaction of the store all processes share, so that together they never spend more than the budget.
///
/// What a process that died had put aside is charged whole where its call was sent, else given back; whoever finds it does so.
#pragma once

#include "chat/price.hpp"
#include "chat/request.hpp"
#include "pace/process_id.hpp"
#include "pace/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Billionths of a dollar.
using Nano = std::int64_t;
Nano nano(double dollars);     ///< rounded up
double dollars(Nano);

/// Tokens the request can have at worst: one a byte of everything in it, and something for what the provider adds.
long worst_input(const Request&);
/// Tokens the answer can have at worst: `max_tokens`, or what the body sets; times the answers asked for. Nothing where nothing bounds it.
std::optional<long> worst_output(const Options&);
/// What that costs at worst: at the dearest rates there are, steps and writing to the provider's cache included. Nothing where the price is unknown.
std::optional<Nano> worst_cost(const Price&, long input, long output);

struct BudgetLimits {
    std::optional<Nano> run;
    std::optional<Nano> day;
    bool any() const { return run || day; }
};

enum class Fit {
    yes,
    later,  ///< not now, but calls are in flight and may cost less than they could
    no,     ///< it does not fit, whatever those in flight come to
};
enum class Sent { no, yes };

class Budget {
public:
    Budget(PaceStore&, BudgetLimits, std::string tool);
    ~Budget();
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

    struct Answer {
        Fit fit = Fit::no;
        std::int64_t id = 0;      ///< of the reservation, where it fits
        Nano left = 0;            ///< of the budget that is short
        std::string_view which;   ///< "--budget" or "budget.day"
    };
    /// Puts `worst` aside.
    Answer reserve(Nano worst, std::string_view model, Sent sent);
    void sent(std::int64_t id);
    /// The call has ended and cost that much; 0 gives it back.
    void settle(std::int64_t id, Nano cost);
    /// Turns that much of what is put aside into a charge that outlives the run, known by `name` to all processes: in one step, so that
    /// nobody else gets at it in between, and once, however often it is asked for. False where the reservation is no more: nothing was charged.
    bool charge(std::int64_t id, Nano amount, std::string_view name, std::string_view model);
    /// The run is over: it leaves the list. What is put aside still stays so.
    void close();

    const BudgetLimits& limits() const noexcept { return limits_; }

private:
    std::int64_t run();

    PaceStore& store_;
    BudgetLimits limits_;
    std::string tool_;
    std::int64_t run_ = 0;
};

/// What a charge by name has come to: the day it was made on is put right. Does nothing where it has been settled before.
void settle_charge(PaceStore&, std::string_view name, Nano spent);
/// That much of it is from now on a charge of another name.
void divide_charge(PaceStore&, std::string_view name, std::string_view other, Nano amount);
bool is_charged(PaceStore&, std::string_view name);

/// What stands in the store.
struct BudgetStatus {
    struct Day {
        std::string name;
        Nano spent = 0, held = 0;
        long calls = 0, in_flight = 0;
    };
    struct Run {
        std::int64_t id = 0;
        std::string tool;
        std::int64_t pid = 0, began = 0;
        std::optional<Nano> cap;
        Nano spent = 0, held = 0;
    };
    struct Reservation {
        std::int64_t id = 0, run = 0, pid = 0, at = 0;
        std::string model;
        Nano amount = 0;
        bool sent = false, alive = false;
    };
    struct Charge {
        std::string name, model, day;
        Nano amount = 0;
        std::int64_t at = 0;
    };
    std::vector<Day> days;  ///< the newest first, today always among them
    std::vector<Run> runs;
    std::vector<Reservation> reservations;
    std::vector<Charge> charges;  ///< not settled yet
};
BudgetStatus budget_status(PaceStore&, std::size_t days = 7);

/// "2026-11-24" in local time.
std::string day_of(std::int64_t unix_microseconds);

}  // namespace llm
