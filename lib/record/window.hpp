/// The order window: outputs that are ready wait here until everything before them is out.
/// Memory is bounded: what waits beyond 16 MiB lies in an unnamed temporary file. Where there is no room for one it is `crowded` instead: whoever
/// fills it takes nothing further before something has left.
#pragma once

#include "record/writer.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <string_view>

namespace llm {

class Window {
public:
    /// `warn` is told once where the temporary file cannot be written; may be empty.
    explicit Window(Writer& out, std::function<void(std::string_view)> warn = {}) : out_(out), warn_(std::move(warn)) {}
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
    bool crowded() const noexcept { return no_spill_ && in_memory_ > memory_limit; }

private:
    struct Slot {
        bool done = false;
        std::string bytes;
        std::uint64_t spilled_at = 0, spilled_size = 0;
    };
    static constexpr std::size_t memory_limit = std::size_t{16} << 20;
    void keep(Slot&, std::string_view);
    bool spill(std::string_view);
    void drain();

    Writer& out_;
    std::function<void(std::string_view)> warn_;
    std::deque<Slot> slots_;
    std::uint64_t first_ = 0;  ///< place of slots_.front()
    std::size_t in_memory_ = 0;
    int spill_ = -1;
    bool no_spill_ = false;
    std::uint64_t spill_end_ = 0;
};

}  // namespace llm
