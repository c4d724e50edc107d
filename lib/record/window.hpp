/// The order window: outputs that are ready wait here until everything before them is out.
/// Memory is bounded: what waits beyond 16 MiB lies in an unnamed temporary file.
#pragma once

#include "record/writer.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace llm {

class Window {
public:
    explicit Window(Writer& out) : out_(out) {}
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// Reserves the next place; fill it later with `finish`.
    std::uint64_t reserve();
    /// Lines (with their newlines) that come after all that was reserved or put so far.
    void put(std::string_view lines);
    /// The bytes of a reserved place, possibly none. What has become first in order is written out.
    void finish(std::uint64_t place, std::string_view lines);
    bool empty() const noexcept { return slots_.empty(); }

private:
    struct Slot {
        bool done = false;
        std::string bytes;
        std::uint64_t spilled_at = 0, spilled_size = 0;
    };
    void keep(Slot&, std::string_view);
    void drain();

    Writer& out_;
    std::deque<Slot> slots_;
    std::uint64_t first_ = 0;  ///< place of slots_.front()
    std::size_t in_memory_ = 0;
    int spill_ = -1;
    std::uint64_t spill_end_ = 0;
};

}  // namespace llm
