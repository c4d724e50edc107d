// Facts: googleapis/python-genai google/genai/types.py (Content, Part, FunctionCall, FunctionResponse, Blob, FileData);
// ai.google.dev/gemini-api/docs/thought-signatures: a part goes back as it came, and Gemini 3 answers 400 without.
#include "providers/gemini_turns.hpp"

#include "base/base64.hpp"
#include "providers/shapes.hpp"

#include <set>

namespace llm {
namespace {

Json part(const Part& p) {
    if (p.kind == Part::Kind::text) return {{"text", p.text}};
    const Attachment& a = p.media;
    if (a.url.empty()) return {{"inlineData", {{"mimeType", a.type}, {"data", to_base64(a.data)}}}};
    Json file{{"fileUri", a.url}};
    if (!a.type.ends_with("/*")) file["mimeType"] = a.type;
    return {{"fileData", std::move(file)}};
}

// What a function returned must be an object.
Json response_of(const std::string& text) {
    if (auto j = parse_json(text); j && j->is_object()) return std::move(*j);
    return {{"result", text}};
}

bool parts_still_say(const Json& parts, const Message& m) {
    if (!parts.is_array()) return false;
    std::string text;
    std::size_t calls = 0;
    for (const Json& p : parts) {
        if (member(p, "thought") != Json(true)) text += text_of(p, "text");
        const Json& call = member(p, "functionCall");
        if (call.is_null()) continue;
        if (calls >= m.tool_calls.size() ||
            text_of(member(m.tool_calls[calls], "function"), "name") != text_of(call, "name"))
            return false;
        ++calls;
    }
    return calls == m.tool_calls.size() && text == m.text();
}

// Ids that Gemini itself gave; others (made up, or another provider's) stay at home.
std::set<std::string> own_ids(const std::vector<Message>& messages) {
    std::set<std::string> ids;
    for (const Message& m : messages)
        if (const Json& parts = kept(m, "gemini"); parts.is_array())
            for (const Json& p : parts)
                if (std::string id = text_of(member(p, "functionCall"), "id"); !id.empty()) ids.insert(std::move(id));
    return ids;
}

void add_model(const Message& m, Json& to) {
    if (const Json& parts = kept(m, "gemini"); parts_still_say(parts, m)) {
        for (const Json& p : parts) to.push_back(p);
        return;
    }
    for (const Part& p : m.parts)
        if (p.kind == Part::Kind::media || !p.text.empty()) to.push_back(part(p));
    if (!m.tool_calls.is_array()) return;
    for (const Json& call : m.tool_calls)
        to.push_back({{"functionCall", {{"name", text_of(member(call, "function"), "name")}, {"args", arguments_of(call)}}}});
}

}  // namespace

Json gemini_turns(const Wire& wire, const std::vector<Message>& messages) {
    const std::set<std::string> ids = own_ids(messages);
    Json out = Json::array();
    for (const Message& m : messages) {
        const bool only_text = m.role == Role::system || m.role == Role::tool;
        for (const Part& p : m.parts)
            if (only_text && p.kind == Part::Kind::media)
                throw wire.refused("takes text only in a {} turn; put attachments in a user turn", name(m.role));
        if (m.role == Role::system) continue;
        const char* const role = m.role == Role::assistant ? "model" : "user";
        if (out.empty() || out.back()["role"] != role) out.push_back({{"role", role}, {"parts", Json::array()}});
        Json& parts = out.back()["parts"];
        if (m.role == Role::assistant) {
            add_model(m, parts);
        } else if (m.role == Role::tool) {
            Json response{{"name", function_name(messages, m)}, {"response", response_of(m.text())}};
            if (ids.contains(m.tool_call_id)) response["id"] = m.tool_call_id;
            parts.push_back({{"functionResponse", std::move(response)}});
        } else {
            for (const Part& p : m.parts) parts.push_back(part(p));
        }
    }
    return out;
}

}  // namespace llm
