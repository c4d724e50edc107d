#include "route/cascade.hpp"

#include "ask/asker.hpp"
#include "base/utf8.hpp"
#include "chat/price.hpp"
#include "route/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace llm {
namespace {

constexpr double temperature_of_samples = 0.7;

/// Waits for a task that was started.
template <typename T>
auto finished(Task<T>& task) {
    struct Awaiter {
        Task<T>& task;
        bool await_ready() const noexcept { return task.done(); }
        void await_suspend(std::coroutine_handle<> h) { task.then(h); }
        void await_resume() const noexcept {}
    };
    return Awaiter{task};
}

/// Unknown stays unknown.
void add(std::optional<double>& sum, const std::optional<double>& more) {
    if (sum && more) *sum += *more;
    else sum.reset();
}

double ms_since(Instant from) { return std::chrono::duration<double, std::milli>(Steady::now() - from).count(); }

bool priced(const ResolvedModel& m) { return m.info.price.input && m.info.price.output; }

/// Dollars at least, as far as the request tells: what goes in, and `max_tokens` where it is bounded.
double estimate_of(const ResolvedModel& model, const Request& request, long samples) {
    Usage usage;
    usage.input = estimated_tokens(request);
    usage.output = request.options.max_tokens.value_or(0);
    return cost(model.info.price, usage).value_or(0) * static_cast<double>(samples);
}

}  // namespace

/// One record's way up.
struct Cascade::Climb {
    const Request& request;
    std::string line;               ///< of the record, for jq
    CallContext context;
    Instant began = Steady::now();
    std::optional<double> cost = 0;  ///< of all calls so far
    double known_cost = 0;          ///< the part that is known
    Json tried = Json::array();

    std::optional<Answer> best{};    ///< the newest answer without a flaw, else the newest
    bool best_flawed = false;
    bool best_breaks_schema = false;
    const Tier* best_tier = nullptr;
    Json best_value{};               ///< what a schema asked for
    Json best_scores = Json::object();
    bool accepted = false;
    std::string stopped{};           ///< why the next tier was not asked
    Fault stopped_by = Fault::budget;
    std::optional<Error> failed{};   ///< of the tier asked last
};

Cascade::Cascade(Caller& caller, const Models& models, const Form& form, CascadeOptions options)
    : caller_(caller), models_(models), form_(form), options_(std::move(options)), checks_(options_.accept, caller, models) {
    if (options_.tiers.empty()) throw Error(Fault::usage, "a cascade wants its tiers, the cheapest first: --tiers cheap,standard,strong");
    for (const std::string& name : options_.tiers) {
        if (name.empty()) throw Error(Fault::usage, "a tier without a name; write them with commas between: --tiers cheap,standard,strong");
        tiers_.push_back(std::make_unique<Tier>(Tier{name, models_.resolve(name)}));
    }
    for (const auto& tier : tiers_) {
        caller_.check_price(tier->model);
        if (options_.budget && !priced(tier->model))
            throw Error(Fault::config, "a budget wants the price of every model, and that of {} is unknown; write it into config.toml: [model.\"{}\"] input = …, output = … (dollars per million tokens)",
                        tier->model.full_name(), tier->model.full_name());
    }
}

bool Cascade::wants(const Record& record) const { return options_.again == CascadeOptions::Again::yes || !record.has("response"); }

const Cascade::Tier& Cascade::tier_of(const std::string& name) {
    for (const auto& tier : others_)
        if (tier->name == name) return *tier;
    return *others_.emplace_back(std::make_unique<Tier>(Tier{name, models_.resolve(name)}));
}

std::vector<const Cascade::Tier*> Cascade::tiers_for(const Asking& asking) {
    std::vector<const Tier*> out;
    for (const auto& tier : tiers_) out.push_back(tier.get());
    const std::string& own = asking.model;
    if (own.empty() || form_.spec().wins == RequestSpec::Wins::flags) return out;
    const auto at = std::find_if(out.begin(), out.end(), [&](const Tier* t) { return t->name == own || t->model.full_name() == own; });
    if (at != out.end()) return {at, out.end()};
    const Tier& alone = tier_of(own);
    const auto same = std::find_if(out.begin(), out.end(), [&](const Tier* t) { return t->model.full_name() == alone.model.full_name(); });
    if (same != out.end()) return {same, out.end()};
    return {&alone};
}

std::string Cascade::barred(const Tier& tier, const Climb& climb, double estimate) {
    if (Loop::signal_caught() != 0) return "interrupted";
    if (climb.context.deadline && Steady::now() >= *climb.context.deadline) return "the deadline has passed";
    const double spent = climb.known_cost;
    if (!options_.budget || (spent + estimate <= *options_.budget && (spent < *options_.budget || estimate == 0))) return {};
    out_of_budget_ = true;
    return fmt::format("--record-budget ${:g} does not cover {} (spent ${:.6g}, next at least ${:.6g})", *options_.budget, tier.name, spent, estimate);
}

