#include "eval/tally.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {

Result passed(const std::string& id, double score = 1) {
    Result r;
    r.case_id = id;
    r.outcome = Result::Outcome::passed;
    r.score = score;
    return r;
}

Result failed(const std::string& id, double score = 0) {
    Result r = passed(id, score);
    r.outcome = Result::Outcome::failed;
    r.checks.push_back({"contains", "contains", false, 0, "'x' is not in it"});
    return r;
}

Result repeated(Result r, long n, long of) {
    r.repeat = n;
    r.of = of;
    return r;
}

}  // namespace

TEST_CASE("tally: rates leave errors out, and say how many there were") {
    Tally t;
    for (int i = 0; i < 9; ++i) t.add(passed(std::to_string(i)));
    t.add(failed("x"));
    Result e;
    e.outcome = Result::Outcome::error;
    e.fault = "timeout";
    e.message = "no answer within 10 s";
    t.add(e);
    t.add(e);
    t.end();
    CHECK(t.figure("pass_rate") == Approx(0.9));
    CHECK(t.figure("pass_rate.low") == Approx(wilson(9, 10).low));
    CHECK(t.figure("error_rate") == Approx(2.0 / 12));
    CHECK(t.figure("cases") == 12);
    CHECK(t.faults().at("timeout").count == 2);
    CHECK(t.faults().at("timeout").message == "no answer within 10 s");
    REQUIRE(t.failures().size() == 1);
    CHECK(t.failures()[0].reason == "contains: 'x' is not in it");
}

TEST_CASE("tally: with nothing judged there is no rate") {
    Tally t;
    t.end();
    CHECK_FALSE(t.figure("pass_rate"));
    CHECK_FALSE(t.figure("score"));
    CHECK(t.figure("cases") == 0);
}

TEST_CASE("tally: repetitions give pass@k and pass^k over cases, and name what is flaky") {
    Tally t;
    for (long i = 1; i <= 4; ++i) t.add(repeated(passed("always"), i, 4));
    for (long i = 1; i <= 4; ++i) t.add(repeated(i <= 2 ? passed("sometimes") : failed("sometimes"), i, 4));
    for (long i = 1; i <= 4; ++i) t.add(repeated(failed("never"), i, 4));
    t.end();
    CHECK(t.figure("pass@1") == Approx(6.0 / 12));
    CHECK(t.figure("pass@2") == Approx((1 + (1 - 1.0 / 6) + 0) / 3));  // 1 − C(2,2)/C(4,2) = 5/6
    CHECK(t.figure("pass@4") == Approx(2.0 / 3));
    CHECK(t.figure("pass^2") == Approx((1 + 1.0 / 6 + 0) / 3));
    CHECK(t.figure("pass^4") == Approx(1.0 / 3));
    CHECK_FALSE(t.figure("pass@5"));
    CHECK(t.total().flaky == 1);
    REQUIRE(t.flaky().size() == 1);
    CHECK(t.flaky()[0].title == "sometimes");
    CHECK(t.flaky()[0].passed == 2);
    REQUIRE(t.failures().size() == 1);
    CHECK(t.failures()[0].title == "never");
    CHECK(t.total().interval().low == Approx(wilson_share(0.5, 3).low));  // three cases, not twelve
}

TEST_CASE("tally: repetitions that did not all come count with what came") {
    Tally t;
    t.add(repeated(passed("a"), 1, 3));
    t.add(repeated(failed("a"), 2, 3));
    t.end();
    CHECK(t.total().flaky == 1);
    CHECK(t.figure("pass@2") == 1);
    CHECK_FALSE(t.figure("pass@3"));
}

TEST_CASE("tally: metrics are summed under their name") {
    Tally t;
    Result r = passed("a", 0.5);
    r.checks = {{"rouge-n", "rouge-n", true, 0.4, ""}, {"equals", "exact", true, 1, ""}};
    t.add(r);
    r.checks = {{"rouge-n", "rouge-n", false, 0.2, ""}};
    t.add(r);
    t.end();
    CHECK(t.figure("rouge-n") == Approx(0.3));
    CHECK(t.figure("rouge-n.pass_rate") == Approx(0.5));
    CHECK(t.figure("exact") == 1);
    CHECK_FALSE(t.figure("equals"));
    CHECK(t.figure("score") == Approx(0.5));
}

TEST_CASE("tally: a cell a prompt and model, in the order they came") {
    Tally t;
    for (const char* model : {"b", "a", "b"}) {
        Result r = passed("x");
        r.model = model;
        t.add(r);
    }
    t.end();
    REQUIRE(t.cells().size() == 2);
    CHECK(t.cells()[0].model == "b");
    CHECK(t.cells()[0].passed == 2);
}

TEST_CASE("spread: quantiles are right to one part in a hundred") {
    Spread s;
    for (int i = 1; i <= 1000; ++i) s.add(i);
    CHECK(s.at(0.5) == Approx(500).epsilon(0.011));
    CHECK(s.at(0.95) == Approx(950).epsilon(0.011));
    CHECK(s.sum() == Approx(500500));
    CHECK(Spread{}.at(0.5) == 0);
}
