#include "run.hpp"

#include "cli/settings.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "pace/budget.hpp"
#include "pace/health.hpp"

#include <cmath>

namespace llm {
namespace {

/// Dollars as a person reads them.
double shown(Nano n) { return std::round(dollars(n) * 1e6) / 1e6; }

Json left_of(std::optional<Nano> cap, Nano spent, Nano held) { return cap ? Json(shown(std::max<Nano>(0, *cap - spent - held))) : Json(); }

}  // namespace

int show_budget(const Tool& tool, const AskFlags& f) {
    const Environment environment;
    const Settings settings = settings_of(tool, environment);
    PaceStore store{pace_path(settings, environment)};
    std::optional<Nano> day;
    if (const auto limit = settings.number("budget.day")) day = nano(*limit);
    Table table{{{"kind", "WHAT", Align::left, false},
                 {"name", "NAME", Align::left, true},
                 {"spent", "SPENT $", Align::right, false},
                 {"held", "PUT ASIDE $", Align::right, false},
                 {"limit", "LIMIT $", Align::right, false},
                 {"left", "LEFT $", Align::right, false},
                 {"calls", "CALLS", Align::right, false},
                 {"state", "STATE", Align::left, true}}};
    const BudgetStatus status = budget_status(store);
    bool today = true;
    for (const auto& d : status.days) {
        const auto cap = std::exchange(today, false) ? day : std::nullopt;
        Json row{{"kind", "day"}, {"name", d.name}, {"spent", shown(d.spent)}, {"held", shown(d.held)}, {"limit", cap ? Json(shown(*cap)) : Json()}};
        row["left"] = left_of(cap, d.spent, d.held);
        row["calls"] = d.calls;
        row["state"] = d.in_flight > 0 ? Json(fmt::format("{} in flight", d.in_flight)) : Json();
        table.add(std::move(row));
    }
    for (const auto& r : status.runs) {
        Json row{{"kind", "run"}, {"name", fmt::format("{} {}", r.tool, r.pid)}, {"spent", shown(r.spent)}, {"held", shown(r.held)}, {"limit", r.cap ? Json(shown(*r.cap)) : Json()}};
        row["left"] = left_of(r.cap, r.spent, r.held);
        row["pid"] = r.pid;
        row["state"] = "running";
        table.add(std::move(row));
    }
    for (const auto& r : status.reservations) {
        Json row{{"kind", "reservation"}, {"name", r.model}, {"held", shown(r.amount)}, {"pid", r.pid}, {"state", fmt::format("{} by {}", r.sent ? "sent" : "to be sent", r.pid)}};
        table.add(std::move(row));
    }
    for (const auto& c : status.charges) {
        Json row{{"kind", "charge"}, {"name", c.name}, {"spent", shown(c.amount)}, {"model", c.model}, {"day", c.day}, {"state", fmt::format("at worst, of {}, until it is collected", c.day)}};
        table.add(std::move(row));
    }
    for (const EndpointHealth& h : Health{store}.all()) {
        const std::string state = h.circuit == Circuit::closed ? fmt::format("{} failures", h.failures) : fmt::format("{} for {:.0f} s", h.circuit == Circuit::paused ? "paused" : "not asked", h.seconds);
        table.add(Json{{"kind", "server"}, {"name", h.endpoint}, {"state", state}, {"failures", h.failures}, {"seconds", h.seconds}, {"why", h.why}});
    }
    put(table, f.loop.json ? Listing::json : Listing::table);
    return 0;
}

}  // namespace llm
