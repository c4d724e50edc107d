/// Which requests are trained on and which are tested on.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// 0 to folds-1, by a hash of the prompt: the same prompt is always on the same side, in every file.
std::size_t fold_of(std::string_view prompt, std::size_t folds, std::uint64_t seed = 0) noexcept;

/// A fold for each row such that rows of one group (a subject, a task, a customer) share it. Groups are dealt
/// out in turn, so no fold is empty where there are groups enough.
std::vector<std::size_t> folds_by_group(std::span<const std::string> groups, std::size_t folds,
                                        std::uint64_t seed = 0);

}  // namespace llm
