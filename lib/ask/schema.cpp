#include "ask/schema.hpp"

#include "base/ascii.hpp"
#include "base/error.hpp"

#define VALIJSON_USE_EXCEPTIONS 1  // without it a schema it cannot read ends the process
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <set>

#include <pthread.h>

namespace llm {
namespace {

struct ShortType {
    std::string_view name, type;
};
constexpr std::array<ShortType, 9> short_types{{{"str", "string"},
                                                {"string", "string"},
                                                {"text", "string"},
                                                {"int", "integer"},
                                                {"integer", "integer"},
                                                {"float", "number"},
                                                {"number", "number"},
                                                {"bool", "boolean"},
                                                {"boolean", "boolean"}}};

Json short_type(std::string_view word) {
    if (word.size() >= 2 && word.front() == '[' && word.back() == ']')
        return {{"type", "array"}, {"items", short_type(trimmed(word.substr(1, word.size() - 2)))}};
    if (word.find('|') != std::string_view::npos) {
        Json values = Json::array();
        while (!word.empty()) {
            const std::size_t bar = word.find('|');
            values.push_back(std::string{trimmed(word.substr(0, bar))});
            word = bar == std::string_view::npos ? std::string_view{} : word.substr(bar + 1);
        }
        return {{"type", "string"}, {"enum", std::move(values)}};
    }
    std::vector<std::string_view> names;
    for (const auto& t : short_types) {
        if (t.name == word) return {{"type", t.type}};
        names.push_back(t.name);
    }
    const std::string near = nearest(word, names);
    throw Error(Fault::usage, "--schema: '{}' is no type{}; types are str, int, float, bool, [type] for a list, a|b|c for one of these words", word,
                near.empty() ? "" : " (did you mean '" + near + "'?)");
}

Json object_of_fields(std::string_view text) {
    Json properties = Json::object();
    Json required = Json::array();
    while (!text.empty()) {
        const std::size_t end = text.find_first_of(",\n");
        std::string_view field = trimmed(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (field.empty()) continue;
        std::string_view description;
        if (const std::size_t colon = field.find(':'); colon != std::string_view::npos) {
            description = trimmed(field.substr(colon + 1));
            field = trimmed(field.substr(0, colon));
        }
        const std::size_t blank = field.find_first_of(" \t");
        std::string name{field.substr(0, blank)};
        const std::string_view type = blank == std::string_view::npos ? "string" : trimmed(field.substr(blank));
        const bool optional = name.size() > 1 && name.back() == '?';
        if (optional) name.pop_back();
        for (const char c : name)
            if (!(std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80))
                throw Error(Fault::usage, "--schema: '{}' is no field's name; write 'name, age int', a file or JSON", name);
        if (properties.contains(name)) throw Error(Fault::usage, "--schema: the field '{}' stands twice", name);
        properties[name] = short_type(type);
        if (!description.empty()) properties[name]["description"] = description;
        if (!optional) required.push_back(name);
    }
    if (properties.empty()) throw Error(Fault::usage, "--schema: no field in it; write 'name, age int', a file or JSON");
    return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}, {"additionalProperties", false}};
}

Json list_of(Json item) {
    return {{"type", "object"},
            {"properties", {{"items", {{"type", "array"}, {"items", std::move(item)}}}}},
            {"required", {"items"}},
            {"additionalProperties", false}};
}

Json parsed(std::string_view text, std::string_view from) {
    try {
        Json j = Json::parse(text);
        if (!j.is_object()) throw Error(Fault::usage, "--schema: {} holds JSON but no schema, which is an object", from);
        return j;
    } catch (const Json::parse_error& e) {
        throw Error(Fault::usage, "--schema: {} is no JSON: {}", from, e.what());
    }
}

}  // namespace

Json schema_of(std::string_view given) {
    const std::string_view text = trimmed(given);
    if (text.starts_with('{')) return parsed(text, "the text given");
    std::error_code ignored;
    const std::filesystem::path path{std::string{text}};
    if (text.find('\n') == std::string_view::npos && std::filesystem::is_regular_file(path, ignored)) {
        std::ifstream file{path, std::ios::binary};
        if (!file) throw Error(Fault::usage, "--schema: {} cannot be read", text);
        return parsed(std::string{std::istreambuf_iterator<char>{file}, {}}, text);
    }
    if (text.ends_with(".json") || text.find('/') != std::string_view::npos) throw Error(Fault::usage, "--schema: no file {}", text);
    if (text.starts_with("list of ")) return list_of(object_of_fields(text.substr(8)));
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') return list_of(object_of_fields(text.substr(1, text.size() - 2)));
    return object_of_fields(text);
}

