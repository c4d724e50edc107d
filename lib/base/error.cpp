#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace llm {
namespace {

struct Entry {
    Fault fault;
    std::string_view name;
    int exit_code;
};
constexpr std::array<Entry, 14> entries{{
    {Fault::usage, "usage", 2},
    {Fault::config, "config", 2},
    {Fault::data, "data", 4},
    {Fault::refused, "refused", 4},
    {Fault::auth, "auth", 4},
    {Fault::rate_limit, "rate_limit", 5},
    {Fault::timeout, "timeout", 5},
    {Fault::unreachable, "unreachable", 5},
    {Fault::provider, "provider", 5},
    {Fault::schema, "schema", 4},
    {Fault::budget, "budget", 6},
    {Fault::io, "io", 5},
    {Fault::locked, "locked", 5},
    {Fault::internal, "internal", 5},
}};

}  // namespace

std::string_view name(Fault f) noexcept { return entries[static_cast<std::size_t>(f)].name; }

std::optional<Fault> fault_named(std::string_view text) noexcept {
    for (const auto& e : entries)
        if (e.name == text) return e.fault;
    return std::nullopt;
}

int exit_code(Fault f) noexcept { return entries[static_cast<std::size_t>(f)].exit_code; }

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace llm
