#include "call/governor.hpp"

#include "base/error.hpp"
#include "base/toml.hpp"
#include "call/retry.hpp"
#include "pace/rate_headers.hpp"
#include "text/tokens.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace llm {
namespace {

constexpr double poll = .05;       // seconds between looks at money that others hold
constexpr double long_wait = 30;   // seconds of silence after which nobody is there, however long others would wait
constexpr double pay_again = 5;    // seconds between two tries at a store that takes nothing
constexpr double look_at_turn = .25;  // seconds between looks at a turn that is waited for
constexpr double shared_from = 1;  // seconds of a pause from which other processes are told
constexpr long usual_answer = 4096;

double unix_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::int64_t micros(Steady::duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

/// Whether an attempt that failed can have cost something. A refusal is free, as is what no server has had whole. A gateway that tells of nobody
/// behind it, or of somebody who takes too long (502 and 504; Cloudflare's 520 and 524), may have handed the request on before.
bool may_be_billed(const Error& failed, Governor::Heard heard) {
    if (failed.unsent) return false;
    if (heard == Governor::Heard::answer) return true;
    const int status = failed.status.value_or(0);
    if (status != 0) return status == 502 || status == 504 || status == 520 || status == 524;
    switch (failed.fault) {
        case Fault::refused:
        case Fault::auth:
        case Fault::rate_limit:
        case Fault::data:
        case Fault::config:
            return false;
        default:
            return true;
    }
}

Error interrupted(const ResolvedModel& model, std::string_view waiting_for) {
    Error e(Fault::rate_limit, "a signal came while the call to {} waited for {}; nothing was sent", model.full_name(), waiting_for);
    e.unsent = true;
    return e;
}

/// The turn at a gate, given back whatever happens.
struct Turn {
    std::function<void()> leave;
    explicit Turn(std::function<void()> f) : leave(std::move(f)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { leave(); }
};

}  // namespace

Governor::Governor(Loop& loop, CallClock& clock, const Settings& settings, const Environment& environment, PaceOptions options, std::string tool,
                   std::function<void(std::string_view)> warn)
    : loop_(loop), clock_(clock), settings_(settings), environment_(environment), options_(std::move(options)), tool_(std::move(tool)), warn_(std::move(warn)) {
    if (options_.budget) limits_.run = nano(*options_.budget);
    if (const auto day = settings_.number("budget.day")) limits_.day = nano(*day);
    limits_configured_ = options_.rpm.has_value() || options_.tpm.has_value();
    for (const std::string_view kind : {"provider", "model"})
        for (const auto& [name, entry] : member(settings_.tree(), kind).items())
            limits_configured_ |= entry.is_object() && (!member(entry, "rpm").is_null() || !member(entry, "tpm").is_null());
}

Governor::~Governor() = default;

PaceStore& Governor::store() {
    if (!store_)
        store_ = std::make_unique<PaceStore>(pace_path(settings_, environment_), [this] { return PaceStore::wall_clock() + micros(clock_.skipped()); });
    return *store_;
}

void Governor::open() {
    if (counts_money() || limits_configured_ || options_.identical == PaceOptions::Identical::shared) store().db();
}

void Governor::name(Gate& gate, const ResolvedModel& model, double patience) {
    gate.health = health_name(model.endpoint.name, model.endpoint.base_url);
    gate.pauses = pause_name(model.endpoint.name, model.endpoint.base_url, model.model);
    gate.patience = patience;
    if (patience < long_wait) gate.hasty = fmt::format("{} within {:.3g} s", gate.health, patience);
}

template <typename Use>
auto Governor::with_health(const Use& use) -> std::optional<decltype(use(std::declval<Health&>()))> {
    if (no_store_) return std::nullopt;
    try {
        if (!health_) health_ = std::make_unique<Health>(store());
        return use(*health_);
    } catch (const Error&) {
        no_store_ = !health_;  // no home
        return std::nullopt;
    }
}

HealthState Governor::look(const std::string& name) {
    if (name.empty()) return {};
    return with_health([&name](Health& h) { return h.look(name); }).value_or(HealthState{});
}

void Governor::close() {
    if (!budget_) return;
    try {
        pay_again_ = {};
        pay_debts();
        budget_->close();
    } catch (const Error&) {  // the run's row stays until somebody finds its process dead
    }
}

void Governor::say_once(std::string key, std::string_view text) {
    if (warn_ && said_.insert(std::move(key)).second) warn_(text);
}

// --- money ---

Price Governor::price_of(const ResolvedModel& model) const {
    Price p = model.info.price;
    if (!p.input && !p.output && options_.assumed.input) static_cast<Rates&>(p) = options_.assumed;
    return p;
}

void Governor::prepare(const ResolvedModel& model, Request& request) const {
    if (!counts_money()) return;
    const Price price = price_of(model);
    if (!worst_cost(price, 1, 1))
        throw Error(Fault::config, "the price of {} is unknown, so no budget can hold for it; give --assume-price IN/OUT (dollars per million tokens), or set input and output under [model.\"{}\"]",
                    model.full_name(), model.full_name());
    const bool free = *worst_cost(price, 1'000'000, 1'000'000) == 0;
    if (!free && !worst_output(request.options)) {
        const long most = settings_.integer("budget.max_tokens").value_or(usual_answer);
        request.options.max_tokens = std::min(most, model.info.max_output.value_or(most));
    }
}

std::optional<Nano> Governor::spent(const ResolvedModel& model, const Usage& usage) const {
    const auto known = cost(price_of(model), usage);
    return known ? std::optional{nano(*known)} : std::nullopt;
}

Task<void> Governor::take_money(Pass& pass, const ResolvedModel& model, const Request& request, Sent sent) {
    const auto worst = worst_cost(price_of(model), worst_input(request), worst_output(request.options).value_or(usual_answer));
    pass.worst_ = worst.value_or(0);
    if (pass.worst_ == 0) co_return;
    if (!budget_) budget_ = std::make_unique<Budget>(store(), limits_, tool_);
    for (;;) {
        const Budget::Answer answer = budget_->reserve(pass.worst_, model.full_name(), sent);
        if (answer.fit == Fit::yes) {
            pass.reservation_ = answer.id;
            co_return;
        }
        if (answer.fit == Fit::no) {
            say_once("budget", fmt::format("the budget is spent: a call may cost ${:.4f} at worst, and ${:.4f} of {} are left; what does not fit is left unasked", dollars(pass.worst_),
                                           dollars(answer.left), answer.which));
            throw Error(Fault::budget, "a call to {} may cost ${:.6f} at worst, and ${:.6f} of {} are left", model.full_name(), dollars(pass.worst_), dollars(answer.left),
                        answer.which);
        }
        if (Loop::signal_caught() != 0) throw interrupted(model, "money");
        co_await loop_.sleep_until(after(Steady::now(), poll));
    }
}

void Governor::pay(std::int64_t reservation, Nano cost) {
    unpaid_.emplace_back(reservation, cost);
    pay_debts();
}

/// An answer that was paid for is not lost because the ledger cannot be written. Until it can, the worst case stays put aside.
void Governor::pay_debts() {
    if (unpaid_.empty() || clock_.now() < pay_again_) return;
    try {
        for (; !unpaid_.empty(); unpaid_.pop_back()) budget_->settle(unpaid_.back().first, unpaid_.back().second);
    } catch (const Error& e) {
        pay_again_ = after(clock_.now(), pay_again);
        say_once("ledger", fmt::format("what calls cost cannot be noted: {}. What was put aside for them stays so, and counts as spent if that lasts", e.what()));
    }
}

// --- limits ---

bool Governor::has_limits(const ResolvedModel&) const { return limits_configured_; }

std::vector<LimitClaim> Governor::claims(const Gate& gate, const ResolvedModel& model, const Request& request) const {
    std::vector<LimitClaim> out;
    const std::string provider = dotted("provider", model.endpoint.name), entry = dotted("model", model.full_name());
    double tokens = 0;
    const auto add = [&](LimitKind kind, const std::string& name, std::optional<double> a_minute) {
        if (!a_minute || *a_minute <= 0) return;
        if (kind == LimitKind::tokens && tokens == 0) {
            for (const Message& m : request.messages) tokens += static_cast<double>(estimate_tokens(m.text())) + 4;
            if (!request.tools.is_null()) tokens += static_cast<double>(estimate_tokens(dump(request.tools)));
            if (!request.schema.is_null()) tokens += static_cast<double>(estimate_tokens(dump(request.schema)));
            const auto output = worst_output(request.options);
            tokens += output ? static_cast<double>(*output) : gate.mean_output;
        }
        out.push_back({(kind == LimitKind::requests ? "requests " : "tokens ") + name, kind, *a_minute, kind == LimitKind::requests ? 1 : tokens});
    };
    const auto setting = [this](const std::string& table, std::string_view member) { return settings_.number(dotted(table, member)); };
    add(LimitKind::requests, model.endpoint.name, setting(provider, "rpm"));
    add(LimitKind::tokens, model.endpoint.name, setting(provider, "tpm"));
    add(LimitKind::requests, model.full_name(), options_.rpm ? options_.rpm : setting(entry, "rpm"));
    add(LimitKind::tokens, model.full_name(), options_.tpm ? options_.tpm : setting(entry, "tpm"));
    return out;
}

// --- the gate ---

Task<void> Governor::enter(Gate& gate) {
    if (std::exchange(gate.taken, true)) co_await gate.turn.wait();  // whoever leaves hands it over
}

void Governor::leave(Gate& gate) {
    if (!gate.turn.wake_one()) gate.taken = false;
}

/// Whether the server wants no call now, as it told us or another process.
bool Governor::is_paused(Gate& gate) {
    if (const HealthState s = look(gate.pauses); s.circuit == Circuit::paused) gate.not_before = std::max(gate.not_before, after(clock_.now(), s.seconds));
    return gate.not_before > clock_.now();
}

Task<void> Governor::wait_for_pause(Gate& gate, const ResolvedModel& model, Instant deadline) {
    is_paused(gate);
    while (gate.not_before > clock_.now()) {
        const double seconds = Seconds(gate.not_before - clock_.now()).count();
        if (gate.not_before >= deadline || seconds > longest_pause) {
            Error e(Fault::rate_limit, "{} asked for a pause, of which {:.0f} s are left: longer than the call may take; nothing was sent", model.endpoint.name, seconds);
            e.retry_after = seconds;
            throw e;
        }
        if (seconds > 5) say_once(fmt::format("pause {}", gate.pauses), fmt::format("{} asked for a pause: the next call begins in {:.0f} s", model.endpoint.name, seconds));
        co_await clock_.wait_until(gate.not_before);
        if (Loop::signal_caught() != 0) throw interrupted(model, "the end of a pause that it asked for");
    }
}

Task<Governor::Pass> Governor::admit(Gate& gate, const ResolvedModel& model, const Request& request, Instant deadline) {
    Pass pass;
    pass.owner_ = this;
    const bool limited = has_limits(model);
    const bool money = counts_money();
    const bool quick = !limited && !money && !gate.taken && gate.throttle.has_room() && clock_.now() >= gate.spaced_until && !is_paused(gate);
    if (quick) {
        pass.gate_ = &gate;
        pass.begun_ = gate.throttle.begin();
        co_return pass;
    }
    co_await enter(gate);
    const Turn turn{[&gate] { leave(gate); }};
    while (!gate.throttle.has_room()) co_await gate.room.wait();
    if (Loop::signal_caught() != 0) throw interrupted(model, "its turn");
    co_await wait_for_pause(gate, model, deadline);
    if (limited) pass.claims_ = claims(gate, model, request);
    const bool waits = !pass.claims_.empty() || clock_.now() < gate.spaced_until;
    if (money) co_await take_money(pass, model, request, waits ? Sent::no : Sent::yes);
    if (waits) {
        Instant begins = clock_.now();
        if (!pass.claims_.empty()) {
            if (!rates_) rates_ = std::make_unique<Limits>(store());
            LimitPlace place = rates_->take(pass.claims_);
            const Instant here = clock_.now();
            const std::int64_t now = store().now();
            const auto turn = [&] { return after(here, static_cast<double>(place.begins - now) / 1e6); };
            begins = turn();
            if (const double seconds = Seconds(begins - here).count(); seconds > 5)
                say_once("pace", fmt::format("{} is asked no faster than its limit allows; the next call begins in {:.0f} s, or sooner where others use less than they may",
                                             model.full_name(), seconds));
            while (Seconds(begins - clock_.now()).count() > look_at_turn && Loop::signal_caught() == 0) {
                co_await clock_.wait_until(after(clock_.now(), look_at_turn));
                rates_->look(pass.claims_, place);
                begins = turn();
            }
        }
        if (clock_.now() < gate.spaced_until) {
            begins = std::max(begins, gate.next);
            gate.next = after(begins, gate.spacing);
        }
        co_await clock_.wait_until(begins);
        if (Loop::signal_caught() != 0) throw interrupted(model, "its turn");
        if (pass.reservation_ != 0) budget_->sent(pass.reservation_);
    }
    pass.gate_ = &gate;
    pass.begun_ = gate.throttle.begin();
    co_return pass;
}

Governor::Pass& Governor::Pass::operator=(Pass&& o) noexcept {
    std::swap(owner_, o.owner_);
    std::swap(gate_, o.gate_);
    std::swap(begun_, o.begun_);
    std::swap(reservation_, o.reservation_);
    std::swap(worst_, o.worst_);
    std::swap(claims_, o.claims_);
    return *this;
}

Governor::Pass::~Pass() {
    try {
        const bool let_in = gate_ != nullptr;
        end(Throttle::How::otherwise, let_in ? std::nullopt : std::optional<Nano>{0}, let_in ? std::nullopt : std::optional{0.0});
    } catch (...) {  // what is put aside stays so until somebody finds this process dead
    }
}

void Governor::Pass::end(Throttle::How how, std::optional<Nano> cost, std::optional<double> tokens) {
    if (Gate* gate = std::exchange(gate_, nullptr)) {
        gate->throttle.end(begun_, how);
        gate->room.wake_one();
    }
    if (const std::int64_t id = std::exchange(reservation_, 0); id != 0) owner_->pay(id, cost.value_or(worst_));
    const std::vector<LimitClaim> claims = std::exchange(claims_, {});
    if (!tokens) return;
    try {
        for (const LimitClaim& c : claims)
            if (c.kind == LimitKind::tokens) owner_->rates_->correct(c, *tokens - c.cost);
    } catch (const Error&) {  // then the limit waits for more than was used
    }
}

void Governor::give_back(Pass& pass) { pass.end(Throttle::How::otherwise, 0, 0.0); }

// --- what servers say ---

void Governor::settle(Gate& gate, Pass& pass, const ResolvedModel& model, const Usage& usage, const Headers& headers) {
    saw_headers(gate, headers);
    const bool counted = usage.input && usage.output;
    pass.end(Throttle::How::well, spent(model, usage), counted ? std::optional{static_cast<double>(*usage.input + *usage.output)} : std::nullopt);
}

void Governor::settle(Gate& gate, Pass& pass, const Error& failed, Heard heard, const Headers& headers) {
    if (!failed.retry_after) saw_headers(gate, headers);  // what is asked for outright comes first
    const int status = failed.status.value_or(0);
    const bool crowded = failed.fault == Fault::rate_limit || status == 503 || status == 529;
    if (failed.retry_after && passes_by_itself(failed)) pause(gate, *failed.retry_after, failed.what());
    const bool free = !may_be_billed(failed, heard);
    pass.end(crowded ? Throttle::How::crowded : Throttle::How::otherwise, free ? std::optional<Nano>{0} : std::nullopt, free ? std::optional{0.0} : std::nullopt);
}

void Governor::judge(Gate& gate, const Error* failed, Heard heard, double waited) {
    if (failed != nullptr && Loop::signal_caught() != 0) return;
    const int status = failed != nullptr ? failed->status.value_or(0) : 0;
    const bool late = failed != nullptr && failed->fault == Fault::timeout && status == 0 && heard == Heard::nothing;
    if (late && waited < long_wait) {  // that says something about this run's patience first
        if (!gate.hasty.empty() && waited >= .9 * gate.patience) went_dead(gate.hasty, failed->what());
        return;
    }
    const bool silent = failed != nullptr && (late || failed->fault == Fault::unreachable || status == 502 || status == 503 || status == 504);
    if (silent)
        went_dead(gate.health, failed->what());
    else answered(gate);
}

void Governor::saw_headers(Gate& gate, const Headers& headers) {
    const auto any = [&headers](std::string_view prefix) {
        const auto it = headers.lower_bound(prefix);
        return it != headers.end() && it->first.starts_with(prefix);
    };
    if (!any("x-ratelimit-") && !any("anthropic-ratelimit-") && !any("ratelimit-")) return;
    const RateHint hint = rate_hint(headers, unix_now());
    const Instant now = clock_.now();
    if (hint.spacing > 0) {
        gate.spacing = hint.spacing;
        gate.spaced_until = after(now, hint.lasts);
        gate.next = std::max(gate.next, after(now, hint.spacing));
    } else {
        gate.spaced_until = now;
    }
    if (hint.wait > 0) pause(gate, hint.wait, "nothing is left of its limit");
}

void Governor::pause(Gate& gate, double seconds, std::string_view why) {
    gate.not_before = std::max(gate.not_before, after(clock_.now(), seconds));
    if (seconds < shared_from) return;
    with_health([&](Health& h) { return h.pause(gate.pauses, seconds, why), true; });  // else others learn it from the server
}

void Governor::answered(Gate& gate) {
    for (const std::string& name : {std::cref(gate.health), std::cref(gate.hasty)})
        if (!name.empty()) with_health([&name](Health& h) { return h.answered(name), true; });  // else it opens again by itself when its time is over
}

void Governor::went_dead(const std::string& name, std::string_view why) {
    with_health([&](Health& h) { return h.failed(name, why), true; });
}

bool Governor::is_dead(Gate& gate) { return look(gate.health).circuit == Circuit::open || look(gate.hasty).circuit == Circuit::open; }

void Governor::check(Gate& gate, const ResolvedModel& model) {
    HealthState s;
    for (const std::string& name : {std::cref(gate.health), std::cref(gate.hasty)})
        if (!name.empty() && s.circuit != Circuit::open) s = with_health([&name](Health& h) { return h.ask(name); }).value_or(HealthState{});
    if (s.circuit != Circuit::open) return;
    say_once("dead " + gate.health, fmt::format("{} does not answer ({}); it is not asked for some seconds, and what is meant for it fails at once. Later, llm-ask --retry-failed asks again",
                                                model.endpoint.name, s.why));
    Error e(Fault::unreachable, "{} is not asked: the last {} calls ended without an answer, from this process or others ({}); the next try is in {:.0f} s", model.endpoint.name,
            s.failures, s.why, std::max(1.0, s.seconds));
    throw e;
}

}  // namespace llm
