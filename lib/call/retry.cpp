#include "call/retry.hpp"

#include <algorithm>
#include <cmath>

namespace llm {

bool passes_by_itself(const Error& e) noexcept {
    if (e.for_good) return false;
    switch (e.fault) {  // first of all: a 429 may also mean that the account is empty
        case Fault::rate_limit:
        case Fault::timeout:
        case Fault::unreachable:
        case Fault::provider: break;
        default: return false;
    }
    if (!e.status || *e.status < 300 || *e.status >= 500) return true;
    return *e.status == 408 || *e.status == 409 || *e.status == 425 || *e.status == 429;
}

double delay_before(int next, const Error& e, double chance) noexcept {
    if (e.retry_after) return *e.retry_after;
    return chance * std::min(30.0, .5 * std::pow(2.0, std::max(0, next - 2)));
}

}  // namespace llm
