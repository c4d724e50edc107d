/// A record: one line, one JSON object, kept as the bytes that were read. Members are spliced in; nothing is
/// printed anew, so `1.10` stays `1.10` and what a tool does not know survives in its place (llm-record(5)).
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "record/scan.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llm {

class Record {
public:
    Record() = default;
    /// Takes the line (without its newline). Throws Error{data} where it is no JSON object.
    static Record parse(std::string_view line, long number);
    /// The same into this one, whose memory is used again; false where it is no object (`reject` says why).
    bool load(std::string_view line, long number);
    /// Why the line loaded last is no record.
    Error reject() const;
    /// `{"prompt": …}` and the like, made by us.
    static Record of(const Json& object, long number = 1);

    const std::string& line() const noexcept { return line_; }
    long number() const noexcept { return number_; }  ///< line of the input, from 1

    /// The member's bytes as they stand, or nothing. null counts as absent.
    std::optional<std::string_view> raw(std::string_view name) const;
    bool has(std::string_view name) const { return raw(name).has_value(); }
    /// The member as a value; null where absent. Throws Error{data} for lone surrogates and the like.
    Json get(std::string_view name) const;
    /// The member as text; nothing where absent. Throws Error{data} where it is no string.
    std::optional<std::string> text(std::string_view name) const;
    /// The whole record as a value.
    Json value() const;

    /// Replaces the member's value where it stands, or adds it at the end.
    void set(std::string_view name, const Json& value) { set_raw(name, dump(value)); }
    /// The same with JSON text: valid, without newlines.
    void set_raw(std::string_view name, std::string_view json);
    /// Takes the member out with its comma. All of that name.
    void erase(std::string_view name);

    /// The record's id as JSON text ("\"a\"", "17"), or nothing.
    std::optional<std::string_view> id() const { return raw("id"); }

    const Scan& scanned() const noexcept { return scan_; }

private:
    std::string line_;
    Scan scan_;
    long number_ = 0;
};

/// `{"tool", "fault", "message", "status", "retry_after", "line"}` of llm-record(5).
Json error_member(const Error&, std::string_view tool, long line);
/// True for an `error` member as llm-record(5) has it: an object with a known `fault`.
std::optional<Fault> fault_of_error(std::string_view raw_error);
/// The line `{"error": {…, "line": N}, "raw": "…"}` for what is no record.
std::string broken_line(const Error&, std::string_view tool, long number, std::string_view raw);

/// Throws Error{data} where a reserved member is of another shape than llm-record(5) says; the message names the
/// member and the cure. Costs a look at each member's name.
void check_reserved(const Scan&, std::string_view line);

}  // namespace llm
