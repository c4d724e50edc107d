#include "mem/apply.hpp"

#include "base/hash.hpp"
#include "mem/history.hpp"

namespace llm {
namespace {

/// The same turn whatever ids its calls have: a model asked again gives others.
Json without_ids(Json turn) {
    turn.erase("tool_call_id");
    if (turn.contains("tool_calls") && turn["tool_calls"].is_array())
        for (Json& call : turn["tool_calls"])
            if (call.is_object()) call.erase("id");
    return turn;
}

/// What a call is known by: all that led to it.
std::string key_of(std::string_view space, const Record& record, const TurnHistory& h, const MemoryCall& call, std::size_t number) {
    std::string bytes = fmt::format("{}\n{}\n{}\n{}\n{}\n", space, record.id().value_or("null"), number, call.name, dump(call.arguments));
    for (const Json& turn : h.turns) bytes += dump(without_ids(turn)) + '\n';
    return sha256_hex(bytes);
}

/// The blocks in the system text as they are now.
MemoryNote note_again(MemStore& store, std::string_view space, const TurnHistory& h) {
    MemoryNote note;
    note.conversation = h.system.conversation;
    note.through = h.system.through;
    note.summary = h.system.summary;
    note.warning = h.system.warning;
    note.blocks = core_blocks(store, space);
    return note;
}

}  // namespace

Applier::Applier(MemStore& store, Vectors& vectors, ApplyOptions options) : store_(store), tools_(store, vectors, options.space), options_(std::move(options)) {}

bool Applier::wants(const Record& record) const {
    if (!record.has("response")) return false;
    const Json calls = member(record.get("response"), "tool_calls");
    return calls.is_array() && !calls.empty();
}

ToolResult Applier::once(const std::string& key, const MemoryCall& call) {
    Database& db = store_.db();
    if (const auto known = db.value<std::string>("SELECT result FROM applied WHERE key = ?1", key)) {
        const Json j = Json::parse(*known);
        return {member(j, "content"), member(j, "goes_on") == true};
    }
    ToolResult result = tools_.run(call);
    db.run("INSERT INTO applied (key, result, time) VALUES (?1, ?2, ?3)", key, dump(Json{{"content", result.content}, {"goes_on", result.goes_on}}), store_.now());
    return result;
}

void Applier::step(Record& record) {
    TurnHistory h = history_of(record);
    Json response = record.get("response");
    const std::vector<MemoryCall> calls = tool_calls_in(member(response, "tool_calls"));
    store_.begin("apply");
    std::vector<Json> answers;
    bool goes_on = false;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const ToolResult result = once(key_of(options_.space, record, h, calls[i], i), calls[i]);
        goes_on |= result.goes_on;
        answers.push_back({{"role", "tool"}, {"tool_call_id", calls[i].id}, {"name", calls[i].name.empty() ? "unknown" : calls[i].name}, {"content", dump(result.content)}});
        if (options_.explain) options_.explain(fmt::format("line {}: {}: {}", record.number(), calls[i].name, dump(result.content)));
    }
    const std::string said = text_of(response, "text");
    goes_on |= said.find_first_not_of(" \t\r\n") == std::string::npos;
    Json turn = assistant_turn(response);
    turn["tool_calls"] = turn_calls(calls);
    if (!goes_on) turn["content"] = nullptr;  // it stays the answer
    h.turns.push_back(std::move(turn));
    h.turns.insert(h.turns.end(), answers.begin(), answers.end());
    std::vector<Json> turns = std::move(h.turns);
    h.turns.clear();
    if (goes_on) {
        record.erase("response");
    } else {
        response.erase("tool_calls");
        if (text_of(response, "finish") == "tool_calls") response["finish"] = "stop";
        record.set("response", response);
    }
    MemoryNote note;
    if (h.system.found) note = note_again(store_, options_.space, h);
    write_history(record, h, turns, note);
}

}  // namespace llm
