#include "verbs.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "log/when.hpp"
#include "mem/difference.hpp"
#include "mem/passage_json.hpp"
#include "mem/stats.hpp"

namespace llm {
namespace {

struct LookFlags {
    StoreFlags store;
    SelectFlags select;
    std::vector<std::string> ids;
    long limit = 0;
    bool json = false, oldest = false;
};

std::string one_line(std::string_view text) {
    std::string out{truncate_utf8(text, 200)};
    for (char& c : out)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return out;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& w : words) out += (out.empty() ? "" : ",") + w;
    return out;
}

std::string day_and_time(std::int64_t ms) { return show_time(ms * 1000).substr(0, 16).replace(10, 1, " "); }

int list(const Tool& tool, const LookFlags& f) {
    MemSession s{tool, f.store, Access::read};
    const long limit = f.limit > 0 ? f.limit : f.json ? 0 : 20;
    Table table{{{"id", "ID", Align::right, false},
                 {"namespace", "NAMESPACE", Align::left, true},
                 {"source", "SOURCE", Align::left, true},
                 {"time", "TIME", Align::left, false},
                 {"tags", "TAGS", Align::left, true},
                 {"text", "TEXT", Align::left, true}}};
    long found = 0;
    s.store.each(s.selection(f.select), f.oldest ? MemStore::From::oldest : MemStore::From::newest, [&](const Passage& p) {
        if (f.json) {
            put(dump(json_of(p)) + "\n");
        } else {
            table.add(Json{{"id", p.id},
                           {"namespace", p.space},
                           {"source", p.line != 0 ? fmt::format("{}:{}", p.source, p.line) : p.source},
                           {"time", day_and_time(p.time)},
                           {"tags", joined(p.tags) + (p.pinned ? " pinned" : "") + (p.until ? " superseded" : "")},
                           {"text", one_line(p.text)}});
        }
        return ++found != limit;
    });
    if (!f.json) put(table, Listing::table);
    return found > 0 ? 0 : 1;
}

int show(const Tool& tool, const LookFlags& f) {
    if (f.ids.empty()) throw Error(Fault::usage, "which passage? give its number, as llm-mem ls shows it, or a record's id");
    MemSession s{tool, f.store, Access::read};
    for (const Passage& p : s.named(f.ids)) {
        Json all = json_of(p);
        all["versions"] = s.store.history(p.id).size();
        if (f.json) {
            put(dump(all) + "\n");
            continue;
        }
        for (const auto& [name, value] : all.items())
            if (name != "text" && !(value.is_array() && value.empty()) && value != false) put(fmt::format("{}: {}\n", name, value.is_string() ? value.get<std::string>() : dump(value)));
        put("\n" + p.text + "\n");
    }
    return 0;
}

std::string about_change(const Change& c) {
    return c.undoes != 0 ? fmt::format("takes back {}{}{}", c.undoes, c.why.empty() ? "" : ": ", c.why) : c.why;
}

int history(const Tool& tool, const LookFlags& f) {
    MemSession s{tool, f.store, Access::read};
    const std::size_t limit = f.limit > 0 ? static_cast<std::size_t>(f.limit) : f.json ? static_cast<std::size_t>(1) << 40 : 20;
    long found = 0;
    if (f.ids.empty()) {
        Table table{{{"id", "CHANGE", Align::right, false},
                     {"time", "TIME", Align::left, false},
                     {"who", "WHO", Align::left, true},
                     {"verb", "VERB", Align::left, false},
                     {"size", "SIZE", Align::right, false},
                     {"why", "WHY", Align::left, true}}};
        for (const Change& c : s.store.changes(limit)) {
            ++found;
            Json row = json_of(c);
            if (f.json) {
                put(dump(row) + "\n");
                continue;
            }
            row["time"] = day_and_time(c.time);
            row["why"] = about_change(c);
            table.add(std::move(row));
        }
        if (!f.json) put(table, Listing::table);
        return found > 0 ? 0 : 1;
    }
    Table table{{{"version", "VERSION", Align::right, false},
                 {"change", "CHANGE", Align::right, false},
                 {"time", "TIME", Align::left, false},
                 {"who", "WHO", Align::left, true},
                 {"verb", "VERB", Align::left, false},
                 {"why", "WHY", Align::left, true},
                 {"text", "TEXT", Align::left, true}}};
    for (const std::string& id : f.ids) {
        // What was removed has a history too, so a number is enough.
        const bool number = id.find_first_not_of("0123456789") == std::string::npos && !id.empty() && id.size() < 19;
        std::vector<std::int64_t> passages;
        if (number) passages.push_back(std::stoll(id));
        else
            for (const Passage& p : s.named({id})) passages.push_back(p.id);
        for (const std::int64_t passage : passages)
            for (const PassageVersion& v : s.store.history(passage)) {
                ++found;
                if (f.json) {
                    Json row{{"version", v.passage.version}, {"alive", v.alive}, {"change", json_of(v.change)}, {"passage", json_of(v.passage)}};
                    put(dump(row) + "\n");
                } else {
                    table.add(Json{{"version", v.passage.version},
                                   {"change", v.change.id},
                                   {"time", day_and_time(v.change.time)},
                                   {"who", v.change.who},
                                   {"verb", v.change.verb},
                                   {"why", about_change(v.change)},
                                   {"text", v.alive ? one_line(v.passage.text) : "(removed)"}});
                }
            }
    }
    if (!f.json) put(table, Listing::table);
    return found > 0 ? 0 : 1;
}

int diff(const Tool& tool, const LookFlags& f) {
    if (f.ids.empty() || f.ids.size() > 3) throw Error(Fault::usage, "give a passage, and if you like one or two of its versions, as llm-mem history shows them");
    MemSession s{tool, f.store, Access::read};
    const auto number = [](const std::string& text) {
        if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) throw Error(Fault::usage, "'{}' is no number", text);
        return std::int64_t{std::stoll(text)};
    };
    const std::vector<PassageVersion> past = s.store.history(number(f.ids[0]));
    if (past.empty()) throw Error(Fault::usage, "there is no passage {}", f.ids[0]);
    const auto at = [&](const std::string& id) -> const PassageVersion& {
        for (const PassageVersion& v : past)
            if (v.passage.version == number(id)) return v;
        throw Error(Fault::usage, "passage {} has no version {}; llm-mem history {} shows them", f.ids[0], id, f.ids[0]);
    };
    const PassageVersion& newer = f.ids.size() > 2 ? at(f.ids[2]) : past.back();
    const PassageVersion* older = f.ids.size() > 1 ? &at(f.ids[1]) : past.size() > 1 ? &past[past.size() - 2] : nullptr;
    if (!older) {
        put(fmt::format("passage {} has one version\n", f.ids[0]));
        return 0;
    }
    const Colour colour = colour_of(1);
    for (const DifferentLine& line : difference(*older, newer))
        put(paint(fmt::format("{}{}", line.kind, line.text), line.kind == '+' ? Style::good : line.kind == '-' ? Style::bad : Style::faint, colour) + "\n");
    return 0;
}