Task<Answer> Cascade::sample(const Tier& tier, Request request, CallSink sink, CallContext context) {
    Answer answer = co_await caller_.call(tier.model, std::move(request), std::move(sink), std::move(context));
    co_return answer;
}

/// Asks one tier and looks at what it says.
Task<void> Cascade::draw(const Tier& tier, Climb& climb, Emitter& emitter, bool last) {
    const Instant began = Steady::now();
    const long samples = last ? 1 : options_.samples;
    Asking asking;
    asking.request = climb.request;
    asking.own = climb.request.options;
    for (const Message& m : climb.request.messages) asking.has_system |= m.role == Role::system;
    apply_alias(asking, tier.model);
    Request& request = asking.request;
    if (!last && checks_.wants_logprobs() && !request.options.logprobs) request.options.logprobs = 0;
    if (samples > 1 && !request.options.temperature) request.options.temperature = temperature_of_samples;

    Json step{{"tier", tier.name}, {"model", tier.model.full_name()}};
    const double estimate = options_.budget ? estimate_of(tier.model, request, samples) : 0;
    if (climb.stopped = barred(tier, climb, estimate); !climb.stopped.empty()) {
        // not budget: the same record would be refused tomorrow as well
        climb.stopped_by = climb.stopped.starts_with("--") ? Fault::refused : Fault::timeout;
        co_return;
    }

    // What is printed as text cannot be taken back, so only the answer that will stay may flow there.
    const bool flows = options_.stream == CascadeOptions::Stream::yes && samples == 1 && (last || !emitter.final());
    std::vector<Task<Answer>> tasks;
    for (long i = 0; i < samples; ++i) {
        CallSink sink;
        Request one = request;
        one.stream = flows;
        if (one.options.seed) *one.options.seed += i;
        if (flows)
            sink.delta = [&emitter](const Delta& d) {
                if (d.kind == Delta::Kind::text) emitter.delta(d.text);
            };
        sink.forget = [&emitter] {
            if (emitter.begun()) emitter.forget();
        };
        sink.may_retry = [&emitter] { return !(emitter.final() && emitter.begun()); };
        tasks.push_back(sample(tier, std::move(one), std::move(sink), climb.context));
    }
    for (Task<Answer>& task : tasks) task.start();
    std::vector<Answer> answers;
    std::optional<double> step_cost = 0;
    for (Task<Answer>& task : tasks) {
        co_await finished(task);
        try {
            answers.push_back(task.result());
            add(step_cost, answers.back().cost);
        } catch (const Error& e) {
            climb.failed = e;
        }
    }
    Findings found;
    if (!answers.empty()) {
        std::size_t chosen = 0;
        std::optional<double> agreement;
        if (samples > 1) {
            std::vector<std::string> texts;
            for (const Answer& a : answers) texts.push_back(a.completion.text);
            const Consensus c = consensus_of(texts);
            chosen = c.best;
            // a sample that failed agrees with nobody
            agreement = c.share * static_cast<double>(texts.size()) / static_cast<double>(samples);
        }
        Answer& answer = answers[chosen];
        Json value;
        const std::string flaw = checks_.flaw(request, answer, value);
        if (!flaw.empty()) {
            found.holds = false;
            found.why = flaw;
        } else if (!last) {
            const Judged judged{climb.line, request, answer, tier.model, agreement};
            CallContext of_judge = climb.context;
            if (!of_judge.record_id.empty()) of_judge.record_id += "#judge";  // the record's own calls stay apart in the journal
            found = co_await checks_.look(judged, std::move(of_judge));
            add(step_cost, found.cost);
        }
        if (!climb.best || climb.best_flawed || flaw.empty()) {
            climb.best = answer;
            climb.best_flawed = !flaw.empty();
            climb.best_breaks_schema = flaw.starts_with("schema");
            climb.best_tier = &tier;
            climb.best_value = std::move(value);
            climb.best_scores = found.scores;
        }
        climb.accepted = found.holds;
        climb.failed.reset();
        step["accepted"] = found.holds;
        if (!found.holds) step["why"] = truncate_utf8(found.why, 400);
        if (!found.scores.empty()) step["scores"] = found.scores;
        if (samples > 1) step["samples"] = answers.size();
    } else {
        step["accepted"] = false;
        step["why"] = truncate_utf8(climb.failed->what(), 400);
        step["error"] = {{"fault", std::string{name(climb.failed->fault)}}};
        if (climb.failed->status) step["error"]["status"] = *climb.failed->status;
        // what a failed call has cost is not known, but it is rarely billed
        step_cost = 0;
    }
    if (step_cost && !answers.empty()) step["cost"] = *step_cost;
    step["ms"] = std::round(ms_since(began) * 10) / 10;
    add(climb.cost, step_cost);
    climb.known_cost += step_cost.value_or(0);
    climb.tried.push_back(std::move(step));
}

