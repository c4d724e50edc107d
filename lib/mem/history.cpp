#include "mem/history.hpp"

#include "base/error.hpp"
#include "mem/turns.hpp"

namespace llm {

TurnHistory history_of(const Record& record) {
    TurnHistory h;
    const auto prompt = record.text("prompt");
    if (record.has("messages")) {
        if (prompt) throw Error(Fault::data, "'prompt' and 'messages' stand together; a record has one of them");
        const Json messages = record.get("messages");
        if (!messages.is_array()) throw Error(Fault::data, "messages must be a list of turns");
        for (const Json& m : messages) {
            const std::string role = text_of(m, "role");
            const bool is_system = role == "system" || role == "developer";
            if (!is_system) h.turns.push_back(m);
            else if (h.system_in == TurnHistory::System::none && h.others.empty() && h.turns.empty() && !record.has("system")) {
                h.system_in = TurnHistory::System::first_turn;
                h.system = strip_memory(said_in(m));
            } else h.others.push_back(m);
        }
    } else if (prompt) {
        h.form = TurnHistory::Form::prompt;
        h.turns.push_back(Json{{"role", "user"}, {"content", *prompt}});
    } else {
        throw Error(Fault::data, "no conversation: the record has neither 'prompt' nor 'messages'");
    }
    if (const auto system = record.text("system")) {
        h.system_in = TurnHistory::System::record_member;
        h.system = strip_memory(*system);
    }
    return h;
}

void write_history(Record& record, const TurnHistory& h, const std::vector<Json>& turns, const MemoryNote& note) {
    const std::string system = with_memory(h.system.text, note);
    if (h.system_in == TurnHistory::System::record_member) {
        if (record.text("system") != system) record.set("system", Json(system));
    }
    if (h.form == TurnHistory::Form::prompt && turns == h.turns && (h.system_in == TurnHistory::System::record_member || system.empty())) return;
    Json messages = Json::array();
    if (h.system_in != TurnHistory::System::record_member && !system.empty()) messages.push_back(Json{{"role", "system"}, {"content", system}});
    for (const Json& other : h.others) messages.push_back(other);
    for (const Json& turn : turns) messages.push_back(turn);
    if (h.form == TurnHistory::Form::prompt) record.erase("prompt");
    else if (record.get("messages") == messages) return;
    record.set("messages", messages);
}

Json assistant_turn(const Json& response) {
    const Json& text = member(response, "text");
    Json turn{{"role", "assistant"}, {"content", text.is_string() && !text.get_ref<const std::string&>().empty() ? text : Json()}};
    if (const Json& calls = member(response, "tool_calls"); calls.is_array() && !calls.empty()) turn["tool_calls"] = calls;
    else if (turn["content"].is_null()) turn["content"] = member(response, "json").is_null() ? Json("") : Json(dump(member(response, "json")));
    if (const Json& provider = member(response, "provider_data"); !provider.is_null()) turn["provider"] = provider;
    return turn;
}

}  // namespace llm
