#include "pace/health.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <unistd.h>

using namespace llm;

namespace {

struct Two {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("llm-health-" + std::to_string(::getpid()));
    std::int64_t now = 1'000'000'000;
    PaceStore one{folder / "pace.db", [this] { return now; }}, other{folder / "pace.db", [this] { return now; }};
    Health here{one}, there{other};

    Two() { std::filesystem::remove_all(folder); }
    ~Two() { std::filesystem::remove_all(folder); }
    void pass(double seconds) { now += static_cast<std::int64_t>(seconds * 1e6); }
};

}  // namespace

TEST_CASE("health: while all is well there is no store") {
    Two t;
    CHECK(t.here.ask("p").circuit == Circuit::closed);
    t.here.answered("p");
    CHECK_FALSE(std::filesystem::exists(t.folder));
    CHECK(t.here.all().empty());
}

TEST_CASE("health: three calls in a row without an answer close an endpoint, for everybody") {
    Two t;
    t.here.failed("p", "no answer");
    t.there.failed("p", "no answer");
    CHECK(t.here.ask("p").circuit == Circuit::closed);
    t.here.failed("p", "still none");
    CHECK(t.here.ask("p").circuit == Circuit::open);
    t.pass(.1);
    const HealthState seen = t.there.ask("p");
    CHECK(seen.circuit == Circuit::open);
    CHECK(seen.why == "still none");
    CHECK(seen.seconds == Approx(4.9));
    CHECK(t.there.ask("q").circuit == Circuit::closed);
}

TEST_CASE("health: an answer in between starts the count anew, and old failures are forgotten") {
    Two t;
    t.here.failed("p", "x");
    t.here.failed("p", "x");
    t.pass(.1);
    t.there.answered("p");
    t.here.failed("p", "x");
    CHECK(t.here.look("p").circuit == Circuit::closed);
    t.here.failed("p", "x");
    t.pass(61);
    t.here.failed("p", "x");
    CHECK(t.here.look("p").circuit == Circuit::closed);
}

TEST_CASE("health: when the time is over one caller tries, and only one") {
    Two t;
    for (int i = 0; i < 3; ++i) t.here.failed("p", "x");
    t.pass(5.1);
    CHECK(t.there.look("p").circuit == Circuit::closed);
    CHECK(t.here.ask("p").circuit == Circuit::probing);
    t.pass(.1);
    CHECK(t.there.ask("p").circuit == Circuit::open);
    SECTION("its failure closes it for twice as long, up to a minute") {
        double expected = 10;
        for (int i = 0; i < 6; ++i) {
            t.here.failed("p", "x");
            CHECK(t.here.look("p").seconds == Approx(std::min(expected, 60.0)));
            t.pass(t.here.look("p").seconds + .1);
            CHECK(t.here.ask("p").circuit == Circuit::probing);
            expected *= 2;
        }
    }
    SECTION("its answer opens it for all") {
        t.here.answered("p");
        t.pass(.1);
        CHECK(t.there.ask("p").circuit == Circuit::closed);
        CHECK(t.there.all().empty());
    }
    SECTION("where it never tells, another one tries after a while") {
        t.pass(31);
        CHECK(t.there.ask("p").circuit == Circuit::probing);
    }
}

TEST_CASE("health: late failures of calls begun before do not close it for longer") {
    Two t;
    for (int i = 0; i < 40; ++i) t.here.failed("p", "x");
    CHECK(t.here.look("p").seconds == Approx(5));
}

TEST_CASE("health: a pause the server asks for is shared, and ends by itself") {
    Two t;
    t.here.pause("p m", 30, "too many requests");
    t.pass(.1);
    CHECK(t.there.ask("p m").circuit == Circuit::paused);
    CHECK(t.there.ask("p m").seconds == Approx(29.9));
    t.there.answered("p m");
    CHECK(t.there.ask("p m").circuit == Circuit::paused);
    t.pass(30);
    CHECK(t.there.ask("p m").circuit == Circuit::closed);
    CHECK(t.here.ask("p m").circuit == Circuit::closed);
}

TEST_CASE("health: no pause is believed for longer than a day, and a clock set back ends it") {
    Two t;
    t.here.pause("p m", 3600, "come back in an hour");
    CHECK(t.there.look("p m").seconds == Approx(3600));
    t.pass(-600);
    CHECK(t.here.look("p m").circuit == Circuit::closed);
    t.pass(600);
    t.here.pause("q m", 1e9, "come back in the next century");
    CHECK(t.here.look("q m").seconds == Approx(86400));
}
