#include "pace/throttle.hpp"

#include <algorithm>

namespace llm {

std::uint64_t Throttle::begin() noexcept {
    ++in_flight_;
    return ++count_;
}

void Throttle::end(std::uint64_t begun, How how) noexcept {
    const long together = in_flight_--;
    if (how == How::crowded && begun > cut_at_) {
        if (limit_ < 1) peak_ = together;
        limit_ = std::max(1.0, static_cast<double>(limit_ < 1 ? together : std::min(together, static_cast<long>(limit_))) / 2);
        cut_at_ = count_;
    } else if (how == How::well && limit_ >= 1) {
        limit_ += 1 / limit_;
        if (limit_ > static_cast<double>(peak_)) limit_ = 0;
    }
}

}  // namespace llm
