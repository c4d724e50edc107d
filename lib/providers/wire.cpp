#include "providers/wire.hpp"

#include "base/utf8.hpp"
#include "chat/failure.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace llm {
namespace {

constexpr std::size_t deepest = 256;

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view header_name(std::string_view line) { return line.substr(0, line.find(':')); }

bool breaks_line(std::string_view s) { return s.find_first_of(std::string_view{"\r\n\0", 3}) != s.npos; }

bool shallow(std::string_view text) {
    const auto opens = std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; });
    if (static_cast<std::size_t>(opens) <= deepest) return true;
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            else if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest) return false;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return true;
}

// The value of \uXXXX at `at`, or nothing.
std::optional<unsigned> escape_at(std::string_view s, std::size_t at) {
    if (at + 6 > s.size() || s[at] != '\\' || s[at + 1] != 'u') return std::nullopt;
    unsigned value = 0;
    const char* const first = s.data() + at + 2;
    const auto [end, error] = std::from_chars(first, first + 4, value, 16);
    if (error != std::errc{} || end != first + 4) return std::nullopt;
    return value;
}

std::string without_lone_surrogates(std::string_view s) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size();) {
        const auto value = escape_at(s, i);
        if (!value) {
            const std::size_t n = s[i] == '\\' && i + 1 < s.size() ? 2 : 1;
            out.append(s.substr(i, n));
            i += n;
            continue;
        }
        const bool high = *value >= 0xD800 && *value <= 0xDBFF;
        const bool low = *value >= 0xDC00 && *value <= 0xDFFF;
        const auto next = high ? escape_at(s, i + 6) : std::nullopt;
        if (high && next && *next >= 0xDC00 && *next <= 0xDFFF) {
            out.append(s.substr(i, 12));
            i += 12;
        } else {
            out.append(high || low ? std::string_view{"\\uFFFD"} : s.substr(i, 6));
            i += 6;
        }
    }
    return out;
}

struct Code {
    std::string_view code;
    Fault fault;
    int status;
};

// OpenAI: platform.openai.com/docs/guides/error-codes. Anthropic: docs /en/api/errors. Google: google.rpc.Code.
constexpr std::array codes{
    Code{"insufficient_quota", Fault::refused, 402},
    Code{"billing_hard_limit_reached", Fault::refused, 402},
    Code{"billing_not_active", Fault::refused, 402},
    Code{"billing_error", Fault::refused, 402},
    Code{"rate_limit_exceeded", Fault::rate_limit, 429},
    Code{"rate_limit_error", Fault::rate_limit, 429},
    Code{"too_many_requests", Fault::rate_limit, 429},
    Code{"RESOURCE_EXHAUSTED", Fault::rate_limit, 429},
    Code{"overloaded_error", Fault::provider, 529},
    Code{"api_error", Fault::provider, 500},
    Code{"server_error", Fault::provider, 500},
    Code{"internal_server_error", Fault::provider, 500},
    Code{"INTERNAL", Fault::provider, 500},
    Code{"UNAVAILABLE", Fault::provider, 503},
    Code{"timeout_error", Fault::timeout, 504},
    Code{"DEADLINE_EXCEEDED", Fault::timeout, 504},
    Code{"context_length_exceeded", Fault::refused, 400},
    Code{"content_filter", Fault::refused, 400},
    Code{"content_policy_violation", Fault::refused, 400},
    Code{"invalid_prompt", Fault::refused, 400},
    Code{"invalid_request_error", Fault::refused, 400},
    Code{"INVALID_ARGUMENT", Fault::refused, 400},
    Code{"FAILED_PRECONDITION", Fault::refused, 400},
    Code{"model_not_found", Fault::refused, 404},
    Code{"not_found_error", Fault::refused, 404},
    Code{"NOT_FOUND", Fault::refused, 404},
    Code{"request_too_large", Fault::refused, 413},
    Code{"invalid_api_key", Fault::auth, 401},
    Code{"authentication_error", Fault::auth, 401},
    Code{"API_KEY_INVALID", Fault::auth, 401},
    Code{"UNAUTHENTICATED", Fault::auth, 401},
    Code{"permission_error", Fault::auth, 403},
    Code{"PERMISSION_DENIED", Fault::auth, 403},
};

const Code* named(const Json& name) {
    if (!name.is_string()) return nullptr;
    const auto it = std::ranges::find(codes, std::string_view{name.get_ref<const std::string&>()}, &Code::code);
    return it == codes.end() ? nullptr : &*it;
}

// `code` says more than `type`, and Google's `details[].reason` more than its `status`.
const Code* code_of(const Json& error) {
    if (const Json& details = member(error, "details"); details.is_array())
        for (const Json& d : details)
            if (const Code* c = named(member(d, "reason"))) return c;
    for (const std::string_view key : {"code", "type", "status"})
        if (const Code* c = named(member(error, key))) return c;
    return nullptr;
}

// google.rpc.RetryInfo: {"retryDelay": "13s"}.
std::optional<double> retry_delay(const Json& error) {
    const Json& details = member(error, "details");
    if (!details.is_array()) return std::nullopt;
    for (const Json& d : details) {
        std::string delay = text_of(d, "retryDelay");
        if (!delay.ends_with('s')) continue;
        delay.pop_back();
        if (const auto seconds = retry_after({{"retry-after", delay}}, 0)) return seconds;
    }
    return std::nullopt;
}

const Json& error_in(const Json& body) {
    if (body.is_array() && !body.empty()) return member(body[0], "error");
    const Json& error = member(body, "error");
    return error.is_null() ? body : error;
}

}  // namespace

