/// Memory for coroutines' frames. A call to a model passes through nine coroutines; their frames come and go by the thousand, in a few
/// sizes, many of them beyond what malloc keeps at hand for a thread. Each thread keeps those it has freed for the next.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace llm::detail {

class Frames {
public:
    static void* take(std::size_t size) {
        const std::size_t n = place(size);
        if (n >= kept || free_[n] == nullptr) return ::operator new(n < kept ? (n + 1) * step : size);
        Free* frame = free_[n];
        free_[n] = frame->next;
        return frame;
    }
    static void give(void* memory, std::size_t size) noexcept {
        const std::size_t n = place(size);
        if (n >= kept) {
            ::operator delete(memory);
            return;
        }
        free_[n] = ::new (memory) Free{free_[n]};
    }

private:
    struct Free {
        Free* next;
    };
    static constexpr std::size_t step = 128, kept = 32;  // larger frames are malloc's
    static std::size_t place(std::size_t size) noexcept { return (size - 1) / step; }
    static inline thread_local constinit std::array<Free*, kept> free_{};
};

}  // namespace llm::detail
