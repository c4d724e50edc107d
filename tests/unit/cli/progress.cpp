#include "cli/progress.hpp"

#include "support/catch.hpp"

using namespace llm;
using namespace std::chrono_literals;

TEST_CASE("progress: the line says how many, how fast and how long still") {
    Progress::Instant now{};
    Progress p{Show::never, 4000, [&now] { return now; }};
    CHECK(p.line() == "0 of 4,000 done");
    for (int i = 0; i < 1990; ++i) p.done();
    for (int i = 0; i < 10; ++i) p.failed();
    now += 20s;
    CHECK(p.line() == "2,000 of 4,000 done, 10 failed, 100/s, 20 s left");
    now += 1980s;
    CHECK(p.line() == "2,000 of 4,000 done, 10 failed, 1.0/s, 33 min left");
    now += 18000s;
    CHECK(p.line() == "2,000 of 4,000 done, 10 failed, 0.1/s, 5.6 h left");
}
