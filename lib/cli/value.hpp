/// Words of the command line as values. A value type is anything with a Value<T> here: text, whole and
/// real numbers, times, KEY VALUE pairs, and optional or vector of those. Every read() throws
/// Error{usage} with the end of a sentence ("'abc' is no whole number"); the caller names the option.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

enum class ValueKind { flag, text, integer, number, duration, size, choice, pair };
/// "flag", "text", "integer", … as --describe prints it.
std::string_view name(ValueKind) noexcept;

/// A number of bytes: `512`, `64KiB`, `1GiB`, `10MB`.
struct ByteSize {
    std::uint64_t bytes = 0;
    friend bool operator==(const ByteSize&, const ByteSize&) = default;
};

using KeyValue = std::pair<std::string, std::string>;
using Duration = std::chrono::milliseconds;

long long read_integer(std::string_view, long long lowest, long long highest);
double read_number(std::string_view);
/// As parse_duration of base/units.hpp has it: `500ms`, `30s`, `2m`, `1h30m`, `7d`; a bare number is seconds.
Duration read_duration(std::string_view);
/// The shortest of the same: 90000 ms is `90s`, 120000 ms is `2m`.
std::string show_duration(Duration);
ByteSize read_size(std::string_view);
std::string show_size(ByteSize);
std::string show_number(double);

template <typename T>
struct Value;

template <>
struct Value<std::string> {
    static constexpr ValueKind kind = ValueKind::text;
    static constexpr bool repeated = false;
    static void read(std::string_view word, std::string& to) { to = word; }
    static std::string show(const std::string& v) { return v; }
};

template <std::integral T>
    requires(!std::same_as<T, bool>)
struct Value<T> {
    static constexpr ValueKind kind = ValueKind::integer;
    static constexpr bool repeated = false;
    static void read(std::string_view word, T& to) {
        constexpr long long lowest = std::is_signed_v<T> ? static_cast<long long>(std::numeric_limits<T>::min()) : 0;
        constexpr long long highest = sizeof(T) < sizeof(long long) || std::is_signed_v<T>
                                          ? static_cast<long long>(std::numeric_limits<T>::max())
                                          : std::numeric_limits<long long>::max();
        to = static_cast<T>(read_integer(word, lowest, highest));
    }
    static std::string show(T v) { return std::to_string(v); }
};

template <>
struct Value<double> {
    static constexpr ValueKind kind = ValueKind::number;
    static constexpr bool repeated = false;
    static void read(std::string_view word, double& to) { to = read_number(word); }
    static std::string show(double v) { return show_number(v); }
};

template <>
struct Value<Duration> {
    static constexpr ValueKind kind = ValueKind::duration;
    static constexpr bool repeated = false;
    static void read(std::string_view word, Duration& to) { to = read_duration(word); }
    static std::string show(Duration v) { return show_duration(v); }
};

template <>
struct Value<ByteSize> {
    static constexpr ValueKind kind = ValueKind::size;
    static constexpr bool repeated = false;
    static void read(std::string_view word, ByteSize& to) { to = read_size(word); }
    static std::string show(ByteSize v) { return show_size(v); }
};

template <>
struct Value<KeyValue> {
    static constexpr ValueKind kind = ValueKind::pair;
    static constexpr bool repeated = false;
};

/// Absent until the option is given, so that a flag can be told from its default.
template <typename T>
struct Value<std::optional<T>> {
    static constexpr ValueKind kind = Value<T>::kind;
    static constexpr bool repeated = false;
    static void read(std::string_view word, std::optional<T>& to) {
        T v{};
        Value<T>::read(word, v);
        to = std::move(v);
    }
    static std::string show(const std::optional<T>& v) { return v ? Value<T>::show(*v) : std::string{}; }
};

/// One element each time the option is given.
template <typename T>
struct Value<std::vector<T>> {
    static constexpr ValueKind kind = Value<T>::kind;
    static constexpr bool repeated = true;
    static void read(std::string_view word, std::vector<T>& to) {
        T v{};
        Value<T>::read(word, v);
        to.push_back(std::move(v));
    }
    static std::string show(const std::vector<T>&) { return {}; }
};

}  // namespace llm
