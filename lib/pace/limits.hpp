/// Requests and tokens a minute, kept together by every process of a user.
///
/// Token buckets in the form of GCRA (ITU-T I.371): one number a bucket, the moment when all that was taken will have flowed back. A
/// bucket holds a sixtieth of a minute's share (requests; one at least) or a tenth (tokens), and flows back at the rest of it a minute.
/// So no minute ever sees more than the limit, wherever it begins, the burst included. What costs more than the bucket holds waits until that
/// much has flowed, unless nothing was taken for so long anyway, and the next ones wait for all of it.
///
/// Whoever has another limit for the same thing has a bucket of his own. Each call is counted in the others too, by at most a minute of theirs: so all
/// together keep the largest limit, and nobody waits longer than a minute for what others took. A clock that was set back holds up nobody.
#pragma once

#include "pace/store.hpp"

#include <span>
#include <string>
#include <vector>

namespace llm {

enum class LimitKind { requests, tokens };

struct LimitClaim {
    std::string name;  ///< "requests openai/gpt-5-mini": whoever names the same shares it
    LimitKind kind = LimitKind::requests;
    double a_minute = 0;
    double cost = 1;
};

struct LimitTurn {
    std::int64_t begins = 0;  ///< when the call may begin, microseconds
    std::int64_t full = 0;    ///< the bucket's number after it, nanoseconds
};
/// What taking `claim` from a bucket at `now` (microseconds) comes to.
LimitTurn take_turn(const LimitClaim& claim, std::int64_t full, std::int64_t now);

/// A turn that is waited for: what calls before it gave back lets it begin earlier.
struct LimitPlace {
    std::int64_t begins = 0;  ///< as things stand: microseconds; it may have passed
    struct InBucket {
        std::int64_t begins = 0, returned = 0;  ///< µs; ns that had been given back by then
    };
    std::vector<InBucket> buckets;  ///< one a claim
};

class Limits {
public:
    explicit Limits(PaceStore& store) : store_(store) {}

    /// Takes all of them at once, in one transaction.
    LimitPlace take(std::span<const LimitClaim>);
    /// Looks again when the call may begin, by the clock of the time when it was taken: whoever waits measures that by a clock that nobody sets.
    void look(std::span<const LimitClaim>, LimitPlace&);
    /// Puts right what was taken, once it is known what the call has used: `more` tokens than the claim said, or fewer.
    void correct(const LimitClaim&, double more);

private:
    PaceStore& store_;
};

}  // namespace llm