namespace {

using Plain = nlohmann::json;

/// A reference that leads back to itself would be followed for ever.
void refuse_circles(const Plain& node, const Plain& root) {
    if (node.is_object()) {
        std::set<std::string> seen;
        for (const Plain* at = &node; at->is_object() && at->contains("$ref") && (*at)["$ref"].is_string();) {
            const std::string ref = (*at)["$ref"].get<std::string>();
            if (!ref.starts_with('#')) break;
            if (!seen.insert(ref).second || (ref == "#" && root.contains("$ref")))
                throw Error(Fault::data, "the schema cannot be used: the reference '{}' leads back to itself", ref);
            const Plain::json_pointer target{ref.substr(1)};
            if (!root.contains(target)) break;  // the parser says so
            at = &root[target];
        }
    }
    if (node.is_structured())
        for (const Plain& inner : node) refuse_circles(inner, root);
}

bool has_expressions(const Plain& node) {
    if (node.is_object() && (node.contains("pattern") || node.contains("patternProperties") || node.contains("format"))) return true;
    return node.is_structured() && std::any_of(node.begin(), node.end(), has_expressions);
}

std::size_t longest_text(const Plain& node) {
    std::size_t longest = node.is_string() ? node.get_ref<const std::string&>().size() : 0;
    if (node.is_structured())
        for (const Plain& inner : node) longest = std::max(longest, longest_text(inner));
    return longest;
}

// std::regex recurses once and more for each character it matches.
constexpr std::size_t fits_any_stack = 2000;
constexpr std::size_t fits_large_stack = 100'000;
constexpr std::size_t large_stack = std::size_t{1} << 30;  // address space; only what is used becomes memory

/// Runs `work` to its end on a stack that has room for it.
void on_large_stack(const std::function<void()>& work) {
    struct Job {
        const std::function<void()>& work;
        std::exception_ptr thrown;
    } job{work, nullptr};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_t thread{};
    const auto body = [](void* given) -> void* {
        auto& j = *static_cast<Job*>(given);
        try {
            j.work();
        } catch (...) {
            j.thrown = std::current_exception();
        }
        return nullptr;
    };
    const bool started = pthread_attr_setstacksize(&attributes, large_stack) == 0 && pthread_create(&thread, &attributes, body, &job) == 0;
    pthread_attr_destroy(&attributes);
    if (!started) throw Error(Fault::internal, "no memory to check a long text against a pattern of the schema");
    pthread_join(thread, nullptr);
    if (job.thrown) std::rethrow_exception(job.thrown);
}

}  // namespace

struct SchemaCheck::State {
    nlohmann::json document;  // the adapter knows this type alone; the schema borrows from it
    valijson::Schema schema;
    bool expressions = false;
};

SchemaCheck::SchemaCheck(const Json& schema) : state_(std::make_unique<State>()) {
    try {
        state_->document = nlohmann::json::parse(dump(schema));
        valijson::SchemaParser parser{valijson::SchemaParser::kDraft7};
        refuse_circles(state_->document, state_->document);
        const valijson::adapters::NlohmannJsonAdapter adapter{state_->document};
        parser.populateSchema(adapter, state_->schema);
        state_->expressions = has_expressions(state_->document);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& e) {
        throw Error(Fault::data, "the schema cannot be used: {}", e.what());
    }
}

SchemaCheck::~SchemaCheck() = default;
SchemaCheck::SchemaCheck(SchemaCheck&&) noexcept = default;
SchemaCheck& SchemaCheck::operator=(SchemaCheck&&) noexcept = default;

std::vector<std::string> SchemaCheck::violations(const Json& value) const {
    std::vector<std::string> out;
    const nlohmann::json plain = nlohmann::json::parse(dump(value));
    const valijson::adapters::NlohmannJsonAdapter adapter{plain};
    valijson::ValidationResults results;
    valijson::Validator validator;
    const std::size_t longest = state_->expressions ? longest_text(plain) : 0;
    if (longest > fits_large_stack)
        return {fmt::format("answer: a text of {} bytes is too long to be checked against a pattern", longest)};
    bool satisfied = false;
    const auto validate = [&] { satisfied = validator.validate(state_->schema, adapter, &results); };
    try {
        if (longest > fits_any_stack) on_large_stack(validate);
        else validate();
    } catch (const std::regex_error& e) {
        throw Error(Fault::data, "a pattern of the schema cannot be used: {}", e.what());
    }
    if (satisfied) return out;
    valijson::ValidationResults::Error error;
    while (out.size() < 10 && results.popError(error)) {
        std::string where = "answer";
        for (const auto& step : error.context)
            if (step != "<root>") where += step;
        out.push_back(where + ": " + error.description);
    }
    if (out.empty()) out.emplace_back("answer: it does not satisfy the schema");
    return out;
}

namespace {

/// As deep as a record may be. Trees are destroyed and printed by recursion, and an answer may hold anything.
bool is_shallow(std::string_view text) {
    constexpr long deepest = 1000;
    long depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\') ++i;
            else quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest) return false;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return true;
}

}  // namespace

Json json_in(std::string_view text) {
    const auto attempt = [](std::string_view t) {
        return is_shallow(t) ? read_json(t) : Json(Json::value_t::discarded);
    };
    Json j = attempt(trimmed(text));
    if (!j.is_discarded()) return j;
    j = attempt(last_fenced_block(text));
    if (!j.is_discarded()) return j;
    for (const auto& [open, close] : {std::pair{'{', '}'}, std::pair{'[', ']'}}) {
        const std::size_t from = text.find(open);
        const std::size_t to = text.rfind(close);
        if (from == std::string_view::npos || to == std::string_view::npos || to < from) continue;
        j = attempt(text.substr(from, to - from + 1));
        if (!j.is_discarded()) return j;
    }
    return j;
}

std::string last_fenced_block(std::string_view text) {
    std::string block, open;
    std::string last{text};
    std::size_t at = 0;
    while (at <= text.size()) {
        std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) end = text.size();
        const std::string_view line = text.substr(at, end - at);
        std::string_view bare = line;
        for (int i = 0; i < 3 && bare.starts_with(' '); ++i) bare.remove_prefix(1);
        const char mark = bare.empty() ? '\0' : bare.front();
        const std::size_t run = mark == '`' || mark == '~' ? std::min(bare.find_first_not_of(mark), bare.size()) : 0;
        if (open.empty() && run >= 3) {
            open = std::string{bare.substr(0, run)};
            block.clear();
        } else if (!open.empty() && run >= open.size() && mark == open.front() && trimmed(bare.substr(run)).empty()) {
            last = block;
            open.clear();
        } else if (!open.empty()) {
            block.append(line).push_back('\n');
        }
        at = end + 1;
    }
    if (!open.empty()) last = block;
    if (last.size() != text.size() && last.ends_with('\n')) last.pop_back();
    return last;
}

}  // namespace llm
