#include "cli/value.hpp"

#include "base/error.hpp"
#include "base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace llm {
std::string_view name(ValueKind k) noexcept {
    constexpr std::array<std::string_view, 8> names{"flag",     "text", "integer", "number",
                                                    "duration", "size", "choice",  "pair"};
    return names[static_cast<std::size_t>(k)];
}

long long read_integer(std::string_view word, long long lowest, long long highest) {
    long long v = 0;
    const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), v);
    if (ec == std::errc::result_out_of_range || (ec == std::errc{} && (v < lowest || v > highest)))
        throw Error(Fault::usage, "'{}' is out of range ({} to {})", word, lowest, highest);
    if (ec != std::errc{} || end != word.data() + word.size())
        throw Error(Fault::usage, "'{}' is no whole number", word);
    return v;
}

double read_number(std::string_view word) {
    double v = 0;
    const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), v);
    if (ec != std::errc{} || end != word.data() + word.size() || !std::isfinite(v))
        throw Error(Fault::usage, "'{}' is no number", word);
    return v;
}

Duration read_duration(std::string_view word) {
    const auto seconds = parse_duration(word);
    if (!seconds) throw Error(Fault::usage, "'{}' is no time; write 500ms, 30s, 2m, 1h or 7d", word);
    return Duration{std::llround(*seconds * 1000)};
}

std::string show_duration(Duration d) {
    const long long ms = d.count();
    if (ms % 1000 != 0) return fmt::format("{}ms", ms);
    const long long s = ms / 1000;
    if (s != 0 && s % 86400 == 0) return fmt::format("{}d", s / 86400);
    if (s != 0 && s % 3600 == 0) return fmt::format("{}h", s / 3600);
    if (s != 0 && s % 60 == 0) return fmt::format("{}m", s / 60);
    return fmt::format("{}s", s);
}

ByteSize read_size(std::string_view word) {
    const auto bytes = parse_size(word);
    if (!bytes) throw Error(Fault::usage, "'{}' is no size; write 4096, 64KiB, 10MB or 1GiB", word);
    return ByteSize{*bytes};
}

std::string show_size(ByteSize s) {
    constexpr std::array<std::string_view, 4> units{"", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    while (unit + 1 < units.size() && s.bytes != 0 && s.bytes % 1024 == 0) {
        s.bytes /= 1024;
        ++unit;
    }
    return fmt::format("{}{}", s.bytes, units[unit]);
}

std::string show_number(double v) { return fmt::format("{}", v); }

}  // namespace llm