int stats(const Tool& tool, const LookFlags& f) {
    MemSession s{tool, f.store, Access::read};
    Table table{{{"namespace", "NAMESPACE", Align::left, true},
                 {"passages", "PASSAGES", Align::right, false},
                 {"documents", "DOCUMENTS", Align::right, false},
                 {"versions", "VERSIONS", Align::right, false},
                 {"superseded", "SUPERSEDED", Align::right, false},
                 {"pinned", "PINNED", Align::right, false},
                 {"turns", "TURNS", Align::right, false},
                 {"blocks", "BLOCKS", Align::right, false},
                 {"without_vector", "NO VECTOR", Align::right, false},
                 {"bytes", "BYTES OF TEXT", Align::right, false}}};
    for (Json& row : memory_stats(s.store, f.store.space)) table.add(std::move(row));
    put(table, f.json ? Listing::json : Listing::table);
    return table.size() > 0 ? 0 : 1;
}

}  // namespace

void declare_look(Tool& tool) {
    LookFlags& f = flags_of_verb<LookFlags>();
    const auto json_option = [&f](Verb& verb) { verb.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1"); };

    auto& ls = tool.verb("ls", "list passages, the newest first", [&] { return list(tool, f); });
    select_options(ls, f.select);
    ls.group("Selection").option("--limit", f.limit, "N", "At most N. Without it 20 are shown, with --json all.").at_least(0).since("0.1");
    ls.group("Selection").flag("--oldest", f.oldest, "Begin with the oldest.").since("0.1");
    store_options(ls, f.store);
    json_option(ls);

    auto& show = tool.verb("show", "show passages whole", [&] { return llm::show(tool, f); });
    show.argument("ID", f.ids, "Numbers of passages, as ls shows them, or records' own ids.");
    store_options(show, f.store);
    json_option(show);

    auto& history = tool.verb("history", "list changes, or the versions of passages", [&] { return llm::history(tool, f); });
    history.argument("ID", f.ids, "Passages. Without any, changes to all are listed, the newest first.");
    history.group("Selection").option("--limit", f.limit, "N", "At most N changes. Without it 20 are shown, with --json all.").at_least(0).since("0.1");
    store_options(history, f.store);
    json_option(history);

    auto& diff = tool.verb("diff", "show what changed between two versions of a passage", [&] { return llm::diff(tool, f); });
    diff.argument("ID", f.ids, "A passage, and one or two of its versions. Without them the last two are compared, with one that one and the last.");
    store_options(diff, f.store);

    auto& stats = tool.verb("stats", "say how much is remembered", [&] { return llm::stats(tool, f); });
    store_options(stats, f.store);
    json_option(stats);
}

}  // namespace llm
