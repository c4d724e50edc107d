#include "pace/rate_headers.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string_view>

namespace llm {
namespace {

constexpr double longest = 90;
/// OpenAI's and Anthropic's resets tell when the limit is full again, and it fills all the time: of a longer one a tenth is waited for.
constexpr double worth_waiting = 10;
/// Below this part of the limit what is left is spread over the time until it is filled up again.
constexpr double scarce = .1;

std::optional<double> number(std::string_view s) {
    double d = 0;
    const auto [end, code] = std::from_chars(s.data(), s.data() + s.size(), d);
    if (code != std::errc{} || end != s.data() + s.size() || !(d >= 0)) return std::nullopt;
    return d;
}

/// "6m0s", "1.5s", "20ms", "1h2m3s", "2d".
std::optional<double> span(std::string_view s) {
    double sum = 0;
    if (s.empty()) return std::nullopt;
    while (!s.empty()) {
        double d = 0;
        const auto [end, code] = std::from_chars(s.data(), s.data() + s.size(), d);
        if (code != std::errc{} || d < 0) return std::nullopt;
        s.remove_prefix(static_cast<std::size_t>(end - s.data()));
        const auto unit = [&s](std::string_view name) {
            if (!s.starts_with(name)) return false;
            s.remove_prefix(name.size());
            return true;
        };
        if (unit("ms")) sum += d / 1000;
        else if (unit("d")) sum += d * 86400;
        else if (unit("h")) sum += d * 3600;
        else if (unit("m")) sum += d * 60;
        else if (unit("s")) sum += d;
        else return std::nullopt;
    }
    return sum;
}

/// RFC 3339: "2026-11-24T01:02:03Z", with a fraction or an offset.
std::optional<double> date(std::string_view text, double now) {
    std::tm t{};
    const std::string s{text};
    int used = 0;
    if (std::sscanf(s.c_str(), "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &used) != 6) return std::nullopt;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    double at = static_cast<double>(timegm(&t));
    std::string_view rest = text.substr(std::min<std::size_t>(static_cast<std::size_t>(used), text.size()));
    if (!rest.empty() && rest.front() == '.') {
        double fraction = 0;
        const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), fraction);
        if (code == std::errc{}) at += fraction;
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    }
    int hours = 0, minutes = 0;
    if (rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && std::sscanf(std::string{rest.substr(1)}.c_str(), "%2d:%2d", &hours, &minutes) == 2)
        at -= (rest[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return std::max(0.0, at - now);
}

struct Names {
    std::string_view limit, remaining, reset;
};
constexpr Names all[] = {
    {"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
    {"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
    {"anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
    {"anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"},
    {"anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
    {"anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
    {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"},
};

}  // namespace

RateHint rate_hint(const Headers& headers, double now) {
    RateHint hint;
    const auto value = [&headers](std::string_view name) -> std::optional<std::string_view> {
        const auto it = headers.find(std::string{name});
        return it == headers.end() ? std::nullopt : std::optional<std::string_view>{it->second};
    };
    for (const Names& n : all) {
        const auto left_text = value(n.remaining);
        if (!left_text) continue;
        const auto left = number(*left_text);
        const auto reset_text = value(n.reset);
        if (!left || !reset_text) continue;
        auto reset = number(*reset_text);
        if (!reset) reset = span(*reset_text);
        if (!reset) reset = date(*reset_text, now);
        if (!reset || *reset <= 0) continue;
        const double until = std::min(*reset, longest);
        if (*left < 1) {
            const bool window = n.reset == "ratelimit-reset";
            hint.wait = std::max(hint.wait, window || *reset <= worth_waiting ? until : std::min(longest, std::max(worth_waiting, *reset / 10)));
            continue;
        }
        const auto limit_text = value(n.limit);
        const auto limit = limit_text ? number(*limit_text) : std::nullopt;
        // tokens left do not tell how many calls that is: only requests are spaced
        const bool counts_calls = n.remaining.find("tokens") == std::string_view::npos;
        if (counts_calls && limit && *left <= scarce * *limit && until / *left > hint.spacing) {
            hint.spacing = until / *left;
            hint.lasts = until;
        }
    }
    return hint;
}

}  // namespace llm
