#include "call/waiting.hpp"

#include <algorithm>

namespace llm {

Task<void> CallClock::wait_until(Instant until) {
    if (skip_ && until > now()) {
        const auto gap = until - now();
        skipped_ += gap;
        skip_(std::chrono::duration<double>(gap).count());
    }
    while (now() < until && Loop::signal_caught() == 0) co_await loop_.sleep_until(std::min(until - skipped_, after(Steady::now(), .25)));
}

}  // namespace llm