void Cascade::conclude(Record& record, Climb& climb) {
    Json route = Json::object();
    const bool keeps = climb.best && !climb.best_breaks_schema && (climb.accepted || options_.unaccepted == CascadeOptions::Unaccepted::keep);
    std::string reason;
    if (climb.accepted) reason = climb.tried.size() == 1 ? "the first tier's answer is good" : fmt::format("{} of {} tiers asked", climb.tried.size(), options_.tiers.size());
    else if (!climb.stopped.empty()) reason = climb.stopped;
    else if (!climb.tried.empty()) reason = fmt::format("no answer passed: {}", text_of(climb.tried.back(), "why"));
    if (keeps) {
        route["model"] = climb.best_tier->model.full_name();
        route["tier"] = climb.best_tier->name;
    }
    route["reason"] = truncate_utf8(reason, 400);
    route["accepted"] = climb.accepted;
    if (climb.best && !climb.best_scores.empty()) route["scores"] = climb.best_scores;
    route["tried"] = climb.tried;
    record.set("route", route);
    if (options_.usage || options_.explain) {
        std::string line = fmt::format("line {}: ", record.number());
        for (std::size_t i = 0; i < climb.tried.size(); ++i) {
            const Json& t = climb.tried[i];
            line += fmt::format("{}{} {}", i == 0 ? "" : "; ", text_of(t, "tier"), member(t, "accepted") == true ? "is good" : "goes on: " + text_of(t, "why"));
        }
        if (options_.explain) options_.explain(climb.accepted ? line : line + fmt::format("; {}", reason));
        if (options_.usage)
            options_.usage(fmt::format("line {}: {} tier{} asked, {}, {:.2f} s", record.number(), climb.tried.size(), climb.tried.size() == 1 ? "" : "s",
                                       climb.cost ? fmt::format("${:.6g}", *climb.cost) : "cost unknown", ms_since(climb.began) / 1000));
    }
    if (keeps) {
        climb.best->cost = climb.cost;
        climb.best->ms = ms_since(climb.began);
        if (climb.tried.size() > 1) climb.best->first_ms.reset();
        record.set_raw("response", response_text(*climb.best, climb.request.schema.is_null() ? nullptr : &climb.best_value));
        return;
    }
    if (!climb.stopped.empty()) throw Error(climb.stopped_by, "{}{}", climb.stopped, climb.tried.empty() ? "; nothing was asked" : "; no answer so far has passed");
    if (climb.failed) throw Error(*climb.failed);
    throw Error(climb.request.schema.is_null() ? Fault::refused : Fault::schema, "none of {} tiers gave an answer that passes: {}", climb.tried.size(), text_of(climb.tried.back(), "why"));
}

void Cascade::dry_run(Record& record, const std::vector<const Tier*>& tiers, const Asking& asking) const {
    Json list = Json::array();
    for (const Tier* tier : tiers) {
        Json one{{"tier", tier->name}, {"model", tier->model.full_name()}, {"tokens", estimated_tokens(asking.request)}};
        if (priced(tier->model)) one["cost_at_least"] = estimate_of(tier->model, asking.request, tier == tiers.back() ? 1 : options_.samples);
        list.push_back(std::move(one));
    }
    record.set("dry_run", Json{{"tiers", std::move(list)}});
}

Task<void> Cascade::step(Record& record, Emitter& emitter) {
    form_.write_into(record);
    if (options_.again == CascadeOptions::Again::yes) record.erase("response");
    const Asking asking = form_.read(record);
    const std::vector<const Tier*> tiers = tiers_for(asking);
    if (options_.send == CascadeOptions::Send::dry_run) {
        dry_run(record, tiers, asking);
        co_return;
    }
    Climb climb{asking.request, record.line(), {}};
    climb.context.record_id = id_text(record);
    if (options_.deadline) climb.context.deadline = after(climb.began, *options_.deadline);
    for (const Tier* tier : tiers) {
        if (emitter.begun()) emitter.forget();
        co_await draw(*tier, climb, emitter, tier == tiers.back());
        if (climb.accepted || !climb.stopped.empty()) break;
        if (!climb.failed) continue;
        if (climb.failed->fault == Fault::data || climb.failed->fault == Fault::config) break;  // the record or the configuration is wrong: no tier can help
        if (climb.failed->fault == Fault::budget) {
            out_of_budget_ = true;
            climb.stopped = climb.failed->what();
            climb.stopped_by = Fault::budget;
            break;
        }
    }
    if (climb.failed && emitter.final() && emitter.begun()) throw Error(*climb.failed);
    const bool kept_back = !climb.accepted && emitter.begun() && climb.best_tier != tiers.back();
    if (kept_back) emitter.forget();
    conclude(record, climb);
}

}  // namespace llm
