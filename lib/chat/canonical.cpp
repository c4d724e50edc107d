#include "chat/canonical.hpp"

#include "base/hash.hpp"
#include "chat/canonical_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace llm {
namespace {

/// request  = {"version", "model", "messages": [turn…], "options", "schema", "schema_name", "tools", "tool_choice"}
/// turn     = {"role", "parts": [part…], "calls": [call…], "answers": number of a call, "name"}
/// part     = text or {"type", "sha256" or "url", "name", "detail"}
/// call     = {"id": its number, "name", "arguments"}, or the call as it came where it is no function call
/// Members stand in this order; those without a value are left out.
class Writer {
public:
    Writer(std::string& out, Normalise normalise) : out_(out), normalise_(normalise) {}

    void request(const Request& r, std::string_view model) {
        out_ += "{\"version\":";
        out_ += std::to_string(canonical_version);
        out_ += ",\"model\":";
        append_json_string(out_, model);
        out_ += ",\"messages\":[";
        separated(r.messages, [this](const Message& m) { turn(m); });
        out_ += ']';
        options(r.options);
        if (!r.schema.is_null()) {
            out_ += ",\"schema\":";
            append_canonical_schema(out_, r.schema);
            text_member("schema_name", r.schema_name.empty() ? "answer" : r.schema_name);
        }
        if (!r.tools.empty()) {
            out_ += ",\"tools\":";
            tools(r.tools);
        }
        if (!r.tool_choice.is_null() && r.tool_choice != "auto") json_member("tool_choice", r.tool_choice);
        out_ += '}';
    }

private:
    template <typename Range, typename Each>
    void separated(const Range& range, Each each) {
        bool first = true;
        for (const auto& item : range) {
            if (!first) out_ += ',';
            first = false;
            each(item);
        }
    }

    void member_name(std::string_view name) {
        out_ += ",\"";
        out_ += name;
        out_ += "\":";
    }
    void text_member(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        member_name(name);
        append_json_string(out_, value);
    }
    void json_member(std::string_view name, const Json& value) {
        member_name(name);
        append_canonical_json(out_, value);
    }
    template <typename Number>
    void number_member(std::string_view name, const std::optional<Number>& value) {
        if (value) json_member(name, Json(*value));
    }

    void turn(const Message& m) {
        out_ += "{\"role\":\"";
        out_ += name(m.role);
        out_ += "\",\"parts\":[";
        bool first = true;
        for (const Part& p : m.parts) {
            if (p.kind == Part::Kind::text && p.text.empty()) continue;
            if (!first) out_ += ',';
            first = false;
            part(p);
        }
        out_ += ']';
        if (m.tool_calls.is_array() && !m.tool_calls.empty()) {
            out_ += ",\"calls\":[";
            separated(m.tool_calls, [this](const Json& c) { call(c); });
            out_ += ']';
        }
        if (!m.tool_call_id.empty()) {
            member_name("answers");
            out_ += std::to_string(call_number(m.tool_call_id));
        }
        text_member("name", m.name);
        out_ += '}';
    }

    void part(const Part& p) {
        if (p.kind == Part::Kind::text) {
            if (normalise_)
                append_json_string(out_, normalise_(p.text));
            else
                append_json_string(out_, p.text);
            return;
        }
        out_ += "{\"type\":";
        append_json_string(out_, p.media.type);
        if (p.media.url.empty())
            text_member("sha256", sha256_hex(p.media.data));
        else
            text_member("url", p.media.url);
        const bool name_unseen = p.media.type.starts_with("image/") || p.media.type.starts_with("audio/");
        if (!name_unseen) text_member("name", p.media.name);
        if (p.media.detail != "auto") text_member("detail", p.media.detail);
        out_ += '}';
    }

    void call(const Json& c) {
        const Json& function = member(c, "function");
        if (!function.is_object()) return append_canonical_json(out_, c);
        out_ += fmt::format("{{\"id\":{}", call_number(text_of(c, "id")));
        text_member("name", text_of(function, "name"));
        const Json& given = member(function, "arguments");
        const Json parsed = given.is_string() ? read_json(given.get_ref<const std::string&>()) : given;
        json_member("arguments", parsed.is_discarded() ? given : parsed);
        out_ += '}';
    }

    std::size_t call_number(const std::string& id) { return call_numbers_.try_emplace(id, call_numbers_.size()).first->second; }

    void options(const Options& o) {
        const std::size_t start = out_.size();
        number_member("temperature", o.temperature);
        number_member("max_tokens", o.max_tokens);
        number_member("top_p", o.top_p);
        number_member("top_k", o.top_k);
        number_member("frequency_penalty", o.frequency_penalty);
        number_member("presence_penalty", o.presence_penalty);
        if (!o.stop.empty()) {
            auto stop = o.stop;
            std::ranges::sort(stop);
            json_member("stop", Json(stop));
        }
        number_member("seed", o.seed);
        number_member("logprobs", o.logprobs);
        text_member("reasoning", o.reasoning);
        if (!o.body.empty()) json_member("body", o.body);
        if (out_.size() == start) return;
        out_.replace(start, 1, ",\"options\":{");
        out_ += '}';
    }

    void tools(const Json& list) {
        if (!list.is_array()) return append_canonical_json(out_, list);
        out_ += '[';
        separated(list, [this](const Json& t) { tool(t); });
        out_ += ']';
    }

    /// Sorted like any object, but for the parameters, which are a schema.
    void tool(const Json& t) {
        if (!member(t, "function").is_object()) return append_canonical_json(out_, t);
        Json rest = t;
        rest["function"].erase("parameters");
        out_ += '[';
        append_canonical_json(out_, rest);
        if (const Json& parameters = member(t["function"], "parameters"); !parameters.is_null()) {
            out_ += ',';
            append_canonical_schema(out_, parameters);
        }
        out_ += ']';
    }

    std::string& out_;
    Normalise normalise_;
    std::map<std::string, std::size_t> call_numbers_;
};

}  // namespace

std::string canonical_bytes(const Request& request, std::string_view model, Normalise normalise) {
    std::string out;
    out.reserve(512);
    Writer(out, normalise).request(request, model);
    return out;
}

std::string request_key(const Request& request, std::string_view model, Normalise normalise) {
    return sha256_hex(canonical_bytes(request, model, normalise));
}

}  // namespace llm
