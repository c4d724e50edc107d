/// Lengths of time and numbers of bytes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Seconds from "500ms", "30s", "2m", "1.5h", "30d", "2w", "1m30s"; a bare number is seconds. Blanks between
/// number and unit are allowed. Nothing where it cannot be read or is negative or above 100 years.
std::optional<double> parse_duration(std::string_view);

/// Bytes from "512", "64KiB", "1GiB", "10 MB"; Ki, Mi, Gi, Ti are powers of 1024, K, M, G, T powers of 1000,
/// the B may be missing, case does not count. Nothing where it cannot be read or is above 2^63 − 1.
std::optional<std::uint64_t> parse_size(std::string_view);

/// How much of something is kept: what is older or beyond goes. Nothing means without bound.
struct Keep {
    std::optional<double> age;          ///< seconds
    std::optional<std::uint64_t> size;  ///< bytes
    friend bool operator==(const Keep&, const Keep&) = default;
};
/// "30d, 1GiB", "30d", "1GiB" or "forever". A bare number is neither. Nothing where it cannot be read.
std::optional<Keep> parse_keep(std::string_view);

/// true, yes, on, 1 and false, no, off, 0, in any case.
std::optional<bool> parse_boolean(std::string_view);

/// The whole text as a finite decimal number.
std::optional<double> parse_number(std::string_view);

/// Words as a POSIX shell splits them, with ' " and \ but without any expansion, so that nothing but a
/// program is started. Nothing where a quote is not closed.
std::optional<std::vector<std::string>> split_command(std::string_view);

}  // namespace llm
