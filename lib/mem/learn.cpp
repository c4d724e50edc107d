#include "mem/learn.hpp"

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/utf8.hpp"
#include "log/when.hpp"
#include "mem/intake.hpp"
#include "mem/learn_prompts.hpp"
#include "mem/repeats.hpp"
#include "text/normalise.hpp"
#include "text/tokens.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t longest_fact = 2'000;
constexpr std::size_t understood_by = 4;  // earlier turns that are shown without being read again

std::string one_line(std::string_view text) {
    std::string out{text};
    std::ranges::replace(out, '\n', ' ');
    return out;
}

}  // namespace

std::string key_of_heard(std::string_view space, std::string_view role, std::string_view text) {
    return sha256_hex(fmt::format("{}\n{}\n{}", space, role, canonical(text)));
}

Learned& Learned::operator+=(const Learned& o) {
    turns += o.turns;
    added += o.added;
    superseded += o.superseded;
    known += o.known;
    proposed += o.proposed;
    dropped += o.dropped;
    return *this;
}

Json to_json(const Learned& l) {
    return {{"turns", l.turns}, {"added", l.added}, {"superseded", l.superseded}, {"known", l.known}, {"proposed", l.proposed}, {"dropped", l.dropped}};
}

FactLearner::FactLearner(MemStore& store, Vectors& vectors, AskJson ask, FactOptions options)
    : store_(store), vectors_(vectors), turns_(store), proposals_(store), ask_(std::move(ask)), options_(std::move(options)) {}

void FactLearner::say(std::string_view line) const {
    if (options_.explain) options_.explain(line);
}

bool FactLearner::is_read(const Heard& h) {
    return !h.key.empty() && store_.db().value<std::int64_t>("SELECT 1 FROM learned WHERE key = ?1", h.key).has_value();
}

void FactLearner::mark(const Heard& h) {
    if (h.turn != 0) turns_.mark_learned(h.turn);
    if (!h.key.empty()) store_.db().run("INSERT OR IGNORE INTO learned (key, time) VALUES (?1, ?2)", h.key, store_.now());
}

Task<Learned> FactLearner::learn(std::vector<Heard> heard, std::vector<std::string> recalled) {
    Learned all;
    std::vector<Heard> piece;
    std::vector<std::string> before;
    std::size_t tokens = 0;
    for (std::size_t i = 0; i <= heard.size(); ++i) {
        const bool end = i == heard.size();
        const bool skip = !end && is_read(heard[i]);
        const std::size_t cost = end ? 0 : std::min(estimate_tokens(heard[i].text), options_.piece) + 8;
        if (!piece.empty() && (end || skip || tokens + cost > options_.piece)) {
            Learned part = co_await learn_piece(std::exchange(piece, {}), before, recalled);
            all += part;
            tokens = 0;
        }
        if (end) break;
        if (skip) continue;
        if (piece.empty()) {
            before.clear();
            for (std::size_t j = i - std::min(i, understood_by); j < i; ++j) before.push_back(heard[j].role + ": " + std::string{within_tokens(one_line(heard[j].text), 100)});
        }
        piece.push_back(heard[i]);
        tokens += cost;
    }
    co_return all;
}

Task<Learned> FactLearner::learn_piece(std::vector<Heard> heard, std::vector<std::string> before, const std::vector<std::string>& recalled) {
    Learned count;
    count.turns = heard.size();
    std::vector<std::string> lines;
    for (const Heard& h : heard)
        lines.push_back(fmt::format("{} ({}): {}", h.role, show_time(h.time * 1000).substr(0, 10), within_tokens(h.text, options_.piece)));
    std::string system{extract_instruction()}, user;
    if (!before.empty()) user = fmt::format("Said before, for understanding only:\n{}\n\n", fmt::join(before, "\n"));
    user += numbered(lines);
    Json schema = extract_schema();
    const Json answer = co_await ask_(std::move(system), std::move(user), std::move(schema));
    const std::vector<NewFact> facts = usable(answer, heard, recalled, count);
    std::vector<Decision> decisions = co_await decide(facts);
    store_.begin("learn");
    for (std::size_t i = 0; i < facts.size(); ++i) write(facts[i], heard[facts[i].heard], decisions[i], count);
    for (const Heard& h : heard) mark(h);
    store_.settle();
    co_return count;
}

std::vector<NewFact> FactLearner::usable(const Json& answer, const std::vector<Heard>& heard, const std::vector<std::string>& recalled, Learned& count) const {
    std::vector<NewFact> facts;
    std::vector<std::string> seen;
    for (const Json& f : member(answer, "facts")) {
        const std::string text{truncate_utf8(canonical(text_of(f, "text")), longest_fact)};
        const Json& turn = member(f, "turn");
        const std::int64_t number = turn.is_number_integer() ? turn.get<std::int64_t>() : 0;
        const auto drop = [&](std::string_view why) {
            ++count.dropped;
            say(fmt::format("dropped, {}: {}", why, one_line(text)));
        };
        if (text.find_first_not_of(" \t\r\n") == std::string::npos) continue;
        if (number < 1 || number > static_cast<std::int64_t>(heard.size())) {
            drop(fmt::format("there is no turn {}", number));
            continue;
        }
        if (std::ranges::any_of(recalled, [&text](const std::string& r) { return repeats(text, r); })) {
            drop("it was recalled, not said");
            continue;
        }
        if (std::ranges::find(seen, fold(text)) != seen.end()) continue;
        seen.push_back(fold(text));
        NewFact fact{text, static_cast<std::size_t>(number - 1), heard[static_cast<std::size_t>(number - 1)].time};
        if (const std::string since = text_of(f, "since"); !since.empty()) {
            try {
                fact.time = parse_when(since, store_.now() * 1000) / 1000;
            } catch (const Error&) {
                say(fmt::format("no date, the turn's is taken: {}", truncate_utf8(since, 40)));
            }
        }
        facts.push_back(std::move(fact));
    }
    return facts;
}

