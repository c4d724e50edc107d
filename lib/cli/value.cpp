#include "cli/value.hpp"

#include "base/error.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace llm {
namespace {

struct Unit {
    std::string_view name;
    double factor;
};
constexpr std::array<Unit, 5> time_units{{{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}}};
constexpr std::array<Unit, 12> size_units{{{"B", 1},
                                           {"k", 1e3},
                                           {"kB", 1e3},
                                           {"KB", 1e3},
                                           {"MB", 1e6},
                                           {"GB", 1e9},
                                           {"KiB", 1024},
                                           {"K", 1024},
                                           {"MiB", 1048576},
                                           {"M", 1048576},
                                           {"GiB", 1073741824},
                                           {"G", 1073741824}}};

std::optional<double> leading_number(std::string_view& text) {
    double v = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v, std::chars_format::fixed);
    if (ec != std::errc{} || !std::isfinite(v) || v < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return v;
}

template <typename Units>
const Unit* unit_named(const Units& units, std::string_view name) {
    for (const auto& u : units)
        if (u.name == name) return &u;
    return nullptr;
}

}  // namespace

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
    const auto fail = [word] {
        return Error(Fault::usage, "'{}' is no time; write 500ms, 30s, 2m, 1h or 7d", word);
    };
    std::string_view rest = word;
    double total = 0;
    do {
        const auto n = leading_number(rest);
        if (!n) throw fail();
        const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789."));
        rest.remove_prefix(unit.size());
        const Unit* u = unit.empty() && rest.empty() ? &time_units[1] : unit_named(time_units, unit);
        if (!u) throw fail();
        total += *n * u->factor;
    } while (!rest.empty());
    if (total > 3.2e12) throw Error(Fault::usage, "'{}' is more than a hundred years", word);
    return Duration{std::llround(total)};
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
    std::string_view rest = word;
    const auto n = leading_number(rest);
    const Unit* u = rest.empty() ? &size_units[0] : unit_named(size_units, rest);
    if (!n || !u) throw Error(Fault::usage, "'{}' is no size; write 4096, 64KiB, 10MB or 1GiB", word);
    const double bytes = *n * u->factor;
    if (bytes > 9e15) throw Error(Fault::usage, "'{}' is more than this program can count", word);
    return ByteSize{static_cast<std::uint64_t>(std::llround(bytes))};
}

std::string show_size(ByteSize s) {
    constexpr std::array<Unit, 3> shown{{{"GiB", 1073741824}, {"MiB", 1048576}, {"KiB", 1024}}};
    for (const auto& u : shown) {
        const auto factor = static_cast<std::uint64_t>(u.factor);
        if (s.bytes != 0 && s.bytes % factor == 0) return fmt::format("{}{}", s.bytes / factor, u.name);
    }
    return std::to_string(s.bytes);
}

std::string show_number(double v) { return fmt::format("{}", v); }

}  // namespace llm
