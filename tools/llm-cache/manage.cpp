#include "listing.hpp"
#include "run.hpp"
#include "session.hpp"

#include "base/utf8.hpp"
#include "cache/apart.hpp"
#include "cache/archive.hpp"
#include "cache/decisions.hpp"
#include "cache/manage.hpp"
#include "cache/tend.hpp"
#include "call/embedding.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "log/when.hpp"
#include "record/writer.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace llm {

Selection selection_of(const CacheFlags& f, const CacheStore& store) {
    Selection s;
    s.space = f.space;
    s.model = f.model;
    s.tags = f.tags;
    if (!f.older.empty()) s.before = parse_when(f.older, store.now() * 1000) / 1000;
    if (f.expired) s.only = Selection::Only::stale;
    return s;
}

std::string key_beginning(const std::string& given) {
    if (given.empty()) throw Error(Fault::usage, "an empty key is the beginning of all; give some digits of one, as llm-cache ls shows them");
    return given;
}

namespace {

Json time_or_null(const std::optional<std::int64_t>& ms) { return ms ? Json(show_time(*ms * 1000)) : Json(); }

}  // namespace

Json row_of(const EntryInfo& e) {
    Json row{{"key", e.key}, {"namespace", e.space}, {"model", e.model}, {"created", show_time(e.created * 1000)}};
    row["expires"] = time_or_null(e.expires);
    row["hits"] = e.hits;
    row["used"] = time_or_null(e.used);
    row["bytes"] = e.bytes;
    row["cost"] = e.cost ? Json(*e.cost) : Json();
    row["kind"] = e.kind == AnswerKind::error ? "error" : "response";
    row["stale"] = e.stale;
    row["question"] = without_marks(e.question);
    return row;
}

std::string one_line(std::string_view text) {
    std::string out{truncate_utf8(text, 200)};
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return out;
}

int list(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read, Fallback::empty};
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
    CacheSession s{tool, f, Access::read, Fallback::empty};
    bool all = true;
    for (const std::string& key : f.keys) {
        Selection wanted = selection_of(f, s.store);
        wanted.key = key_beginning(key);
        bool found = false, listed = false;
        list_entries(s.store, wanted, [&](const EntryInfo& e) {
            listed = true;
            Json row = row_of(e);
            row["tags"] = tags_of(s.store, e.row);
            Json answer;
            if (const auto stored = s.store.answer_in(e.row)) {
                answer = read_json(*stored);
                found = true;
            } else {
                row["damaged"] = true;
            }
            row[e.kind == AnswerKind::error ? "error" : "response"] = std::move(answer);
            put((f.json ? dump(row) : row.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n");
            return true;
        });
        if (!listed) say_as(tool)(fmt::format("no key begins with {}", key));
        all = all && found;
    }
    return all ? 0 : 1;
}

int stats(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read, Fallback::empty};
    Table table{{{"namespace", "NAMESPACE", Align::left, true},
                 {"entries", "ENTRIES", Align::right, false},
                 {"bytes", "BYTES", Align::right, false},
                 {"exact", "EXACT", Align::right, false},
                 {"semantic", "SEMANTIC", Align::right, false},
                 {"missed", "MISSED", Align::right, false},
                 {"hit_rate", "HIT RATE", Align::right, false},
                 {"saved", "SAVED $", Align::right, false}}};
    Table learned{{{"namespace", "NAMESPACE", Align::left, true},
                   {"hits", "HITS", Align::right, false},
                   {"explored", "EXPLORED", Align::right, false},
                   {"judged", "JUDGED", Align::right, false},
                   {"wrong", "WRONG", Align::right, false},
                   {"bound", "ERROR ALLOWED", Align::right, false},
                   {"error", "OBSERVED", Align::right, false}}};
    for (Json& row : cache_stats(s.store, f.space)) {
        if (!f.json && row.contains("learning")) {
            Json one = row["learning"];
            one["namespace"] = row["namespace"];
            const double low = one["error_low"].get<double>(), high = one["error_high"].get<double>();
            one["error"] = one["error"].is_null() ? "" : fmt::format("{:.4f} [{:.4f}, {:.4f}]", one["error"].get<double>(), low, high);
            learned.add(std::move(one));
            row.erase("learning");
        }
        if (!f.json && row.contains("hit_rate"))
            row["hit_rate"] = fmt::format("{:.3f} [{:.3f}, {:.3f}]", row["hit_rate"].get<double>(), row["hit_rate_low"].get<double>(), row["hit_rate_high"].get<double>());
        table.add(std::move(row));
    }
    put(table, f.json ? Listing::json : Listing::table);
    if (learned.size() > 0) {
        put("\n");
        put(learned, Listing::table);
    }
    return table.size() > 0 ? 0 : 1;
}

