#include "log/when.hpp"

#include "base/error.hpp"
#include "base/units.hpp"

#include <chrono>
#include <cmath>
#include <ctime>
#include <optional>

namespace llm {
namespace {

constexpr std::int64_t second = 1'000'000;

/// Reads `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::int64_t> take_fraction(std::string_view& text) {
    if (!take(text, '.')) return 0;
    std::int64_t value = 0, unit = second / 10;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits, unit /= 10)
        value += unit * (text[digits] - '0');
    text.remove_prefix(digits);
    return digits ? std::optional(value) : std::nullopt;
}

/// Seconds east of Greenwich; nothing where `text` is empty or no zone.
std::optional<long> zone(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
    const long sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2);
    take(text, ':');
    const auto minutes = take_digits(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 15 || *minutes > 59) return std::nullopt;
    return sign * (*hours * 3600L + *minutes * 60L);
}

std::optional<std::int64_t> parse_date(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    using namespace std::chrono;
    if (!day || !(std::chrono::year{*year} / *month / *day).ok()) return std::nullopt;
    std::tm parts{};
    parts.tm_year = *year - 1900;
    parts.tm_mon = *month - 1;
    parts.tm_mday = *day;
    parts.tm_isdst = -1;
    std::int64_t fraction = 0;
    if (!text.empty()) {
        if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
        const auto hour = take_digits(text, 2);
        if (!hour || !take(text, ':')) return std::nullopt;
        const auto minute = take_digits(text, 2);
        const auto seconds = take(text, ':') ? take_digits(text, 2) : std::optional(0);
        const auto part = take_fraction(text);
        if (!minute || !seconds || !part || *hour > 23 || *minute > 59 || *seconds > 60) return std::nullopt;
        parts.tm_hour = *hour;
        parts.tm_min = *minute;
        parts.tm_sec = *seconds;
        fraction = *part;
    }
    if (text.empty()) return std::mktime(&parts) * second + fraction;
    const auto offset = zone(text);
    if (!offset) return std::nullopt;
    return (::timegm(&parts) - *offset) * second + fraction;
}

std::int64_t start_of_day(std::int64_t time, int days_before) {
    const std::time_t seconds = time / second;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
    parts.tm_mday -= days_before;
    parts.tm_isdst = -1;
    return std::mktime(&parts) * second;
}

}  // namespace

std::int64_t parse_when(std::string_view text, std::int64_t now) {
    if (text == "now") return now;
    if (text == "today") return start_of_day(now, 0);
    if (text == "yesterday") return start_of_day(now, 1);
    if (const auto date = parse_date(text)) return *date;
    const bool has_unit = text.find_first_not_of("0123456789. ") != text.npos;
    if (const auto before = has_unit ? parse_duration(text) : std::nullopt)
        return now - static_cast<std::int64_t>(std::llround(*before * second));
    throw Error(Fault::usage, "'{}' is no point in time; write 2026-11-23, 2026-11-23T10:30, yesterday, or 2h for two hours ago",
                text);
}

std::string show_time(std::int64_t time) {
    const std::int64_t whole = time >= 0 ? time / second : (time - second + 1) / second;
    const std::time_t seconds = whole;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec, (time - whole * second) / 1000);
}

std::string local_day(std::int64_t time) {
    const std::time_t seconds = time / second;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::int64_t unix_microseconds() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace llm
