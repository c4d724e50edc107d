#include "route/splits.hpp"

#include "base/hash.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace llm {

std::size_t fold_of(std::string_view prompt, std::size_t folds, std::uint64_t seed) noexcept {
    return fast_hash(prompt, seed) % folds;
}

std::vector<std::size_t> folds_by_group(std::span<const std::string> groups, std::size_t folds,
                                        std::uint64_t seed) {
    std::map<std::pair<std::uint64_t, std::string>, std::size_t> fold;
    for (const std::string& group : groups) fold.emplace(std::pair{fast_hash(group, seed), group}, 0);
    std::size_t next = 0;
    for (auto& [group, of] : fold) of = next++ % folds;
    std::vector<std::size_t> out;
    out.reserve(groups.size());
    for (const std::string& group : groups) out.push_back(fold.at({fast_hash(group, seed), group}));
    return out;
}

}  // namespace llm
