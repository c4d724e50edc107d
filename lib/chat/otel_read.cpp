#include "base/error.hpp"
#include "base/utf8.hpp"
#include "chat/otel.hpp"

namespace llm {
namespace {

[[noreturn]] void wrong(std::string_view what, const Json& j) {
    throw Error(Fault::data, "{} is not as OpenTelemetry writes it: {}", what, truncate_utf8(dump(j), 80));
}

Json list_of(std::string_view text, std::string_view what) {
    Json list = read_json(text);
    if (!list.is_array()) throw Error(Fault::data, "{} is no JSON list: {}", what, truncate_utf8(text, 80));
    return list;
}

Role role_of(const Json& turn) {
    const std::string said = text_of(turn, "role");
    for (const Role role : {Role::system, Role::user, Role::assistant, Role::tool})
        if (name(role) == said) return role;
    wrong("a turn", turn);
}

std::string content_of(const Json& part, std::string_view key = "content") {
    const Json& content = member(part, key);
    return content.is_string() ? content.get<std::string>() : dump(content);
}

Part text_part(std::string text) { return {Part::Kind::text, std::move(text), {}}; }

Part media_part(const Json& part, const FindMedia& find) {
    Attachment media;
    media.type = text_of(part, "mime_type");
    media.url = text_of(part, "uri");
    media.name = text_of(part, "name");
    media.detail = text_of(part, "detail");
    if (media.url.empty()) {
        auto bytes = find ? find(text_of(part, "sha256")) : std::nullopt;
        if (!bytes) return text_part(fmt::format("[{}, no longer kept]", media.type));
        media.data = std::move(*bytes);
    }
    return {Part::Kind::media, {}, std::move(media)};
}

Json call_of(const Json& part) {
    const Json& arguments = member(part, "arguments");
    return {{"id", text_of(part, "id")},
            {"type", "function"},
            {"function",
             {{"name", text_of(part, "name")},
              {"arguments", arguments.is_string() ? arguments : Json(dump(arguments))}}}};
}

Message turn_of(const Json& turn, const FindMedia& find) {
    Message message;
    message.role = role_of(turn);
    message.name = text_of(turn, "name");
    message.provider = member(turn, "provider");
    if (!member(turn, "parts").is_array()) wrong("a turn", turn);
    for (const Json& part : turn["parts"]) {
        const std::string type = text_of(part, "type");
        if (type == "text") {
            message.parts.push_back(text_part(content_of(part)));
        } else if (type == "blob" || type == "uri") {
            message.parts.push_back(media_part(part, find));
        } else if (type == "tool_call") {
            message.tool_calls.push_back(call_of(part));
        } else if (type == "tool_call_response") {
            message.tool_call_id = text_of(part, "id");
            message.parts.push_back(text_part(content_of(part, "response")));
        } else {
            wrong("a part", part);
        }
    }
    return message;
}

}  // namespace

std::vector<Message> messages_of_otel(std::string_view system, std::string_view input, const FindMedia& find) {
    std::vector<Message> turns;
    if (!system.empty())
        for (const Json& part : list_of(system, "the system instructions"))
            turns.push_back(Message::of(Role::system, content_of(part)));
    for (const Json& turn : list_of(input, "the input")) turns.push_back(turn_of(turn, find));
    return turns;
}

Completion completion_of_otel(std::string_view output) {
    const Json list = list_of(output, "the output");
    if (list.empty() || !member(list[0], "parts").is_array()) wrong("an answer", list);
    const Json& answer = list[0];
    Completion completion;
    for (const Json& part : answer["parts"]) {
        const std::string type = text_of(part, "type");
        if (type == "text")
            completion.text += content_of(part);
        else if (type == "reasoning")
            completion.reasoning += content_of(part);
        else if (type == "tool_call")
            completion.tool_calls.push_back(call_of(part));
    }
    completion.finish = text_of(answer, "finish_reason");
    completion.logprobs = member(answer, "logprobs");
    completion.provider = member(answer, "provider");
    return completion;
}

}  // namespace llm
