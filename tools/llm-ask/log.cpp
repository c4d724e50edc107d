#include "run.hpp"

#include "base/paths.hpp"
#include "cli/settings.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "log/journal.hpp"
#include "log/query.hpp"
#include "log/ulid.hpp"
#include "log/when.hpp"

#include <charconv>
#include <cmath>

namespace llm {
namespace {

std::filesystem::path journal_path(const Settings& settings, const Environment& environment) {
    const std::string path = settings.text("log.path").value_or("");
    return path.empty() ? data_folder(environment) / "log.db" : expand_home(path, environment);
}

CallFilter filter_of(const AskFlags& f, std::int64_t now) {
    CallFilter c;
    if (!f.since.empty()) c.since = parse_when(f.since, now);
    if (!f.until.empty()) c.until = parse_when(f.until, now);
    c.model = f.request.model.value_or("");
    if (!f.fault.empty()) check_fault(f.fault);
    c.fault = f.fault;
    c.tool = f.tool;
    c.conversation = f.cid;
    return c;
}

/// Milliseconds with one decimal: what a person reads.
void round_ms(Json& row) {
    for (const char* name : {"ms", "first_ms", "p50_ms", "p95_ms", "p50_first_ms", "p95_first_ms"})
        if (const auto it = row.find(name); it != row.end() && it->is_number()) *it = std::round(it->get<double>() * 10) / 10;
}

int list(JournalReader& journal, const AskFlags& f, std::int64_t now) {
    const auto limit = static_cast<std::size_t>(f.limit.value_or(f.loop.json ? 0 : 20));
    std::size_t found = 0;
    if (f.loop.json) {
        journal.list(filter_of(f, now), limit, [&found](const LoggedCall& c) {
            ++found;
            Json row = to_json(c);
            round_ms(row);
            put(dump(row) + "\n");
            return true;
        });
        return found > 0 ? 0 : 1;
    }
    Table table{{{"id", "ID", Align::right, false},
                 {"time", "TIME", Align::left, false},
                 {"model", "MODEL", Align::left, true},
                 {"fault", "FAULT", Align::left, false},
                 {"input", "IN", Align::right, false},
                 {"output", "OUT", Align::right, false},
                 {"cost", "COST $", Align::right, false},
                 {"ms", "MS", Align::right, false},
                 {"question", "QUESTION", Align::left, true},
                 {"answer", "ANSWER", Align::left, true}}};
    journal.list(filter_of(f, now), limit, [&table](const LoggedCall& c) {
        Json row = to_json(c);
        round_ms(row);
        if (row.contains("time")) row["time"] = text_of(row, "time").substr(0, 19);
        table.add(std::move(row));
        return true;
    });
    put(table, Listing::table);
    return table.size() > 0 ? 0 : 1;
}

int show(JournalReader& journal, const AskFlags& f, std::int64_t now) {
    std::int64_t id = 0;
    if (f.prompt) {
        const auto [end, code] = std::from_chars(f.prompt->data(), f.prompt->data() + f.prompt->size(), id);
        if (code != std::errc{} || end != f.prompt->data() + f.prompt->size())
            throw Error(Fault::usage, "'{}' is no call's id, which is a number; llm-ask --log list shows them", *f.prompt);
    } else {
        journal.list(filter_of(f, now), 1, [&id](const LoggedCall& c) {
            id = c.id;
            return true;
        });
    }
    const auto call = journal.show(id);
    if (!call) return 1;
    put((f.loop.json ? dump(*call) : call->dump(2, ' ', false, Json::error_handler_t::replace)) + "\n");
    return 0;
}

int stats(JournalReader& journal, const AskFlags& f, std::int64_t now) {
    Table table{{{"day", "DAY", Align::left, false},
                 {"model", "MODEL", Align::left, true},
                 {"calls", "CALLS", Align::right, false},
                 {"failed", "FAILED", Align::right, false},
                 {"input", "IN", Align::right, false},
                 {"output", "OUT", Align::right, false},
                 {"cost", "COST $", Align::right, false},
                 {"unpriced", "UNPRICED", Align::right, false},
                 {"p50_ms", "P50 MS", Align::right, false},
                 {"p95_ms", "P95 MS", Align::right, false}}};
    for (const CallStats& s : journal.stats(filter_of(f, now), StatsBy::day_and_model)) {
        Json row = to_json(s);
        round_ms(row);
        table.add(std::move(row));
    }
    put(table, f.loop.json ? Listing::json : Listing::table);
    return table.size() > 0 ? 0 : 1;
}

}  // namespace

int read_log(const Tool& tool, const AskFlags& f) {
    const Environment environment;
    const Settings settings = settings_of(tool, environment);
    const std::filesystem::path path = journal_path(settings, environment);
    const std::int64_t now = unix_microseconds();
    if (f.log == LogVerb::prune) {
        Keep keep = settings.keep("log.keep").value_or(default_keep);
        if (!f.older.empty()) {
            const auto age = parse_duration(f.older);
            if (!age) throw Error(Fault::usage, "--older: '{}' is no length of time such as 30d or 12h", f.older);
            keep = Keep{*age, std::nullopt};
        }
        const PrunePlan plan = f.yes ? prune_journal(path, keep, now) : JournalReader{path}.plan(keep, now);
        if (f.loop.json) put(dump(to_json(plan)) + "\n");
        else
            put(fmt::format("{} {} calls, about {} KiB; {} stay{}\n", f.yes ? "removed" : "would remove", plan.calls, plan.bytes / 1024, plan.calls_kept,
                            f.yes || plan.calls == 0 ? "" : ". Say --yes to do it"));
        return 0;
    }
    JournalReader journal{path};
    switch (f.log) {
        case LogVerb::list: return list(journal, f, now);
        case LogVerb::show: return show(journal, f, now);
        default: return stats(journal, f, now);
    }
}

Conversation conversation_of(const AskSession& s, const AskFlags& f) {
    if (!f.again_last && f.cid.empty()) return {};
    JournalReader journal{journal_path(s.settings, s.environment)};
    Conversation c;
    if (f.again_last && f.cid.empty()) {
        const auto last = journal.last_conversation();
        c.id = last ? *last : new_ulid(unix_microseconds());
        if (!last) return c;
    } else {
        c.id = f.cid;
        CallFilter filter;
        filter.conversation = f.cid;
        bool any = false;
        journal.list(filter, 1, [&any](const LoggedCall&) { return any = true; });
        if (!any) return c;
    }
    c.turns = journal.conversation(c.id);
    return c;
}

}  // namespace llm
