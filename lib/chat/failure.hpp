/// What an HTTP status means for the caller, the same for every provider.
#pragma once

#include "chat/provider.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llm {

/// 400 404 405 413 422 → refused, 401 403 → auth, 402 → refused, 408 504 → timeout, 409 425 429 → rate_limit, 5xx and 529 → provider, 3xx and others → provider.
/// Sets status and retry_after (dates counted from the answer's own `date`, else from now). `message` is what the provider
/// said; it is cut to 500 bytes, with `key` struck out.
Error failure(int status, const Headers&, std::string_view message, std::string_view key = {});
/// The text with each occurrence of `key` (four characters or more) replaced by "***".
std::string without_key(std::string_view text, std::string_view key);

/// The provider's own words in an error body: `error.message`, `error` as string, `message`, `detail`, `[{"error":…}]`,
/// else the first line of text (tags stripped from HTML), else "".
std::string failure_message(std::string_view body);

/// Seconds from `retry-after-ms`, else `retry-after` as seconds or HTTP date (RFC 9110 §10.2.3) counted from `now_unix`.
/// Nothing where absent, unreadable, negative or over a year.
std::optional<double> retry_after(const Headers&, double now_unix);

}  // namespace llm
