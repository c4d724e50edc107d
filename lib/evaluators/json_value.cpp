/// is-json, contains-json: with a JSON Schema as `value`, the value must satisfy it too.
#include "ask/schema.hpp"
#include "base/error.hpp"
#include "evaluators/parameters.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array json_value_types{
    EvaluatorType{"is-json", "JSON Schema, or nothing", "", "the whole answer is JSON (that satisfies the schema)"},
    EvaluatorType{"contains-json", "JSON Schema, or nothing", "", "there is JSON in the answer (that satisfies the schema)"},
};

/// The end of the balanced object or list that begins at `from`, or npos.
std::size_t balanced_end(std::string_view text, std::size_t from) {
    std::string open;
    bool quoted = false;
    for (std::size_t i = from; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            open += c;
        } else if (c == '}' || c == ']') {
            if (open.empty() || (open.back() == '{') != (c == '}')) return std::string_view::npos;
            open.pop_back();
            if (open.empty()) return i + 1;
        }
    }
    return std::string_view::npos;
}

/// Every object or list that stands in the text, outermost ones, in order. What opens and never closes is read to the end each
/// time, so that there is a bound on how much is read.
std::vector<Json> values_in(std::string_view text) {
    std::vector<Json> out;
    const std::size_t most = 64 * 1024 + 16 * text.size();
    std::size_t looked_at = 0;
    for (std::size_t at = text.find_first_of("{["); at != std::string_view::npos && looked_at < most;) {
        const std::size_t end = balanced_end(text, at);
        looked_at += std::min(end, text.size()) - at;
        Json value = end == std::string_view::npos ? Json(Json::value_t::discarded)
                                                   : read_json(text.substr(at, end - at));
        const bool read = !value.is_discarded();
        if (read) out.push_back(std::move(value));
        at = text.find_first_of("{[", read ? end : at + 1);
    }
    return out;
}

std::shared_ptr<SchemaCheck> schema_from(const CheckSpec& spec) {
    if (spec.value.is_null()) return nullptr;
    try {
        if (spec.value.is_object()) return std::make_shared<SchemaCheck>(spec.value);
        if (spec.value.is_string()) return std::make_shared<SchemaCheck>(schema_of(spec.value.get<std::string>()));
    } catch (const Error& e) {
        throw Error(Fault::config, "{}: {}", spec.full_type(), e.what());
    }
    bad_value(spec, "a JSON Schema, or nothing");
}

Verdict checked(const CheckSpec& spec, const SchemaCheck* schema, const std::vector<Json>& values, std::string_view nothing) {
    if (values.empty()) return decided(spec, false, std::string{nothing});
    if (schema == nullptr) return decided(spec, true, "the answer has JSON");
    std::string first;
    for (const Json& value : values) {
        const std::vector<std::string> wrong = schema->violations(value);
        if (wrong.empty()) return decided(spec, true, "the JSON satisfies the schema");
        if (first.empty()) first = wrong.front();
    }
    return decided(spec, false, "the JSON breaks the schema: " + first);
}

}  // namespace

extern const EvaluatorEntry evaluator_json_value{
    "json", "JSON, with or without a schema", json_value_types,
    [](const CheckSpec& spec, const EvaluatorNeeds&) -> std::unique_ptr<Evaluator> {
        const bool whole = spec.type == "is-json";
        return local_evaluator([spec, whole, schema = schema_from(spec)](const Case& c) {
            std::vector<Json> values;
            Json all = c.json.is_null() ? read_json(c.answer) : c.json;
            if (!all.is_discarded())
                values.push_back(std::move(all));
            else if (!whole)
                values = values_in(c.answer);
            return checked(
                spec, schema.get(), values,
                whole ? "the answer is no JSON: " + shown(c.answer) : "there is no JSON in the answer: " + shown(c.answer));
        });
    }};

}  // namespace llm
