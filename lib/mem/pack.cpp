#include "mem/pack.hpp"

#include "ask/form.hpp"
#include "base/hash.hpp"
#include "mem/core_blocks.hpp"
#include "mem/tool_schemas.hpp"
#include "text/tokens.hpp"

#include <algorithm>
#include <unordered_set>

namespace llm {
namespace {

constexpr std::size_t of_a_turn = 4;       // what a chat template puts around it
constexpr std::size_t of_a_picture = 800;

std::vector<PackTurn> sizes_of(std::span<const Turn> turns) {
    std::vector<PackTurn> out;
    for (const Turn& t : turns) out.push_back({t.role, !member(t.turn, "tool_calls").is_null(), tokens_of_turn(t.turn)});
    return out;
}

std::size_t tokens_of_note(const MemoryNote& note) {
    const std::string text = text_of(note);
    return text.empty() ? 0 : estimate_tokens(text) + of_a_turn;
}

/// The record's part of what is sent that pack does not touch.
std::size_t tokens_around(const Record& record, const TurnHistory& h) {
    std::size_t n = h.system.text.empty() ? 0 : estimate_tokens(h.system.text) + of_a_turn;
    for (const Json& turn : h.others) n += tokens_of_turn(turn);
    for (const std::string_view name : {"tools", "schema"})
        if (const auto raw = record.raw(name)) n += estimate_tokens(*raw);
    return n;
}

bool has_memory_tools(const Record& record) {
    if (!record.has("tools")) return false;
    for (const Json& tool : record.get("tools"))
        if (is_memory_tool(text_of(member(tool, "function"), "name"))) return true;
    return false;
}

}  // namespace

std::size_t tokens_of_turn(const Json& turn) {
    std::size_t n = of_a_turn + estimate_tokens(said_in(turn));
    if (const Json& content = member(turn, "content"); content.is_array())
        for (const Json& part : content)
            if (text_of(part, "type") != "text") n += of_a_picture;
    return n;
}

Packer::Packer(MemStore& store, Summariser& summariser, PackOptions options)
    : store_(store), turns_(store), summariser_(summariser), options_(std::move(options)) {}

std::string Packer::name_of(const Record& record, const TurnHistory& h) const {
    if (options_.conversation) return *options_.conversation;
    if (const auto raw = record.raw("conversation"); raw && raw->front() == '"') return record.get("conversation").get<std::string>();
    if (!h.system.conversation.empty()) return h.system.conversation;
    if (h.form == TurnHistory::Form::prompt || h.turns.empty()) return {};
    return "~" + sha256_hex(dump(h.turns.front())).substr(0, 16);
}

Packer::Placed Packer::store(const Record& record, const TurnHistory& h, const std::vector<Json>& turns) {
    Placed placed;
    const std::string name = name_of(record, h);
    if (name.empty()) {  // a question alone, of no conversation
        for (const Json& t : turns) placed.path.push_back({0, 0, 0, 0, text_of(t, "role"), t, said_in(t), 0, {}});
        return placed;
    }
    placed.conversation = turns_.open(options_.space, name);
    std::int64_t behind = 0;
    std::size_t known = 0;
    if (h.form == TurnHistory::Form::prompt) {
        behind = turns_.head(placed.conversation);
        const auto last = turns_.find(behind);
        if (last && last->role == "user" && last->turn == h.turns.front()) behind = last->parent;  // asked again, not answered yet
    } else if (const auto through = turns_.find(h.system.through); through && through->conversation == placed.conversation) {
        behind = through->id;
    } else {
        const auto place = turns_.place_of(placed.conversation, turns);
        behind = place.from;
        known = place.known;
    }
    const std::vector<Json> fresh(turns.begin() + static_cast<std::ptrdiff_t>(known), turns.end());
    const std::vector<std::int64_t> ids = turns_.keep(placed.conversation, behind, fresh);
    placed.path = turns_.path(ids.empty() ? behind : ids.back());
    // As they came, for what a provider wants back unchanged.
    const std::size_t n = std::min(turns.size(), placed.path.size());
    for (std::size_t i = 0; i < n; ++i) placed.path[placed.path.size() - 1 - i].turn = turns[turns.size() - 1 - i];
    return placed;
}

MemoryNote Packer::note_for(const Record& record, const TurnHistory& h) {
    MemoryNote note;
    note.conversation = name_of(record, h);
    if (options_.blocks == PackOptions::Blocks::shown)
        note.blocks = has_memory_tools(record) ? core_blocks(store_, options_.space) : store_.blocks(options_.space);
    return note;
}

std::size_t Packer::fit_passages(Record& record) const {
    if (!record.has("context")) return 0;
    Json context = record.get("context");
    const auto most = static_cast<std::size_t>(static_cast<double>(options_.budget) * options_.shares.passages);
    const std::size_t before = context.size();
    std::size_t tokens = estimate_tokens(quoted_passages(context));
    while (tokens > most && !context.empty()) {  // best first: the last one goes
        context.erase(context.size() - 1);
        tokens = context.empty() ? 0 : estimate_tokens(quoted_passages(context));
    }
    if (context.size() < before) record.set("context", context);
    return tokens;
}

Task<void> Packer::step(Record& record) {
    const TurnHistory h = history_of(record);
    if (record.has("response")) {
        std::vector<Json> turns = h.turns;
        turns.push_back(assistant_turn(record.get("response")));
        TurnHistory whole = h;
        if (h.form == TurnHistory::Form::prompt) {
            // The question may be stored already, and its answer too.
            const std::string name = name_of(record, h);
            if (name.empty()) co_return;
            store(record, h, h.turns);
            const std::int64_t conversation = turns_.open(options_.space, name);
            turns_.keep(conversation, turns_.head(conversation), {turns.back()});
            co_return;
        }
        store(record, whole, turns);
        co_return;
    }

    const Placed placed = store(record, h, h.turns);
    MemoryNote note = note_for(record, h);
    const std::size_t passages = fit_passages(record);
    const std::size_t around = tokens_around(record, h) + passages;
    const auto full = static_cast<std::size_t>(static_cast<double>(options_.budget) * options_.shares.full);
    const std::size_t room = summary_room(options_.budget, options_.shares);

    std::vector<Summary> candidates = placed.conversation == 0 ? std::vector<Summary>{} : turns_.summaries(placed.conversation, placed.path);
    candidates.insert(candidates.begin(), Summary{});  // none: everything verbatim
    Summary chosen;
    std::span<const Turn> live;
    PackPlan plan;
    std::vector<PackUnit> units;
    for (const Summary& s : candidates) {
        chosen = s;
        note.summary = s.text;
        note.through = s.through;
        live = placed.path;
        if (s.through != 0) {
            const auto at = std::ranges::find(placed.path, s.through, &Turn::id);
            live = live.subspan(static_cast<std::size_t>(at - placed.path.begin()) + 1);
        }
        units = units_of(sizes_of(live));
        MemoryNote bare = note;
        bare.summary.clear();
        const std::size_t fixed = around + tokens_of_note(bare);
        const std::size_t of_summary = tokens_of_note(note) - std::min(tokens_of_note(note), tokens_of_note(bare));
        plan = plan_pack(options_.budget, options_.shares, fixed, of_summary, room, units);
        if (plan.evicted == 0 && plan.tokens <= full) break;
    }
    std::size_t made_of = 0;
    if (plan.evicted > 0 && placed.conversation != 0) {
        const PackUnit& first = units[plan.evicted - 1];
        made_of = first.first + first.count;
        std::vector<Turn> leaving(live.begin(), live.begin() + static_cast<std::ptrdiff_t>(made_of));
        const std::int64_t through = leaving.back().id;
        live = live.subspan(made_of);
        std::string text = co_await summariser_.make(chosen.text, std::move(leaving), room);
        const Summary made{through, std::move(text), summariser_.name};
        turns_.keep(placed.conversation, made, placed.path.back().id);
        note.summary = made.text;
        note.through = made.through;
    }
    std::vector<Json> turns;
    std::size_t tokens = around + tokens_of_note(note);
    for (const Turn& t : live) {
        turns.push_back(t.turn);
        tokens += tokens_of_turn(t.turn);
    }
    if (tokens > options_.budget)
        throw Error(Fault::data, "what cannot be left out takes about {} tokens and the budget is {}: {} of system text, tools and passages, {} of memory, the rest is the last exchange; raise --budget or shorten it",
                    tokens, options_.budget, around, tokens_of_note(note));
    const auto percent = static_cast<int>(tokens * 100 / std::max<std::size_t>(options_.budget, 1));
    if (static_cast<double>(tokens) > static_cast<double>(options_.budget) * options_.shares.warn) note.warning = pressure_note(percent, has_memory_tools(record));
    if (options_.explain)
        options_.explain(fmt::format("line {}: {} of {} turns verbatim, {}{} of {} tokens ({} %), {} of them memory, {} passages{}", record.number(), turns.size(), placed.path.size(),
                                     note.through == 0 ? "" : made_of > 0 ? "the others newly summarised, " : "the others summarised before, ", tokens, options_.budget, percent,
                                     tokens_of_note(note), passages, note.warning.empty() ? "" : "; the model is warned"));
    if (note.summary.empty() && note.blocks.empty() && note.warning.empty()) note.conversation.clear();
    write_history(record, h, turns, note);
}

}  // namespace llm
