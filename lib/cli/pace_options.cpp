#include "cli/pace_options.hpp"

#include "base/error.hpp"
#include "base/units.hpp"

#include <algorithm>

namespace llm {

void pace_options(Verb& verb, PaceFlags& f) {
    auto& pace = verb.group("Pace and budget");
    pace.option("--rpm", f.rpm, "N", "Begin at most N calls a minute to each model. All runs that name the same model keep the limit together.").at_least(.001).since("0.1");
    pace.option("--tpm", f.tpm, "N", "Use at most N tokens a minute of each model, likewise. What an answer may take counts beforehand, what it took afterwards.")
        .at_least(1)
        .since("0.1");
    pace.option("--budget", f.budget, "DOLLARS",
                "Spend at most this much in this run. What a call can cost at worst is put aside before it is sent; what does not fit any more is left unasked, "
                "and the exit code is 6.")
        .at_least(0)
        .since("0.1");
    pace.option("--assume-price", f.assume_price, "IN/OUT", "Count models without a known price at this much, in dollars per million tokens, in budgets.").since("0.1");
    pace.flag("--share-identical", f.share_identical,
              "Send equal requests once where they are in flight at the same time, in this run or in others that say so too. All of them get the answer.")
        .since("0.1");
}

std::pair<double, double> read_price(const std::string& text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto part = [&text](std::string_view one) {
        const auto dollars = parse_number(one);
        if (!dollars || *dollars < 0) throw Error(Fault::usage, "--assume-price: '{}' is no price; write dollars per million tokens in and out, such as 3/15", text);
        return *dollars;
    };
    const std::string_view all = text;
    const double in = part(all.substr(0, slash));
    return {in, part(all.substr(std::min(slash + 1, all.size())))};
}

}  // namespace llm
