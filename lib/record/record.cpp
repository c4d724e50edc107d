#include "record/record.hpp"

#include "base/utf8.hpp"

#include <array>

namespace llm {
namespace {

constexpr std::size_t raw_limit = 64 * 1024;  // of a broken line, kept in the error record

enum class Shape { text, scalar, object, list, schema, any };
struct Reserved {
    std::string_view name;
    Shape shape;
};
constexpr std::array<Reserved, 19> reserved{{
    {"id", Shape::scalar},       {"prompt", Shape::text},     {"system", Shape::text},    {"messages", Shape::list},
    {"model", Shape::text},      {"options", Shape::object},  {"schema", Shape::schema},  {"tools", Shape::list},
    {"attachments", Shape::list}, {"context", Shape::list},   {"route", Shape::object},   {"cache", Shape::object},
    {"response", Shape::object}, {"guard", Shape::object},    {"eval", Shape::object},    {"error", Shape::object},
    {"raw", Shape::text},        {"expect", Shape::any},      {"reference", Shape::any},
}};

std::string_view words(Shape s) {
    switch (s) {
        case Shape::text: return "a string";
        case Shape::scalar: return "a string or a number";
        case Shape::object: return "an object";
        case Shape::list: return "a list";
        case Shape::schema: return "an object";
        case Shape::any: break;
    }
    return "a value";
}

bool fits(Shape shape, char first) {
    switch (shape) {
        case Shape::text: return first == '"';
        case Shape::scalar: return first == '"' || first == '-' || (first >= '0' && first <= '9');
        case Shape::object: return first == '{';
        case Shape::list: return first == '[';
        case Shape::schema: return first == '{' || first == 't' || first == 'f';
        case Shape::any: return true;
    }
    return true;
}

std::string_view span(std::string_view line, const MemberSpan& m) {
    return line.substr(m.value_begin, m.value_end - m.value_begin);
}

[[noreturn]] void wrong_shape(std::string_view name, std::string_view wanted) {
    throw Error(Fault::data, "'{}' is a reserved member and must be {}; if it is data of your own, use --wrap NAME to put the whole object under NAME",
                name, wanted);
}

bool is_null(std::string_view raw) { return raw == "null"; }

}  // namespace

Record Record::parse(std::string_view line, long number) {
    Record r;
    if (!r.load(line, number)) throw r.reject();
    return r;
}

bool Record::load(std::string_view line, long number) {
    line_.assign(line);
    number_ = number;
    scan(line_, scan_);
    return scan_.kind == Scan::Kind::object;
}

Error Record::reject() const {
    if (scan_.kind == Scan::Kind::blank) return {Fault::data, "line {} is blank", number_};
    if (scan_.kind == Scan::Kind::invalid)
        return {Fault::data, "line {} is no JSON: {} at byte {}; a record is one JSON object a line (for plain text use --lines or -)",
                number_, scan_.what, scan_.bad_at + 1};
    return {Fault::data, "line {} is JSON but no object; a record is one JSON object a line (for plain text use --lines or -)", number_};
}

Record Record::of(const Json& object, long number) { return parse(dump(object), number); }

std::optional<std::string_view> Record::raw(std::string_view name) const {
    const MemberSpan* m = find(scan_, line_, name);
    if (m == nullptr) return std::nullopt;
    const std::string_view v = span(line_, *m);
    if (is_null(v)) return std::nullopt;
    return v;
}

Json Record::get(std::string_view name) const {
    const auto v = raw(name);
    if (!v) return {};
    try {
        return Json::parse(*v);
    } catch (const Json::exception& e) {
        throw Error(Fault::data, "'{}' cannot be read: {}", name, e.what());
    }
}

std::optional<std::string> Record::text(std::string_view name) const {
    const auto v = raw(name);
    if (!v) return std::nullopt;
    if (v->front() != '"') throw Error(Fault::data, "'{}' must be a string, not {}", name, truncate_utf8(*v, 40));
    return unescape(*v);
}

Json Record::value() const {
    try {
        return Json::parse(line_);
    } catch (const Json::exception& e) {
        throw Error(Fault::data, "line {} cannot be read: {}", number_, e.what());
    }
}

void Record::set_raw(std::string_view name, std::string_view json) {
    if (const MemberSpan* found = find(scan_, line_, name)) {
        const MemberSpan m = *found;
        line_.replace(m.value_begin, m.value_end - m.value_begin, json);
        const auto longer = static_cast<std::ptrdiff_t>(json.size()) - static_cast<std::ptrdiff_t>(m.value_end - m.value_begin);
        const auto moved = [&](std::size_t& at) {
            if (at >= m.value_end) at = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + longer);
        };
        for (MemberSpan& other : scan_.members) {
            moved(other.key_begin);
            moved(other.key_end);
            moved(other.value_begin);
            moved(other.value_end);
        }
        moved(scan_.close);
        return;
    }
    // behind the last member, so that white space before the brace stays where it was
    const bool first = scan_.members.empty();
    const std::size_t at = first ? scan_.open + 1 : scan_.members.back().value_end;
    const std::string key = quote(name);
    std::string piece;
    piece.reserve(key.size() + json.size() + 2);
    if (!first) piece += ',';
    piece.append(key).append(1, ':').append(json);
    line_.insert(at, piece);
    MemberSpan m{};
    m.key_begin = at + (first ? 1 : 2);
    m.key_end = m.key_begin + key.size() - 2;
    m.value_begin = m.key_end + 2;
    m.value_end = m.value_begin + json.size();
    scan_.members.push_back(m);
    scan_.close += piece.size();
}