Task<std::vector<FactLearner::Decision>> FactLearner::decide(const std::vector<NewFact>& facts) {
    std::vector<Decision> decisions(facts.size());
    std::vector<Passage> stored;
    std::vector<std::string> new_lines, old_lines;
    bool open = false;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        new_lines.push_back(one_line(facts[i].text));
        SearchFor near;
        near.words = facts[i].text;
        near.k = options_.nearest;
        near.where.space = options_.space;
        for (const Found& f : search(store_, vectors_, near)) {
            if (fold(canonical(f.passage.text)) == fold(facts[i].text)) decisions[i].action = Decision::Action::nothing;
            if (std::ranges::find(stored, f.passage.id, &Passage::id) != stored.end()) continue;
            stored.push_back(f.passage);
            old_lines.push_back(one_line(truncate_utf8(f.passage.text, 400)));
        }
        open |= decisions[i].action != Decision::Action::nothing;
    }
    if (stored.empty() || !open) co_return decisions;
    std::string system{decide_instruction()}, user = "New facts:\n" + numbered(new_lines) + "\n\nStored facts:\n" + numbered(old_lines);
    Json schema = decide_schema();
    const Json answer = co_await ask_(std::move(system), std::move(user), std::move(schema));
    for (const Json& d : member(answer, "decisions")) {
        const Json& fact = member(d, "fact");
        const auto number = fact.is_number_integer() ? fact.get<std::int64_t>() : 0;
        if (number < 1 || number > static_cast<std::int64_t>(facts.size())) continue;
        Decision& mine = decisions[static_cast<std::size_t>(number - 1)];
        if (mine.action == Decision::Action::nothing) continue;  // the very words are there
        const std::string action = text_of(d, "action");
        if (action == "nothing") mine.action = Decision::Action::nothing;
        if (action != "supersede") continue;
        const Json& memory = member(d, "memory");
        const auto which = memory.is_number_integer() ? memory.get<std::int64_t>() : 0;
        if (which < 1 || which > static_cast<std::int64_t>(stored.size())) {
            say(fmt::format("added, for there is no stored fact {}: {}", which, new_lines[static_cast<std::size_t>(number - 1)]));
            continue;
        }
        mine = {Decision::Action::supersede, stored[static_cast<std::size_t>(which - 1)].id};
    }
    co_return decisions;
}

void FactLearner::write(const NewFact& fact, const Heard& heard, const Decision& decision, Learned& count) {
    if (decision.action == Decision::Action::nothing) {
        ++count.known;
        say("known: " + one_line(fact.text));
        return;
    }
    const bool supersedes = decision.action == Decision::Action::supersede;
    Proposal p;
    p.space = options_.space;
    p.kind = supersedes ? "supersede" : "add";
    p.text = fact.text;
    if (supersedes) p.target = decision.target;
    p.source = heard.source;
    p.time = fact.time;
    p.tags = options_.tags;
    std::ranges::sort(p.tags);
    p.made_by = options_.model;
    Json extra{{"said", truncate_utf8(heard.text, 1'000)}, {"by", heard.role}};
    if (heard.turn != 0) extra["turn"] = heard.turn;
    if (!options_.model.empty()) extra["learned_by"] = options_.model;
    p.extra = dump(extra);
    if (options_.write == FactOptions::Write::propose) {
        const std::int64_t id = proposals_.add(p);
        ++count.proposed;
        say(fmt::format("proposed as {}: {}", id, one_line(fact.text)));
        return;
    }
    const std::int64_t id = write_fact(store_, p);
    ++(supersedes ? count.superseded : count.added);
    say(supersedes ? fmt::format("{} supersedes {}: {}", id, decision.target, one_line(fact.text)) : fmt::format("{} added: {}", id, one_line(fact.text)));
}

std::int64_t write_fact(MemStore& store, const Proposal& fact) {
    Intake in;
    in.space = fact.space;
    in.source = fact.source;
    in.text = fact.text;
    in.time = fact.time;
    in.tags = fact.tags;
    in.extra = fact.extra;
    const Taken taken = take_in(store, in);
    const std::int64_t id = taken.ids.empty() ? 0 : taken.ids.front();
    if (!fact.target) return id;
    const auto old = store.find(*fact.target);
    if (!old || old->id == id) return id;
    const std::int64_t time = fact.time != 0 ? fact.time : store.now();
    if (old->time > time) store.supersede(id, old->time);  // learned late: what is stored is newer
    else if (!old->until) store.supersede(old->id, time);
    return id;
}

std::optional<std::int64_t> accept_proposal(MemStore& store, const Proposal& p, std::string_view text) {
    store.begin("learn", fmt::format("proposal {} accepted", p.id));
    Proposal as_accepted = p;
    if (!text.empty()) as_accepted.text = text;
    const std::int64_t id = write_fact(store, as_accepted);
    const std::int64_t change = store.changed();
    if (!Proposals{store}.decide(p.id, "accepted", change != 0 ? std::optional{change} : std::nullopt)) return std::nullopt;
    return id;
}

}  // namespace llm
