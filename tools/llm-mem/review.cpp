#include "verbs.hpp"

#include "base/error.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "editor.hpp"
#include "log/when.hpp"
#include "mem/learn.hpp"
#include "record/writer.hpp"

#include <algorithm>
#include <iostream>

#include <unistd.h>

namespace llm {
namespace {

struct ReviewFlags {
    StoreFlags store;
    std::vector<std::string> words;  ///< what to do, then numbers
    std::string text;
    bool list = false, json = false, all = false;
};

std::string target_text(MemSession& s, const Proposal& p) {
    if (!p.target) return {};
    const auto old = s.store.find(*p.target);
    return old ? old->text : "(gone)";
}

Json row_of(MemSession& s, const Proposal& p) {
    Json j{{"id", p.id}, {"namespace", p.space}, {"action", p.kind}, {"text", p.text}};
    if (p.target) {
        j["supersedes"] = *p.target;
        j["old"] = target_text(s, p);
    }
    j["source"] = p.source;
    j["time"] = show_time(p.time * 1000);
    if (!p.tags.empty()) j["tags"] = p.tags;
    const Json extra = p.extra.empty() ? Json() : read_json(p.extra);
    if (const std::string said = text_of(extra, "said"); !said.empty()) j["said"] = said;
    if (!p.made_by.empty()) j["model"] = p.made_by;
    return j;
}

std::vector<Proposal> waiting(MemSession& s, const ReviewFlags& f) {
    Proposals queue{s.store};
    return f.store.space ? queue.waiting(std::string_view{*f.store.space}) : queue.waiting();
}

int list(const Tool& tool, const ReviewFlags& f) {
    MemSession s{tool, f.store, Access::read};
    Table table{{{"id", "ID", Align::right, false}, {"action", "ACTION", Align::left, false}, {"text", "TEXT", Align::left, true}, {"old", "INSTEAD OF", Align::left, true}, {"source", "SOURCE", Align::left, true}}};
    for (const Proposal& p : waiting(s, f)) table.add(row_of(s, p));
    put(table, f.json ? Listing::json : Listing::table);
    return table.size() > 0 ? 0 : 1;
}

std::vector<Proposal> chosen(MemSession& s, const ReviewFlags& f) {
    std::vector<Proposal> all = waiting(s, f);
    if (f.all) return all;
    const std::vector<std::string> ids(f.words.begin() + 1, f.words.end());
    if (ids.empty()) throw Error(Fault::usage, "which proposals? give their numbers, as llm-mem review --list shows them, or --all");
    std::vector<Proposal> out;
    for (const std::string& id : ids) {
        const auto it = std::ranges::find_if(all, [&id](const Proposal& p) { return std::to_string(p.id) == id; });
        if (it == all.end()) throw Error(Fault::usage, "no proposal {} waits; llm-mem review --list shows those that do", id);
        out.push_back(*it);
    }
    return out;
}

void said(const ReviewFlags& f, const Proposal& p, std::string_view state, std::int64_t passage) {
    if (f.json) {
        Json row{{"id", p.id}, {"state", state}};
        if (passage != 0) row["passage"] = passage;
        put(dump(row) + "\n");
    } else {
        put(fmt::format("{} {}{}\n", state, p.id, passage != 0 ? fmt::format(" as passage {}", passage) : ""));
    }
}

int accept(const Tool& tool, const ReviewFlags& f) {
    MemSession s{tool, f.store, Access::write};
    s.store.writing();  // nobody decides the same meanwhile
    const std::vector<Proposal> accepted = chosen(s, f);
    if (!f.text.empty() && accepted.size() != 1) throw Error(Fault::usage, "--text is for one proposal, not {}", accepted.size());
    for (const Proposal& p : accepted) {
        const auto id = accept_proposal(s.store, p, f.text);
        s.store.settle();
        said(f, p, "accepted", id.value_or(0));
    }
    return accepted.empty() ? 1 : 0;
}

int reject(const Tool& tool, const ReviewFlags& f) {
    MemSession s{tool, f.store, Access::write};
    s.store.writing();
    Proposals queue{s.store};
    const std::vector<Proposal> rejected = chosen(s, f);
    for (const Proposal& p : rejected) queue.decide(p.id, "rejected");
    s.store.settle();
    for (const Proposal& p : rejected) said(f, p, "rejected", 0);
    return rejected.empty() ? 1 : 0;
}

void show(MemSession& s, const Proposal& p, std::size_t at, std::size_t of) {
    const Colour colour = colour_of(2);
    std::string out = fmt::format("\n{} {}\n", paint(fmt::format("[{}/{}] {}", at, of, p.kind), Style::heading, colour), paint(p.source, Style::faint, colour));
    if (p.target) out += paint(wrap("- " + target_text(s, p), terminal_width(2), 2), Style::bad, colour) + "\n";
    out += paint(wrap("+ " + p.text, terminal_width(2), 2), Style::good, colour) + "\n";
    const Json extra = p.extra.empty() ? Json() : read_json(p.extra);
    if (const std::string words = text_of(extra, "said"); !words.empty()) out += paint(wrap("said: " + words, terminal_width(2), 2), Style::faint, colour) + "\n";
    write_all(2, out, "standard error");
}

/// One after the other; answers come a line each, so that a script can give them too.
int walk(const Tool& tool, const ReviewFlags& f) {
    MemSession s{tool, f.store, Access::write};
    const std::vector<Proposal> all = waiting(s, f);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Proposal& p = all[i];
        show(s, p, i + 1, all.size());
        for (bool decided = false; !decided;) {
            write_all(2, "accept, edit, reject, skip, quit [aersq]? ", "standard error");
            std::string answer;
            if (!std::getline(std::cin, answer) || answer == "q") return 0;
            decided = true;
            if (answer == "a") {
                said(f, p, "accepted", accept_proposal(s.store, p).value_or(0));
            } else if (answer == "r") {
                s.store.writing();
                Proposals{s.store}.decide(p.id, "rejected");
                said(f, p, "rejected", 0);
            } else if (answer == "e" || answer.starts_with("e ")) {
                std::string text = answer.size() > 2 ? answer.substr(2) : edited(p.text, s.environment);
                while (text.ends_with('\n')) text.pop_back();
                said(f, p, "accepted", accept_proposal(s.store, p, text).value_or(0));
            } else if (answer != "s") {
                decided = false;
            }
            s.store.settle();
        }
    }
    if (all.empty()) say(tool, "nothing waits");
    return all.empty() ? 1 : 0;
}

int review(const Tool& tool, const ReviewFlags& f) {
    if (f.words.empty()) return f.list ? list(tool, f) : walk(tool, f);
    if (f.list) throw Error(Fault::usage, "--list decides nothing; leave out {}", f.words[0]);
    if (f.words[0] == "accept") return accept(tool, f);
    if (f.words[0] == "reject") return reject(tool, f);
    throw Error(Fault::usage, "review cannot '{}'; it can accept and reject", f.words[0]);
}

}  // namespace

void declare_review(Tool& tool) {
    ReviewFlags& f = flags_of_verb<ReviewFlags>();
    auto& verb = tool.verb("review", "decide on what learn --review proposes", [&] { return review(tool, f); });
    verb.argument("DECISION", f.words, "accept or reject, and the proposals' numbers. Without it one proposal is shown after the other, and asked about.");
    auto& group = verb.group("Review");
    group.flag("--list", f.list, "List what waits, and ask nothing.").since("0.1");
    group.flag("--all", f.all, "Accept or reject everything that waits.").since("0.1");
    group.option("--text", f.text, "TEXT", "Write this instead of what is proposed. For accept.").since("0.1");
    store_options(verb, f.store);
    author_options(verb, f.store);
    verb.group("Output").flag("--json", f.json, "Print JSON Lines.").since("0.1");
}

}  // namespace llm
