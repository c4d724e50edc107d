/// What requests and batches are called at providers, so that they are known again.
#pragma once

#include "batch/store.hpp"

#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace llm {

struct CustomId {
    std::string_view job;
    std::int64_t place = 0;
};
inline std::string custom_id(const std::string& job, std::int64_t place) { return fmt::format("{}-{}", job, place); }
/// Of what custom_id writes; an empty job where it did not write that.
inline CustomId read_custom_id(std::string_view id) {
    const std::size_t dash = id.rfind('-');
    if (dash == id.npos || dash == 0) return {};
    const std::string_view digits = id.substr(dash + 1);
    if (digits.starts_with('0')) return {};  // we write none
    std::int64_t place = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), place);
    if (code != std::errc{} || end != digits.data() + digits.size() || place <= 0) return {};
    return {id.substr(0, dash), place};
}

inline std::string label_of(const BatchJob& job, const BatchPart& part) { return fmt::format("{}-part-{}", job.id, part.number); }

}  // namespace llm
