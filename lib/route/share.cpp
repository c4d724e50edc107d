#include "route/share.hpp"

#include "base/hash.hpp"

namespace llm {

double sticky_point(std::string_view name, std::string_view key) noexcept {
    const std::uint64_t hash = fast_hash(key, fast_hash(name));
    return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

std::size_t place_of(double point, const std::vector<std::pair<std::string, double>>& split) noexcept {
    double sum = 0;
    for (const auto& [name, weight] : split) sum += weight;
    std::size_t last = 0;
    double reached = 0;
    for (std::size_t i = 0; i < split.size(); ++i) {
        if (split[i].second <= 0) continue;
        last = i;
        reached += split[i].second / sum;
        if (point < reached) return i;
    }
    return last;
}

}  // namespace llm