int export_entries(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read};
    Selection wanted = selection_of(f, s.store);
    if (!f.expired) wanted.only = Selection::Only::live;
    wanted.order = Selection::Order::oldest_first;
    bool whole = true;
    list_entries(s.store, wanted, [&](const EntryInfo& e) {
        if (e.kind == AnswerKind::error) return true;
        const auto line = exported_line(s.store, e);
        if (line) put(*line + "\n");
        whole = whole && line;
        return true;
    });
    return whole ? 0 : 3;
}

int build_index(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::write};
    const bool tell = !f.talk.quiet && ::isatty(2) == 1;
    int told = -1;
    const auto progress = [&](const CacheSet& set, double part) {
        if (const int percent = static_cast<int>(part * 100); tell && percent != told) {
            told = percent;
            write_all(2, fmt::format("\r{}: {} vectors, {} %", tool.name(), set.vectors, percent), "standard error");
        }
        return Loop::signal_caught() == 0;
    };
    bool stopped = false, busy = false;
    s.store.settle();
    for (const BuiltSet& built : build_snapshots(s.store, f.space, f.from, progress)) {
        constexpr std::array<std::string_view, 4> results{"built", "unneeded", "busy", "stopped"};
        constexpr std::array<std::string_view, 3> kinds{"none", "codes", "graph"};
        const auto result = results[static_cast<std::size_t>(built.result)], kind = kinds[static_cast<std::size_t>(built.kind)];
        stopped = stopped || built.result == BuildResult::stopped;
        busy = busy || built.result == BuildResult::busy;
        if (f.json)
            put(dump(Json{{"namespace", built.set.space}, {"fingerprint", built.set.fingerprint}, {"embedder", built.set.key.embedder}, {"vectors", built.set.vectors}, {"index", kind}, {"result", result}}) + "\n");
        else if (built.result != BuildResult::unneeded && !f.talk.quiet)
            put(fmt::format("{}{}: {} vectors: {}\n", told >= 0 && tell ? "\n" : "", built.set.space, built.set.vectors,
                            built.result == BuildResult::built ? fmt::format("{} built", kind) : built.result == BuildResult::busy ? "another process is at it" : "stopped"));
    }
    return stopped ? 128 + Loop::signal_caught() : busy ? exit_code(Fault::locked) : 0;
}

namespace {

int verify_recall(CacheSession& s, const CacheFlags& f) {
    bool held = true;
    for (const SetRecall& one : tune_recall(s.store, f.space, *f.recall)) {
        if (one.recall.queries == 0) continue;
        const bool reached = one.recall.at_1 >= *f.recall && one.recall.at_k >= *f.recall;
        held = held && reached;
        if (f.json)
            put(dump(Json{{"namespace", one.set.space}, {"vectors", one.set.vectors}, {"recall_at_1", one.recall.at_1}, {"recall_at_5", one.recall.at_k}, {"ef", one.recall.ef}, {"queries", one.recall.queries}}) + "\n");
        else
            put(fmt::format("{}: {} vectors: the nearest is found {:.4f} of the time, of the nearest five {:.4f}; ef {}{}\n", one.set.space, one.set.vectors,
                            one.recall.at_1, one.recall.at_k, one.recall.ef, reached ? "" : fmt::format(", the widest; {} is not reached", *f.recall)));
    }
    return held ? 0 : 1;
}

/// What is no damage, but slower or less than could be.
void tell_what_is_missing(CacheStore& store) {
    const std::vector<CacheSet> sets = cache_sets(store, {});
    for (const CacheSet& set : sets) {
        const IndexState state = Index(store.db(), set.key).state();
        if (state.lost) put(fmt::format("{}: the index over {} vectors is not there any more, so they are scanned; llm-cache index builds it\n", set.space, state.count));
    }
    if (const std::size_t n = sets.empty() ? 0 : entries_without_vector(store); n > 0)
        put(fmt::format("{} entries have no vector, so they are not found by similarity; llm-cache verify --reembed makes them\n", n));
}

}  // namespace

int verify(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, f.recall || f.reembed ? Access::write : Access::read};
    const std::vector<std::string> wrong = problems_of(s.store);
    for (const std::string& line : wrong) put((f.json ? dump(Json{{"problem", line}}) : line) + "\n");
    if (wrong.empty() && !f.talk.quiet && !f.json) {
        put("nothing is wrong\n");
        tell_what_is_missing(s.store);
    }
    s.store.settle();
    int code = wrong.empty() ? 0 : 1;
    if (f.reembed) {
        Embedding embedding{s.settings.text("cache.embedder").value_or("builtin"), s.loop, s.settings, s.environment, embedding_options(tool, f)};
        const std::size_t made = reembed(s.store, embedding, f.space, [](std::size_t) {});
        if (f.json) put(dump(Json{{"reembedded", made}, {"embedder", embedding.id()}}) + "\n");
        else if (!f.talk.quiet) put(fmt::format("{} vectors were made anew by {}\n", made, embedding.id()));
    }
    if (f.recall) code = std::max(code, verify_recall(s, f));
    return code;
}

}  // namespace llm
