/// The runs there were: what `llm-eval drift` compares a run with. One SQLite file, a row a run.
#pragma once

#include "eval/suite.hpp"
#include "eval/tally.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace llm {

struct PastRun {
    std::int64_t id = 0, time = 0;  ///< time: milliseconds since 1970
    std::int64_t cases = 0, judged = 0, passed = 0, errors = 0;
    std::map<std::string, double> figures;
};

/// pass_rate, score, tokens.output (mean an answer), ms.p50, and each metric's mean.
std::map<std::string, double> charted_figures(const Tally&);

/// Changes with whatever an answer or a verdict depends on: prompts, models, options, cases (their files' content too), demands.
std::string fingerprint(const Suite&);

class History {
public:
    /// Makes the file where there is none. Throws as Database does.
    explicit History(const std::filesystem::path&);
    void add(const std::string& suite, const std::string& fingerprint, std::int64_t time, const Tally&);
    /// The last `most` runs of that suite as it stands, oldest first.
    std::vector<PastRun> last(const std::string& suite, const std::string& fingerprint, std::int64_t most);
    /// How many runs there are of that suite in another form.
    std::int64_t others(const std::string& suite, const std::string& fingerprint);

private:
    Database db_;
};

}  // namespace llm
