#include "cache/learner.hpp"

#include "cache/decisions.hpp"

#include <algorithm>
#include <tuple>

namespace llm {
namespace {

constexpr std::size_t between_reads = 128;   // decisions; a curve takes about 3 ms to fit
constexpr std::size_t between_limits = 16;

}  // namespace

Learner::Learner(CacheStore& store, double max_error) : store_(store), max_error_(max_error) {
    std::random_device random;
    chance_.seed(std::uint64_t{random()} << 32 | random());
}

void Learner::read(std::int64_t space, Known& known) {
    known.curve = RiskCurve(outcomes_of(store_, space));
    known.risks = risks_of(store_, space);
    known.limit = risk_limit(known.risks, max_error_ * part_used);
    known.decided = 0;
}

Learner::Choice Learner::choose(std::int64_t space, std::int64_t entry, HitEvidence seen) {
    const auto [it, fresh] = known_.try_emplace(space);
    Known& known = it->second;
    if (fresh || known.decided >= between_reads) read(space, known);
    Choice choice;
    choice.evidence = seen;
    std::tie(choice.evidence.right, choice.evidence.wrong) = record_of(store_, entry);
    choice.risk = known.curve.risk(choice.evidence);
    // Where everything may be given, nothing is held back for a curve that could not see enough errors to be drawn.
    if (known.curve.share() <= max_error_ * part_used) choice.risk = std::min(choice.risk, known.curve.share());
    if (!known.curve.knows()) {
        ++known.decided;
        return choice;
    }
    if (known.risks.size() >= risks_kept) known.risks.erase(known.risks.begin());
    known.risks.push_back(choice.risk);
    if (known.decided++ % between_limits == 0) known.limit = risk_limit(known.risks, max_error_ * part_used);
    const bool explored = std::uniform_real_distribution<double>{0, 1}(chance_) < always_explored;
    if (choice.risk <= known.limit && !explored) choice.what = Choice::What::give;
    return choice;
}

}  // namespace llm
