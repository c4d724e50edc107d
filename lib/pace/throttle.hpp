/// How many calls one server stands at once, learnt from its complaints: halved when it says that it is too many, one more for each round that
/// goes well (additive increase, multiplicative decrease; Chiu and Jain 1989, https://doi.org/10.1016/0169-7552(89)90019-6).
#pragma once

#include <cstdint>

namespace llm {

class Throttle {
public:
    enum class How { well, crowded, otherwise };

    bool has_room() const noexcept { return in_flight_ == 0 || limit_ < 1 || static_cast<double>(in_flight_) < limit_; }
    /// A call begins; what is returned goes to `end`.
    std::uint64_t begin() noexcept;
    /// Complaints of calls that began before the last cut count no further.
    void end(std::uint64_t begun, How) noexcept;

    /// Calls at once; 0 where nothing bounds them.
    double limit() const noexcept { return limit_; }
    long in_flight() const noexcept { return in_flight_; }

private:
    double limit_ = 0;   // below 1: no bound
    long peak_ = 0;      // most in flight when it was bounded first
    long in_flight_ = 0;
    std::uint64_t count_ = 0, cut_at_ = 0;
};

}  // namespace llm
