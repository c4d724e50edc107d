/// Walking the graph of a snapshot: hierarchical navigable small worlds (https://arxiv.org/abs/1603.09320,
/// algorithms 2 and 5), over a file that may be damaged.
#pragma once

#include "index/snapshot.hpp"
#include "index/top.hpp"

#include <functional>

namespace llm {

class GraphWalk {
public:
    enum class End {
        found,     ///< the walk ended as it should
        given_up,  ///< too few of the nodes on the way are accepted: a scan is cheaper
        damaged,   ///< the file is not what was written
    };

    /// Offers the best nodes that `accept` takes to `top`. `accept` is asked only about nodes that would be
    /// among the best `ef`; nodes it refuses still lead on to others. `without` is walked around as if it had
    /// never been there.
    End search(const SnapshotFile& file, const Query& query, std::size_t ef,
               const std::function<bool(std::uint32_t node)>& accept, Top& top, std::uint32_t without = none);

    static constexpr std::uint32_t none = 0xffff'ffff;

private:
    struct Step {
        float score;
        std::uint32_t node;
    };

    Step descend(const SnapshotFile& file, const Query& query, std::uint32_t without);
    bool first_visit(std::uint32_t node);

    std::vector<std::uint64_t> visited_;
    std::vector<std::uint32_t> visits_, around_;
    std::vector<float> scores_;
    std::vector<Step> open_, best_;
};

}  // namespace llm