void Record::erase(std::string_view name) {
    while (const MemberSpan* m = find(scan_, line_, name)) {
        const auto i = static_cast<std::size_t>(m - scan_.members.data());
        std::size_t from = m->key_begin - 1;
        std::size_t to = m->value_end;
        if (i + 1 < scan_.members.size()) to = scan_.members[i + 1].key_begin - 1;
        else if (i > 0) from = scan_.members[i - 1].value_end;
        line_.erase(from, to - from);
        scan(line_, scan_);
    }
}

Json error_member(const Error& e, std::string_view tool, long line) {
    Json j{{"tool", tool}, {"fault", name(e.fault)}, {"message", e.what()}};
    if (e.status) j["status"] = *e.status;
    if (e.retry_after) j["retry_after"] = *e.retry_after;
    if (const long n = e.line.value_or(line); n > 0) j["line"] = n;
    return j;
}

std::optional<Fault> fault_of_error(std::string_view raw_error) {
    Scan inner;
    scan(raw_error, inner);
    const MemberSpan* m = find(inner, raw_error, "fault");
    if (m == nullptr) return std::nullopt;
    const std::string_view v = span(raw_error, *m);
    return v.front() == '"' ? fault_named(unescape(v)) : std::nullopt;
}

std::string broken_line(const Error& e, std::string_view tool, long number, std::string_view raw) {
    const bool cut = raw.size() > raw_limit;
    if (cut) raw = raw.substr(0, raw_limit);
    return fmt::format("{{\"error\":{},\"raw\":{}}}", dump(error_member(e, tool, number)), quote(raw));
}

void check_reserved(const Scan& s, std::string_view line) {
    for (const MemberSpan& m : s.members) {
        const std::string_view key = line.substr(m.key_begin, m.key_end - m.key_begin);
        if (key.size() < 2 || key.size() > 11) continue;
        for (const Reserved& r : reserved) {
            if (r.name.size() != key.size() || r.name != key) continue;
            const std::string_view value = span(line, m);
            if (is_null(value)) break;
            if (!fits(r.shape, value.front())) wrong_shape(key, words(r.shape));
            if (key == "error" && !fault_of_error(value)) wrong_shape(key, "an object with a known 'fault'");
            if (key == "response") {
                Scan inner;
                scan(value, inner);
                if (!find(inner, value, "text") && !find(inner, value, "json") && !find(inner, value, "tool_calls"))
                    wrong_shape(key, "an object with 'text', 'json' or 'tool_calls'");
            }
            break;
        }
    }
}

}  // namespace llm
