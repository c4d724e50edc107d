// Parts for which there is no room at the provider.
#include "batch/batches.hpp"

#include "base/error.hpp"
#include "log/when.hpp"

#include <algorithm>
#include <cmath>

namespace llm {

/// Too many tokens wait there already: it is sent again when there is room, in halves where it never fits.
void Batches::make_wait(const BatchJob& job, BatchPart& part, const BatchProgress& progress) {
    constexpr std::size_t bytes_a_token = 2;  // at most, so that what is counted as fitting does fit
    if (job.cancelled) return fail_open(job, part, not_sent(), Paid::no);
    part.why = progress.error->what();
    ++part.tries;
    store_.unbind(part, PartState::waiting);
    const bool never_fits = progress.room > 0 && store_.bytes(part.id) / bytes_a_token > static_cast<std::size_t>(progress.room);
    if (!never_fits || part.requests < 2) return;
    const std::vector<BatchPart> now = store_.job(job.id).parts;
    const int number = std::ranges::max(now, {}, &BatchPart::number).number + 1;
    store_.halve(job.id, part, number);
    if (part.charged == 0) return;
    for (const BatchPart& half : store_.job(job.id).parts)
        if (half.number == number) divide_charge(money(), charge_name(job.id, part), charge_name(job.id, half), half.worst);
}

bool Batches::is_due(const BatchJob& job, const BatchPart& part) const {
    constexpr double shortest = 60, longest = 1800;  // seconds
    if (part.tries == 0) return true;
    bool running = false, room = false;
    for (const BatchPart& p : job.parts) {
        if (p.id == part.id || p.model != part.model) continue;
        running |= p.state == PartState::sent;
        room |= p.state >= PartState::ended && p.over > part.tried;
    }
    if (room) return true;
    const double waited = static_cast<double>(unix_microseconds() - part.over) / 1e6;
    return !running && waited >= std::min(longest, shortest * std::pow(2.0, part.tries - 1));
}

}  // namespace llm
