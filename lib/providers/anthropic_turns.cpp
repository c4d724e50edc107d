// Facts: anthropics/anthropic-sdk-python src/anthropic/types: message_param, image_block_param, document_block_param,
// tool_result_block_param; lib/_parse/_transform.py and platform.claude.com/docs/en/build-with-claude/structured-outputs for
// what a schema may hold.
#include "providers/anthropic_turns.hpp"

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "providers/shapes.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array<std::string_view, 4> image_types{"image/jpeg", "image/png", "image/gif", "image/webp"};
constexpr std::array<std::string_view, 9> unknown_bounds{"minimum",   "maximum",   "exclusiveMinimum",
                                                         "exclusiveMaximum", "multipleOf", "minLength",
                                                         "maxLength", "maxItems",  "uniqueItems"};

bool is_text(std::string_view type) { return type.starts_with("text/") || type == "application/json"; }

Json source(const Attachment& a) {
    if (!a.url.empty()) return {{"type", "url"}, {"url", a.url}};
    return {{"type", "base64"}, {"media_type", a.type}, {"data", to_base64(a.data)}};
}

Json media(const Wire& wire, const Attachment& a) {
    if (a.type.starts_with("image/")) {
        if (a.url.empty() && std::ranges::find(image_types, std::string_view{a.type}) == image_types.end())
            throw wire.refused("takes images as JPEG, PNG, GIF or WebP, not {}", a.type);
        return {{"type", "image"}, {"source", source(a)}};
    }
    Json document{{"type", "document"}};
    if (a.type == "application/pdf" || !a.url.empty())
        document["source"] = source(a);
    else if (is_text(a.type) && is_utf8(a.data))
        document["source"] = {{"type", "text"}, {"media_type", "text/plain"}, {"data", a.data}};
    else
        throw wire.refused("takes images, PDF and text, not {}; gemini takes sound and video, openai sound", a.type);
    if (!a.name.empty()) document["title"] = a.name;
    return document;
}

void add_parts(const Wire& wire, const Message& m, Json& to) {
    for (const Part& p : m.parts)
        if (p.kind == Part::Kind::media) to.push_back(media(wire, p.media));
        else if (!p.text.empty()) to.push_back({{"type", "text"}, {"text", p.text}});
}

Json tool_result(const Wire& wire, const Message& m) {
    Json content = Json::array();
    add_parts(wire, m, content);
    Json result{{"type", "tool_result"}, {"tool_use_id", m.tool_call_id}};
    if (!content.empty()) result["content"] = std::move(content);
    return result;
}

bool blocks_still_say(const Json& blocks, const Message& m) {
    if (!blocks.is_array()) return false;
    std::string text;
    std::size_t calls = 0;
    for (const Json& b : blocks) {
        const std::string type = text_of(b, "type");
        if (type == "text") text += text_of(b, "text");
        if (type != "tool_use") continue;
        if (calls >= m.tool_calls.size() || text_of(m.tool_calls[calls], "id") != text_of(b, "id")) return false;
        ++calls;
    }
    return calls == m.tool_calls.size() && text == m.text();
}

void add_assistant(const Wire& wire, const Message& m, Json& to) {
    if (const Json& blocks = kept(m, "anthropic"); blocks_still_say(blocks, m)) {
        for (const Json& b : blocks) to.push_back(b);
        return;
    }
    add_parts(wire, m, to);
    if (!m.tool_calls.is_array()) return;
    for (const Json& call : m.tool_calls)
        to.push_back({{"type", "tool_use"},
                      {"id", text_of(call, "id")},
                      {"name", text_of(member(call, "function"), "name")},
                      {"input", arguments_of(call)}});
}

}  // namespace

Json anthropic_turns(const Wire& wire, const std::vector<Message>& messages) {
    Json out = Json::array();
    for (const Message& m : messages) {
        if (m.role == Role::system) {
            if (std::ranges::any_of(m.parts, [](const Part& p) { return p.kind == Part::Kind::media; }))
                throw wire.refused("takes text only in a system turn; put attachments in a user turn");
            continue;
        }
        const char* const role = m.role == Role::assistant ? "assistant" : "user";
        if (out.empty() || out.back()["role"] != role) out.push_back({{"role", role}, {"content", Json::array()}});
        Json& content = out.back()["content"];
        if (m.role == Role::assistant) add_assistant(wire, m, content);
        else if (m.role == Role::tool) content.push_back(tool_result(wire, m));
        else add_parts(wire, m, content);
    }
    // The common case in its short form.
    for (Json& turn : out)
        if (Json& c = turn["content"]; c.size() == 1 && c[0]["type"] == "text" && c[0].size() == 2)
            turn["content"] = Json(std::move(c[0]["text"]));
    return out;
}

Json anthropic_schema(const Json& schema) {
    if (schema.is_array()) {
        Json out = Json::array();
        for (const Json& s : schema) out.push_back(anthropic_schema(s));
        return out;
    }
    if (!schema.is_object()) return schema;
    Json out = Json::object(), bounds = Json::object();
    for (const auto& [key, value] : schema.items()) {
        const bool many = key == "minItems" && value.is_number() && value.get<double>() > 1;
        if (many || std::ranges::find(unknown_bounds, std::string_view{key}) != unknown_bounds.end()) {
            bounds[key] = value;
        } else if (key == "enum" || key == "const" || key == "default" || key == "examples") {
            out[key] = value;
        } else if (key == "properties" || key == "$defs" || key == "definitions") {
            Json& members = out[key] = Json::object();
            if (value.is_object())
                for (const auto& [name, s] : value.items()) members[name] = anthropic_schema(s);
        } else {
            out[key] = anthropic_schema(value);
        }
    }
    if ((out.contains("properties") || member(out, "type") == "object") && !out.contains("additionalProperties"))
        out["additionalProperties"] = false;
    if (!bounds.empty()) {
        std::string words = text_of(out, "description");
        if (!words.empty()) words += "\n\n";
        out["description"] = words + dump(bounds);
    }
    return out;
}

}  // namespace llm
