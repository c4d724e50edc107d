#include "mem/learn_sources.hpp"

#include "ask/asker.hpp"
#include "base/error.hpp"
#include "chat/otel.hpp"
#include "log/query.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::string_view quoted = "<passages";  // llm-ask's mark of recalled passages (ask/form.hpp)

bool is_learned_from(std::string_view role) { return role == "user" || role == "assistant"; }

void hear(Lesson& lesson, std::string_view space, std::string_view role, std::string text, std::string source, std::int64_t time, std::int64_t turn) {
    Heard h;
    h.role = role;
    h.text = std::move(text);
    h.source = std::move(source);
    h.time = time;
    h.turn = turn;
    h.key = key_of_heard(space, h.role, h.text);
    lesson.heard.push_back(std::move(h));
}

/// What the turn said to people, without its calls.
std::string spoken_in(const Json& turn) {
    Json words = turn;
    words.erase("tool_calls");
    return said_in(words);
}

void take(Lesson& lesson, std::string_view space, std::string_view name, const Json& turn, std::size_t number, std::int64_t time, std::int64_t id) {
    const std::string role = text_of(turn, "role");
    std::string text = spoken_in(turn);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
    if (role == "tool" || text.starts_with(quoted)) lesson.recalled.push_back(std::move(text));
    else if (is_learned_from(role)) hear(lesson, space, role, std::move(text), fmt::format("{}{}turn {}", name, name.empty() ? "" : ", ", number), time, id);
}

}  // namespace

Lesson lesson_of(std::string_view space, std::string_view name, const std::vector<Json>& turns, std::int64_t time) {
    Lesson lesson;
    for (std::size_t i = 0; i < turns.size(); ++i) take(lesson, space, name, turns[i], i + 1, time, 0);
    return lesson;
}

Lesson lesson_of(std::string_view space, const Record& record, std::int64_t now) {
    const TurnHistory h = history_of(record);
    std::vector<Json> turns = h.turns;
    if (record.has("response")) turns.push_back(assistant_turn(record.get("response")));
    std::string name;
    if (const auto raw = record.raw("conversation"); raw && raw->front() == '"') name = record.get("conversation").get<std::string>();
    if (name.empty()) name = h.system.conversation;
    if (name.empty()) name = id_text(record);
    Lesson lesson = lesson_of(space, name, turns, now);
    if (record.has("context"))
        for (const Json& passage : record.get("context"))
            if (std::string text = text_of(passage, "text"); !text.empty()) lesson.recalled.push_back(std::move(text));
    return lesson;
}

void each_kept(MemStore& store, std::string_view space, const std::optional<std::string>& conversation, std::int64_t since, std::int64_t until,
               const std::function<void(Lesson)>& sink) {
    Turns turns{store};
    std::vector<Lesson> lessons;
    std::int64_t last = 0;
    for (const Turn& t : turns.unlearned(space, conversation, since, until)) {
        if (lessons.empty() || t.conversation != last) lessons.emplace_back();
        last = t.conversation;
        take(lessons.back(), space, t.name, t.turn, static_cast<std::size_t>(t.ordinal) + 1, t.time, t.id);
    }
    for (Lesson& lesson : lessons) sink(std::move(lesson));
}

void each_logged(JournalReader& journal, std::string_view space, std::int64_t since, std::int64_t until, const std::function<void(Lesson)>& sink) {
    CallFilter filter;
    filter.since = since * 1000;
    filter.until = until * 1000;
    filter.fault = "none";
    std::vector<std::int64_t> ids;
    journal.list(filter, 0, [&ids](const LoggedCall& c) {
        if (c.tool != "llm-mem") ids.push_back(c.id);
        return true;
    });
    std::ranges::reverse(ids);
    for (const std::int64_t id : ids) {
        const auto call = journal.show(id);
        if (!call) continue;
        const FindMedia no_media = [](const std::string&) { return std::optional<std::string>{}; };
        std::vector<Json> turns;
        for (const Message& m : messages_of_otel("", dump(member(*call, "gen_ai_input_messages")), no_media)) turns.push_back(to_json(m));
        const Json& output = member(*call, "gen_ai_output_messages");
        if (!output.is_null()) {
            const Completion c = completion_of_otel(dump(output));
            if (!c.text.empty()) turns.push_back(Json{{"role", "assistant"}, {"content", c.text}});
        }
        const std::string conversation = text_of(*call, "gen_ai_conversation_id");
        sink(lesson_of(space, conversation.empty() ? fmt::format("log {}", id) : conversation, turns, id / 1000));
    }
}

}  // namespace llm