std::string_view host_of(std::string_view url) noexcept {
    if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find_first_of("/?#"));
    if (const std::size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
    if (url.starts_with('[')) return url.substr(0, url.find(']') + 1);
    return url.substr(0, url.find(':'));
}

Wire::Wire(const Endpoint& e, std::string_view default_url, KeyHeader key_header, std::vector<std::string> own)
    : name_(e.name), base_url_(e.base_url.empty() ? default_url : e.base_url), key_(e.key) {
    while (base_url_.ends_with('/')) base_url_.pop_back();
    if (breaks_line(key_)) throw Error(Fault::config, "{}: the key from {} has a line break in it", name_, e.key_env);
    own.insert(own.begin(), "Content-Type: application/json");
    bool authorised = !key_.empty();
    if (authorised) own.push_back(std::string{key_header.prefix} + key_);
    for (const auto& [header, value] : e.headers) {
        if (breaks_line(header) || breaks_line(value) || header.empty() || header.find(':') != header.npos)
            throw Error(Fault::config, "{}: header '{}' cannot be sent; it holds a colon or a line break", name_,
                        sanitise_utf8(header));
        std::erase_if(own, [&name = header](const std::string& line) { return same_name(header_name(line), name); });
        own.push_back(header + ": " + value);
        if (same_name(header, header_name(key_header.prefix)) || same_name(header, "authorization")) authorised = true;
    }
    headers_ = HeaderLines{std::move(own)};
    if (!authorised && !e.key_env.empty())
        missing_ = fmt::format("no key for {}; set {}, or key_env, key_file or key_command of [provider.{}]", name_,
                               e.key_env, name_);
}

std::string_view Wire::host() const noexcept { return host_of(base_url_); }

HttpCall Wire::post(std::string_view path, std::string body) const {
    if (!missing_.empty()) throw Error(Fault::auth, "{}", missing_);
    HttpCall call;
    call.url.reserve(base_url_.size() + path.size());
    call.url.append(base_url_).append(path);
    call.headers = headers_;
    call.body = std::move(body);
    return call;
}

HttpCall Wire::post(std::string_view path, Json&& body, const Json& extra) const {
    if (!extra.is_null()) merge(body, extra);
    return post(path, dump(body));
}

Error Wire::failure(int status, const Headers& headers, std::string_view body) const {
    const Error bare = llm::failure(status, headers, failure_message(body), key_);
    Error e = bare.reworded(fmt::format("{}: {}", name_, bare.what()));
    const auto json = parse_json(body);
    if (!json) return e;
    const Json& error = error_in(*json);
    // Only codes that the status does not tell: 429 for an empty account, 400 for a wrong key.
    if (const Code* c = code_of(error))
        if (c->status == 402 || c->fault == Fault::auth) e.fault = c->fault;
    if (!e.retry_after) e.retry_after = retry_delay(error);
    return e;
}

Error Wire::failure(const Json& error) const {
    const Code* code = code_of(error);
    int status = code ? code->status : 0;
    if (const Json& number = member(error, "code"); !code && number.is_number_integer()) {
        const auto n = number.get<std::int64_t>();
        if (n >= 400 && n < 600) status = static_cast<int>(n);
    }
    std::string message = error.is_string() ? error.get<std::string>() : text_of(error, "message");
    if (message.empty()) message = dump(error);
    message = without_key(message, key_);
    const std::string_view cut = truncate_utf8(message, 500);
    Error e(status ? llm::failure(status, {}, "").fault : Fault::provider, "{}: {}", name_, cut);
    if (code) e.fault = code->fault;
    if (status) e.status = status;
    e.retry_after = retry_delay(error);
    return e;
}

std::optional<Json> parse_json(std::string_view text) {
    if (!shallow(text)) return std::nullopt;
    Json j = read_json(text);
    if (!j.is_discarded()) return j;
    const bool whole = is_utf8(text);
    if (whole && text.find("\\u") == text.npos) return std::nullopt;
    const std::string mended = without_lone_surrogates(whole ? std::string{text} : sanitise_utf8(text));
    j = read_json(mended);
    if (j.is_discarded()) return std::nullopt;
    return j;
}

std::optional<long> count(const Json& object, std::string_view key) {
    const Json& j = member(object, key);
    if (j.is_number_integer()) {
        const auto n = j.is_number_unsigned() && j.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()
                           ? std::int64_t{-1}
                           : j.get<std::int64_t>();
        return n >= 0 ? std::optional{static_cast<long>(n)} : std::nullopt;
    }
    if (!j.is_number_float()) return std::nullopt;
    const double d = j.get<double>();
    return d >= 0 && d < 9e15 && d == std::floor(d) ? std::optional{static_cast<long>(d)} : std::nullopt;
}

Json* find(Json& j, std::string_view key) {
    if (!j.is_object()) return nullptr;
    for (auto& [name, value] : j.get_ref<Json::object_t&>())
        if (name == key) return value.is_null() ? nullptr : &value;
    return nullptr;
}

std::string take_text(Json& j, std::string_view key) {
    Json* m = find(j, key);
    return m && m->is_string() ? std::move(m->get_ref<std::string&>()) : std::string{};
}

std::string in_path(std::string_view text) {
    constexpr std::string_view plain = "-._~:/@";
    std::string out;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || plain.find(c) != plain.npos) out += c;
        else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

void merge(Json& into, const Json& from) {
    if (!into.is_object() || !from.is_object()) {
        into = from;
        return;
    }
    for (const auto& [key, value] : from.items()) merge(into[key], value);
}

}  // namespace llm
