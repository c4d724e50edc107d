#include "chat/otel.hpp"

#include "base/hash.hpp"
#include "base/utf8.hpp"
#include "chat/canonical_json.hpp"

namespace llm {
namespace {

void append_text(std::string& out, std::string_view text) {
    if (is_utf8(text))
        append_json_string(out, text);
    else
        append_json_string(out, sanitise_utf8(text));
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
    out += ",\"";
    out += name;
    out += "\":";
    append_text(out, text);
}

void append_json_member(std::string& out, std::string_view name, const Json& value) {
    if (value.is_null()) return;
    out += ",\"";
    out += name;
    out += "\":";
    out += dump(value);
}

void begin_part(std::string& out, std::string_view type) {
    out += out.back() == '[' ? "{\"type\":\"" : ",{\"type\":\"";
    out += type;
    out += '"';
}

void append_text_part(std::string& out, std::string_view type, std::string_view text) {
    begin_part(out, type);
    append_member(out, "content", text);
    out += '}';
}

void append_media(std::string& out, const Attachment& media, const KeepMedia& keep) {
    begin_part(out, media.url.empty() ? "blob" : "uri");
    const std::string_view kind = std::string_view(media.type).substr(0, media.type.find('/'));
    append_member(out, "modality", kind == "image" || kind == "audio" || kind == "video" ? kind : "document");
    append_member(out, "mime_type", media.type);
    if (media.url.empty()) {
        const std::string sum = sha256_hex(media.data);
        append_member(out, "sha256", sum);
        if (keep) keep(sum, media);
    } else {
        append_member(out, "uri", media.url);
    }
    if (!media.name.empty()) append_member(out, "name", media.name);
    if (!media.detail.empty()) append_member(out, "detail", media.detail);
    out += '}';
}

/// The object where its text is the same again, else the text.
Json arguments_of(const Json& given) {
    if (!given.is_string()) return given;
    const auto& text = given.get_ref<const std::string&>();
    Json object = read_json(text);
    return object.is_object() && dump(object) == text ? object : given;
}

void append_calls(std::string& out, const Json& calls) {
    if (!calls.is_array()) return;
    for (const Json& call : calls) {
        const Json& function = member(call, "function");
        begin_part(out, "tool_call");
        append_member(out, "id", text_of(call, "id"));
        append_member(out, "name", text_of(function, "name"));
        append_json_member(out, "arguments", arguments_of(member(function, "arguments")));
        out += '}';
    }
}

void append_turn(std::string& out, const Message& turn, const KeepMedia& keep) {
    out += out.back() == '[' ? "{\"role\":\"" : ",{\"role\":\"";
    out += name(turn.role);
    out += "\",\"parts\":[";
    const bool answers_call = turn.role == Role::tool;
    if (answers_call) {
        begin_part(out, "tool_call_response");
        append_member(out, "id", turn.tool_call_id);
        append_member(out, "response", turn.text());
        out += '}';
    }
    for (const Part& part : turn.parts) {
        if (part.kind == Part::Kind::media)
            append_media(out, part.media, keep);
        else if (!answers_call)
            append_text_part(out, "text", part.text);
    }
    append_calls(out, turn.tool_calls);
    out += ']';
    if (!turn.name.empty()) append_member(out, "name", turn.name);
    append_json_member(out, "provider", turn.provider);
    out += '}';
}

std::size_t leading_system_turns(const std::vector<Message>& turns) {
    std::size_t n = 0;
    while (n < turns.size() && turns[n].role == Role::system) ++n;
    return n;
}

}  // namespace

std::string otel_system(const std::vector<Message>& turns) {
    const std::size_t n = leading_system_turns(turns);
    if (n == 0) return {};
    std::string out = "[";
    for (std::size_t i = 0; i < n; ++i) append_text_part(out, "text", turns[i].text());
    out += ']';
    return out;
}

std::string otel_input(const std::vector<Message>& turns, const KeepMedia& keep) {
    std::string out = "[";
    for (std::size_t i = leading_system_turns(turns); i < turns.size(); ++i) append_turn(out, turns[i], keep);
    out += ']';
    return out;
}

std::string otel_output(const Completion& completion) {
    std::string out = R"([{"role":"assistant","parts":[)";
    if (!completion.reasoning.empty()) append_text_part(out, "reasoning", completion.reasoning);
    if (!completion.text.empty()) append_text_part(out, "text", completion.text);
    append_calls(out, completion.tool_calls);
    out += ']';
    append_member(out, "finish_reason", completion.finish);
    append_json_member(out, "logprobs", completion.logprobs);
    append_json_member(out, "provider", completion.provider);
    out += "}]";
    return out;
}

}  // namespace llm
