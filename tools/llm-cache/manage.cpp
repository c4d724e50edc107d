#include "run.hpp"
#include "session.hpp"

#include "base/utf8.hpp"
#include "cache/manage.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "log/when.hpp"

namespace llm {
namespace {

Selection selection_of(const CacheFlags& f, const CacheStore& store) {
    Selection s;
    s.space = f.space;
    s.model = f.model;
    s.tags = f.tags;
    if (!f.older.empty()) s.before = parse_when(f.older, store.now() * 1000) / 1000;
    if (f.expired) s.only = Selection::Only::stale;
    return s;
}

Json time_or_null(const std::optional<std::int64_t>& ms) { return ms ? Json(show_time(*ms * 1000)) : Json(); }

Json row_of(const EntryInfo& e) {
    Json row{{"key", e.key}, {"namespace", e.space}, {"model", e.model}, {"created", show_time(e.created * 1000)}};
    row["expires"] = time_or_null(e.expires);
    row["hits"] = e.hits;
    row["used"] = time_or_null(e.used);
    row["bytes"] = e.bytes;
    row["cost"] = e.cost ? Json(*e.cost) : Json();
    row["kind"] = e.kind == AnswerKind::error ? "error" : "response";
    row["stale"] = e.stale;
    row["question"] = e.question;
    return row;
}

std::string one_line(std::string_view text) {
    std::string out{truncate_utf8(text, 200)};
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return out;
}

/// Shows what would go, or removes it.
int remove_selected(CacheStore& store, const CacheFlags& f, const std::vector<EntryInfo>& going) {
    std::int64_t bytes = 0;
    std::vector<std::int64_t> rows;
    for (const EntryInfo& e : going) {
        bytes += e.bytes;
        rows.push_back(e.row);
    }
    if (f.yes) remove_entries(store, rows);
    if (f.json) put(dump(Json{{f.yes ? "removed" : "would_remove", rows.size()}, {"bytes", bytes}}) + "\n");
    else put(fmt::format("{} {} entries, about {} bytes{}\n", f.yes ? "removed" : "would remove", rows.size(), bytes, f.yes || rows.empty() ? "" : "; --yes does it"));
    return 0;
}

}  // namespace

int list(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read};
    const long limit = f.limit > 0 ? f.limit : f.json ? 0 : 20;
    Table table{{{"key", "KEY", Align::left, false},
                 {"namespace", "NAMESPACE", Align::left, true},
                 {"model", "MODEL", Align::left, true},
                 {"created", "CREATED", Align::left, false},
                 {"hits", "HITS", Align::right, false},
                 {"bytes", "BYTES", Align::right, false},
                 {"question", "QUESTION", Align::left, true}}};
    long found = 0;
    list_entries(s.store, selection_of(f, s.store), [&](const EntryInfo& e) {
        Json row = row_of(e);
        if (f.json) {
            put(dump(row) + "\n");
        } else {
            row["key"] = e.key.substr(0, 12);
            row["question"] = one_line(e.question);
            table.add(std::move(row));
        }
        return ++found != limit;
    });
    if (!f.json) put(table, Listing::table);
    return found > 0 ? 0 : 1;
}

int show(const Tool& tool, const CacheFlags& f) {
    if (f.keys.empty()) throw Error(Fault::usage, "which entry? give the beginning of its key; llm-cache ls shows them");
    CacheSession s{tool, f, Access::read};
    bool all = true;
    for (const std::string& key : f.keys) {
        Selection wanted = selection_of(f, s.store);
        wanted.key = key;
        bool found = false;
        list_entries(s.store, wanted, [&](const EntryInfo& e) {
            found = true;
            Json row = row_of(e);
            row["tags"] = tags_of(s.store, e.row);
            row[e.kind == AnswerKind::error ? "error" : "response"] = Json::parse(answer_of(s.store, e.row));
            put((f.json ? dump(row) : row.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n");
            return true;
        });
        all = all && found;
    }
    return all ? 0 : 1;
}

int remove(const Tool& tool, const CacheFlags& f) {
    if (f.keys.empty()) throw Error(Fault::usage, "which entries? give the beginning of their keys; llm-cache prune removes by tag, age and namespace");
    CacheSession s{tool, f, Access::write};
    std::vector<EntryInfo> going;
    for (const std::string& key : f.keys) {
        Selection wanted = selection_of(f, s.store);
        wanted.key = key;
        list_entries(s.store, wanted, [&going](const EntryInfo& e) {
            going.push_back(e);
            return true;
        });
    }
    if (going.empty()) return 1;
    return remove_selected(s.store, f, going);
}

int prune_cache(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    if (f.flush) {
        if (f.yes) begin_epoch(s.store, f.space);
        put(fmt::format("{} nothing stored so far{}{}\n", f.yes ? "from now on is found" : "would be found", f.space ? " in namespace " + *f.space : "", f.yes ? "" : "; --yes does it"));
        return 0;
    }
    Selection wanted = selection_of(f, s.store);
    const bool by_something = f.space || f.model || !f.tags.empty() || !f.older.empty();
    if (!by_something && !f.all) wanted.only = Selection::Only::stale;
    std::vector<EntryInfo> going;
    list_entries(s.store, wanted, [&going](const EntryInfo& e) {
        going.push_back(e);
        return true;
    });
    return remove_selected(s.store, f, going);
}

int stats(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read};
    Table table{{{"namespace", "NAMESPACE", Align::left, true},
                 {"entries", "ENTRIES", Align::right, false},
                 {"bytes", "BYTES", Align::right, false},
                 {"exact", "EXACT", Align::right, false},
                 {"semantic", "SEMANTIC", Align::right, false},
                 {"missed", "MISSED", Align::right, false},
                 {"hit_rate", "HIT RATE", Align::right, false},
                 {"saved", "SAVED $", Align::right, false}}};
    for (Json& row : cache_stats(s.store, f.space)) {
        if (!f.json && row.contains("hit_rate"))
            row["hit_rate"] = fmt::format("{:.3f} [{:.3f}, {:.3f}]", row["hit_rate"].get<double>(), row["hit_rate_low"].get<double>(), row["hit_rate_high"].get<double>());
        table.add(std::move(row));
    }
    put(table, f.json ? Listing::json : Listing::table);
    return table.size() > 0 ? 0 : 1;
}

int export_entries(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read};
    Selection wanted = selection_of(f, s.store);
    wanted.only = Selection::Only::live;
    list_entries(s.store, wanted, [&s](const EntryInfo& e) {
        if (e.kind == AnswerKind::response) put(exported_line(s.store, e) + "\n");
        return true;
    });
    return 0;
}

int verify(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read};
    const std::vector<std::string> wrong = problems_of(s.store);
    for (const std::string& line : wrong) put(line + "\n");
    if (wrong.empty() && !f.talk.quiet) put("nothing is wrong\n");
    return wrong.empty() ? 0 : 1;
}

}  // namespace llm
