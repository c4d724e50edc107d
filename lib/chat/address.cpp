#include "chat/address.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace llm {
namespace {

std::string_view trim(std::string_view text, std::string_view what) {
    const std::size_t first = text.find_first_not_of(what);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(what) - first + 1);
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "host", "host:1", "[::1]", "[::1]:1" into host and port; false where neither.
bool split_host(std::string_view text, std::string& host, std::string& port) {
    std::string_view rest;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        host = lower_ascii(text.substr(1, end - 1));
        rest = text.substr(end + 1);
    } else {
        const std::size_t colon = text.find(':');
        host = lower_ascii(text.substr(0, colon));
        rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    }
    if (!rest.empty() && rest.front() != ':') return false;
    port = rest.empty() ? "" : rest.substr(1);
    return all_digits(port) && port.size() <= 5;
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

/// Four numbers of at most 255 with dots between, so that 127.evil.example is none.
bool is_ipv4(std::string_view host) {
    int parts = 0;
    while (true) {
        const std::size_t dot = host.find('.');
        const std::string_view part = host.substr(0, dot);
        int value = 0;
        if (part.empty() || part.size() > 3 || !all_digits(part)) return false;
        std::from_chars(part.data(), part.data() + part.size(), value);
        if (value > 255) return false;
        ++parts;
        if (dot == std::string_view::npos) return parts == 4;
        host.remove_prefix(dot + 1);
    }
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    for (const char c : text)
        if (c <= ' ' || c == 0x7f || c == '\\') return std::nullopt;
    Address address;
    address.scheme = lower_ascii(text.substr(0, colon));
    text.remove_prefix(colon + 3);
    const std::size_t slash = text.find_first_of("/?#");
    std::string_view authority = text.substr(0, slash);
    if (slash != std::string_view::npos) address.path = text.substr(slash);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        address.userinfo = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    if (!split_host(authority, address.host, address.port) || address.host.empty()) return std::nullopt;
    return address;
}

bool is_loopback(std::string_view host) noexcept {
    if (host == "localhost" || host.ends_with(".localhost") || host == "::1") return true;
    return host.starts_with("127.") && is_ipv4(host);
}

std::string ollama_base_url(std::string_view value) {
    value = trim(value, " \t\r\n\"'");
    std::string scheme = "http";
    std::string_view fallback_port = "11434";
    if (const std::size_t colon = value.find("://"); colon != std::string_view::npos) {
        scheme = lower_ascii(value.substr(0, colon));
        fallback_port = scheme == "https" ? "443" : "80";
        value.remove_prefix(colon + 3);
    }
    const std::size_t slash = value.find('/');
    const std::string_view path =
        slash == std::string_view::npos ? std::string_view{} : trim(value.substr(slash), "/");
    value = value.substr(0, slash);

    std::string host, port;
    const bool bare_ipv6 = std::count(value.begin(), value.end(), ':') > 1 && !value.starts_with('[');
    if (bare_ipv6) host = lower_ascii(value);
    else split_host(value, host, port);
    if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
    if (host == "::") host = "::1";
    if (port.empty()) port = fallback_port;
    std::string url = scheme + "://" + bracketed(host) + ':' + port;
    if (!path.empty()) url.append("/").append(path);
    return url;
}

std::string azure_base_url(std::string_view endpoint) {
    std::string url{trim(endpoint, " \t\r\n")};
    while (url.ends_with('/')) url.pop_back();
    const auto address = parse_address(url);
    if (address && address->path.empty()) url += "/openai/v1";
    return url;
}

}  // namespace llm
