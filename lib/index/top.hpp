/// The best few of a long row of candidates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace llm {

/// A row nominated by its codes: where its vector stands in the store, the owner's row id, and the codes
/// where they came from a snapshot (else null).
struct Nominee {
    float score;
    std::int64_t place;
    std::int64_t row;
    const std::byte* code;
};

class Top {
public:
    /// `room` is at least 1.
    explicit Top(std::size_t room) : room_(room) { kept_.reserve(room); }

    std::size_t room() const noexcept { return room_; }

    /// Whoever does not score above this is not among the best so far.
    float bar() const noexcept {
        return kept_.size() < room_ ? -std::numeric_limits<float>::infinity() : kept_.front().score;
    }

    /// Call where `candidate.score > bar()`; a NaN never is.
    void add(const Nominee& candidate) {
        if (kept_.size() == room_) {
            std::ranges::pop_heap(kept_, std::greater{}, &Nominee::score);
            kept_.pop_back();
        }
        kept_.push_back(candidate);
        std::ranges::push_heap(kept_, std::greater{}, &Nominee::score);
    }

    /// Best first.
    std::vector<Nominee> sorted() && {
        std::ranges::sort(kept_, std::greater{}, &Nominee::score);
        return std::move(kept_);
    }

private:
    std::size_t room_;
    std::vector<Nominee> kept_;
};

}  // namespace llm
