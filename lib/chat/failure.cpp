#include "chat/failure.hpp"

#include "base/utf8.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <ctime>

namespace llm {
namespace {

constexpr std::size_t longest_message = 500;

std::string_view trim(std::string_view s) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!s.empty() && blank(s.front())) s.remove_prefix(1);
    while (!s.empty() && blank(s.back())) s.remove_suffix(1);
    return s;
}

Fault fault_of(int status) {
    switch (status) {
    case 400: case 402: case 404: case 405: case 413: case 422: return Fault::refused;
    case 401: case 403: return Fault::auth;
    case 408: case 504: return Fault::timeout;
    case 409: case 425: case 429: return Fault::rate_limit;
    default: return Fault::provider;
    }
}

std::string_view meaning_of(int status) {
    switch (status) {
    case 400: case 422: return "the request was rejected";
    case 401: case 403: return "the key was rejected";
    case 402: return "payment is required";
    case 404: return "nothing is there; check the model's name and base_url";
    case 405: return "the address takes no such request; check base_url";
    case 408: case 504: return "the provider took too long";
    case 409: case 425: case 429: return "too many requests";
    case 413: return "the request is too large";
    case 529: return "the provider is overloaded";
    default: break;
    }
    if (status >= 300 && status < 400) return "the provider redirects elsewhere; check base_url";
    return status >= 500 ? "the provider failed" : "an unexpected answer";
}

std::optional<double> number(std::string_view s) {
    s = trim(s);
    double d = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), d);
    if (error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
    return d;
}

int digits(std::string_view s, std::size_t at, std::size_t n) {
    if (at + n > s.size()) return -1;
    int v = 0;
    for (const char c : s.substr(at, n)) {
        if (c == ' ' && v == 0) continue;
        if (c < '0' || c > '9') return -1;
        v = v * 10 + (c - '0');
    }
    return v;
}

int month_at(std::string_view s, std::size_t at) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (at + 3 > s.size()) return -1;
    const std::size_t found = months.find(s.substr(at, 3));
    return found == months.npos || found % 3 ? -1 : static_cast<int>(found / 3);
}

// The three forms of RFC 9110 §5.6.7:
//   Sun, 06 Nov 1994 08:49:37 GMT    Sunday, 06-Nov-94 08:49:37 GMT    Sun Nov  6 08:49:37 1994
std::optional<double> http_date(std::string_view s) {
    s = trim(s);
    std::tm t{};
    int year = -1;
    std::size_t clock = 0;
    const std::size_t comma = s.find(", ");
    if (comma == s.npos) {
        t.tm_mon = month_at(s, 4);
        t.tm_mday = digits(s, 8, 2);
        clock = 11;
        year = digits(s, 20, 4);
    } else {
        s.remove_prefix(comma + 2);
        t.tm_mday = digits(s, 0, 2);
        t.tm_mon = month_at(s, 3);
        const bool old = s.size() > 6 && s[6] == '-';
        year = digits(s, 7, old ? 2 : 4);
        if (old && year >= 0) year += year < 70 ? 2000 : 1900;
        clock = old ? 10 : 12;
    }
    t.tm_hour = digits(s, clock, 2);
    t.tm_min = digits(s, clock + 3, 2);
    t.tm_sec = digits(s, clock + 6, 2);
    if (year < 1970 || t.tm_mon < 0 || t.tm_mday < 1 || t.tm_mday > 31 || t.tm_hour < 0 || t.tm_hour > 23 ||
        t.tm_min < 0 || t.tm_min > 59 || t.tm_sec < 0 || t.tm_sec > 60)
        return std::nullopt;
    t.tm_year = year - 1900;
    return static_cast<double>(timegm(&t));
}

/// What lies beyond a year is a date or a slip, and no pause.
std::optional<double> within_a_year(double seconds) { return seconds >= 0 && seconds <= 366.0 * 86400 ? std::optional{seconds} : std::nullopt; }

double now_for(const Headers& headers) {
    if (const auto it = headers.find("date"); it != headers.end())
        if (const auto date = http_date(it->second)) return *date;
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string first_line_of_text(std::string_view body) {
    std::string out;
    const std::size_t end = std::min<std::size_t>(body.size(), 16384);
    for (std::size_t i = 0; i < end; ++i) {
        if (body[i] == '<') {
            const std::string_view rest = body.substr(i, end - i);
            std::size_t close = rest.find('>');
            for (const std::string_view hidden : {"<style", "<script", "<!--"})
                if (rest.starts_with(hidden)) {
                    const std::string_view until = hidden == "<!--" ? "-->" : hidden == "<style" ? "</style>" : "</script>";
                    close = rest.find(until);
                    if (close != rest.npos) close += until.size() - 1;
                }
            if (close == rest.npos) break;
            i += close;
            if (!trim(out).empty()) break;
        } else if (body[i] == '\n' && !trim(out).empty()) {
            break;
        } else {
            out += static_cast<unsigned char>(body[i]) < 0x20 ? ' ' : body[i];
        }
    }
    return sanitise_utf8(trim(out));
}

std::string said(const Json& j, int depth = 0) {
    if (j.is_string()) return j.get<std::string>();
    if (j.is_array()) return j.empty() || depth > 2 ? "" : said(j[0], depth + 1);
    if (!j.is_object() || depth > 3) return "";
    for (const std::string_view key : {"error", "message", "detail", "msg", "errors"})
        if (std::string text = said(member(j, key), depth + 1); !text.empty()) return text;
    return "";
}

}  // namespace

std::string without_key(std::string_view text, std::string_view key) {
    std::string out{text};
    if (key.size() < 4) return out;
    for (std::size_t at = out.find(key); at != out.npos; at = out.find(key, at)) out.replace(at, key.size(), "***");
    return out;
}

std::string failure_message(std::string_view body) {
    body = trim(body);
    if (body.empty()) return "";
    if (body.front() == '{' || body.front() == '[') {
        // Depth is bounded because an error body is untrusted and destroying or printing deep trees recurses.
        const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth < 8; };
        const Json j = Json::parse(body, shallow, false);
        if (!j.is_discarded())
            if (std::string text = said(j); !text.empty()) return text;
    }
    return first_line_of_text(body);
}

std::optional<double> retry_after(const Headers& headers, double now_unix) {
    if (const auto it = headers.find("retry-after-ms"); it != headers.end())
        if (const auto ms = number(it->second)) return within_a_year(*ms / 1000);
    const auto it = headers.find("retry-after");
    if (it == headers.end()) return std::nullopt;
    if (const auto seconds = number(it->second)) return within_a_year(*seconds);
    if (const auto date = http_date(it->second)) return within_a_year(*date - now_unix);
    return std::nullopt;
}

Error failure(int status, const Headers& headers, std::string_view message, std::string_view key) {
    const std::string safe = without_key(message, key);
    const std::string_view cut = truncate_utf8(safe, longest_message);
    Error e = cut.empty() ? Error(fault_of(status), "HTTP {}: {}", status, meaning_of(status))
                          : Error(fault_of(status), "HTTP {}: {}{}", status, cut, cut.size() < safe.size() ? "..." : "");
    e.status = status;
    e.retry_after = retry_after(headers, now_for(headers));
    return e;
}

}  // namespace llm
