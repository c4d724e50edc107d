/// What stands between a call and its being sent: the breaker, the server's own pauses and limits, ours, and the budget.
/// Where nothing of it is asked for, passing costs no more than a look at the clock.
#pragma once

#include "base/environment.hpp"
#include "base/settings.hpp"
#include "call/waiting.hpp"
#include "chat/model.hpp"
#include "net/http_call.hpp"
#include "pace/budget.hpp"
#include "pace/health.hpp"
#include "pace/limits.hpp"
#include "pace/throttle.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

/// Limits that a command line sets; the settings' own (`[provider.X] rpm`, `[model."X/Y"] rpm`, `budget.day`) always hold too.
struct PaceOptions {
    std::optional<double> rpm, tpm;   ///< requests and tokens a minute, for each provider and model
    std::optional<double> budget;     ///< dollars for this run
    Rates assumed;                    ///< prices where none is known
    enum class Identical { each, shared } identical = Identical::each;
};

class Governor {
public:
    Governor(Loop&, CallClock&, const Settings&, const Environment&, PaceOptions, std::string tool, std::function<void(std::string_view)> warn);
    ~Governor();

    /// One model of one server as this process sees it.
    struct Gate {
        explicit Gate(Loop& loop) : turn(loop), room(loop) {
            turn.nobody = [this] { taken = false; };
        }
        std::string health;      ///< the endpoint's name there
        std::string hasty;       ///< its name for those who wait no longer than `patience`, where that is short
        double patience = 0;     ///< seconds
        std::string pauses;      ///< the model's, which servers limit apart
        Throttle throttle;
        bool taken = false;      ///< somebody is being let in
        Waiters turn, room;
        Instant not_before{};    ///< the server asked for a pause
        Instant next{};          ///< of calls that are spaced
        Instant spaced_until{};
        double spacing = 0;
        double mean_output = 256;  ///< tokens of the last answers
    };

    /// One attempt that was let in. Ended by end(); where it is dropped instead, it counts as sent and paid, unless it never was let in.
    class Pass {
    public:
        Pass() = default;
        Pass(Pass&& o) noexcept { *this = std::move(o); }
        Pass& operator=(Pass&&) noexcept;
        ~Pass();
        /// `cost` is what was paid, as far as known; nothing: the worst. Throws nothing: what the store does not take now is tried again later.
        void end(Throttle::How, std::optional<Nano> cost, std::optional<double> tokens);

    private:
        friend class Governor;
        Governor* owner_ = nullptr;
        Gate* gate_ = nullptr;
        std::uint64_t begun_ = 0;
        std::int64_t reservation_ = 0;
        Nano worst_ = 0;
        std::vector<LimitClaim> claims_;
    };

    /// Whether money is counted.
    bool counts_money() const noexcept { return limits_.any(); }
    /// Sets what a budget needs set. Throws Error{config} where the price is unknown, Error{usage} for prices that cannot be read.
    void prepare(const ResolvedModel&, Request&) const;
    /// What the usage costs by known or assumed prices, for the budget.
    std::optional<Nano> spent(const ResolvedModel&, const Usage&) const;

    /// Throws Error{unreachable} where the server is known not to answer.
    void check(Gate&, const ResolvedModel&);
    /// True while it is known not to answer, and this process is not the one to try.
    bool is_dead(Gate&);
    /// Waits for a place, money and a turn. Throws Error{budget} where the money cannot suffice, Error{rate_limit} where the wait would outlast `deadline`
    /// or a signal ends it.
    Task<Pass> admit(Gate&, const ResolvedModel&, const Request&, Instant deadline);

    /// Names the gate where the breaker and pauses are kept. `patience` is the shortest time after which its calls give up, in seconds.
    static void name(Gate&, const ResolvedModel&, double patience);

    /// How much of an answer came.
    enum class Heard {
        nothing,
        something,  ///< bytes of its body
        answer,     ///< pieces of the answer itself, which may be billed whatever became of the rest
    };
    /// An attempt is over: what the answer's headers say of limits, and what it has cost or may have cost.
    void settle(Gate&, Pass&, const ResolvedModel&, const Usage&, const Headers&);
    void settle(Gate&, Pass&, const Error& failed, Heard, const Headers&);
    /// It was let in but is not to be sent.
    void give_back(Pass&);
    /// A call is over, with all its attempts, and `failed` or not: whether somebody is there. `waited` are the last attempt's seconds.
    void judge(Gate&, const Error* failed, Heard, double waited);

    /// The store, for flights.
    PaceStore& store();
    /// Opens it where limits or a budget need it, so that one that cannot be opened ends a run before anything is asked. Throws as PaceStore does.
    void open();
    /// Throws nothing: the ledger is on the safe side as it stands.
    void close();

private:
    bool has_limits(const ResolvedModel&) const;
    std::vector<LimitClaim> claims(const Gate&, const ResolvedModel&, const Request&) const;
    Price price_of(const ResolvedModel&) const;
    Task<void> enter(Gate&);
    static void leave(Gate&);
    bool is_paused(Gate&);
    Task<void> wait_for_pause(Gate&, const ResolvedModel&, Instant deadline);
    Task<void> take_money(Pass&, const ResolvedModel&, const Request&, Sent);
    void saw_headers(Gate&, const Headers&);
    void pause(Gate&, double seconds, std::string_view why);
    void answered(Gate&);
    void went_dead(const std::string& name, std::string_view why);
    void say_once(std::string key, std::string_view text);
    /// What `use` tells, asked of the shared state of servers; nothing where there is none, or it cannot be read: this process learns by itself.
    template <typename Use>
    auto with_health(const Use& use) -> std::optional<decltype(use(std::declval<Health&>()))>;
    HealthState look(const std::string& name);
    void pay(std::int64_t reservation, Nano cost);
    void pay_debts();

    Loop& loop_;
    CallClock& clock_;
    const Settings& settings_;
    const Environment& environment_;
    PaceOptions options_;
    BudgetLimits limits_;
    std::string tool_;
    std::function<void(std::string_view)> warn_;
    std::unique_ptr<PaceStore> store_;
    std::unique_ptr<Health> health_;
    std::unique_ptr<Limits> rates_;
    std::unique_ptr<Budget> budget_;
    bool limits_configured_ = false;
    bool no_store_ = false;  ///< there is no place for one
    std::vector<std::pair<std::int64_t, Nano>> unpaid_;  ///< reservations whose settling the store did not take
    Instant pay_again_{};
    std::set<std::string> said_;
};

}  // namespace llm
