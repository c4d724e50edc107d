#include "chat/canonical_json.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace llm {
namespace {

void append_number(std::string& out, const Json& value) {
    constexpr double exact = 9007199254740992.0;  // 2^53
    const double d = value.get<double>();
    if (value.is_number_float() && std::trunc(d) == d && std::abs(d) < exact)
        out += std::to_string(static_cast<std::int64_t>(d));
    else
        out += value.dump();
}

enum class MemberOrder { sorted, kept };

template <typename Each>
void append_object(std::string& out, const Json& object, MemberOrder order, Each append_value) {
    std::vector<const Json::object_t::value_type*> members;
    for (const auto& m : object.get_ref<const Json::object_t&>()) members.push_back(&m);
    if (order == MemberOrder::sorted)
        std::ranges::sort(members, {}, [](auto* m) -> const std::string& { return m->first; });
    char before = '{';
    for (const auto* m : members) {
        out += before;
        before = ',';
        append_json_string(out, m->first);
        out += ':';
        append_value(m->first, m->second);
    }
    if (before == '{') out += before;
    out += '}';
}

template <typename Each>
void append_array(std::string& out, const Json& array, Each append_value) {
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (i) out += ',';
        append_value(array[i]);
    }
    out += ']';
}

bool is_plain_data(std::string_view keyword) {
    return keyword == "enum" || keyword == "const" || keyword == "default" || keyword == "examples" ||
           keyword == "required" || keyword == "dependentRequired";
}

bool holds_named_schemas(std::string_view keyword) {
    return keyword == "patternProperties" || keyword == "$defs" || keyword == "definitions" ||
           keyword == "dependentSchemas";
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    std::size_t clean = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, clean, i - clean);
        clean = i + 1;
        out += '\\';
        if (c >= 0x20) {
            out += text[i];
        } else if (c == '\n') {
            out += 'n';
        } else {
            out += "u00";
            out += digits[c >> 4];
            out += digits[c & 15];
        }
    }
    out.append(text, clean);
    out += '"';
}

void append_canonical_json(std::string& out, const Json& value) {
    if (value.is_object())
        append_object(out, value, MemberOrder::sorted,
                      [&out](std::string_view, const Json& v) { append_canonical_json(out, v); });
    else if (value.is_array())
        append_array(out, value, [&out](const Json& v) { append_canonical_json(out, v); });
    else if (value.is_string())
        append_json_string(out, value.get_ref<const std::string&>());
    else if (value.is_number())
        append_number(out, value);
    else
        out += value.dump();
}

void append_canonical_schema(std::string& out, const Json& schema) {
    if (schema.is_array())
        return append_array(out, schema, [&out](const Json& v) { append_canonical_schema(out, v); });
    if (!schema.is_object()) return append_canonical_json(out, schema);
    const auto named = [&out](std::string_view, const Json& v) { append_canonical_schema(out, v); };
    append_object(out, schema, MemberOrder::sorted, [&](std::string_view keyword, const Json& v) {
        if (is_plain_data(keyword))
            append_canonical_json(out, v);
        else if (keyword == "properties" && v.is_object())
            append_object(out, v, MemberOrder::kept, named);
        else if (holds_named_schemas(keyword) && v.is_object())
            append_object(out, v, MemberOrder::sorted, named);
        else
            append_canonical_schema(out, v);
    });
}

}  // namespace llm
