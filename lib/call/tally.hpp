/// What a run's calls came to, in memory that does not grow with their number.
#pragma once

#include "base/error.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace llm {

/// Lengths of time by size, so that a percentile is known within two per cent.
class Histogram {
public:
    void add(double ms) noexcept;
    /// The value below which `part` (0 to 1) of them lie; nothing where there are none.
    std::optional<double> at(double part) const noexcept;

private:
    std::array<std::uint32_t, 1024> counts_{};
    std::uint64_t all_ = 0;
};

struct CallTally {
    long calls = 0;     ///< begun and ended
    long failed = 0;
    long retries = 0;   ///< attempts beyond the first
    long shared = 0;    ///< answered by an equal request in flight
    long input = 0, output = 0;  ///< tokens told
    double cost = 0;             ///< dollars known
    long unpriced = 0;           ///< answers whose cost is not known
    Histogram ms;                ///< of answers
};

}  // namespace llm
