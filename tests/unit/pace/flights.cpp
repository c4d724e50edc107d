#include "pace/flights.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <unistd.h>

using namespace llm;
using SeatRole = Flights::Seat::Role;
using Progress = Flights::Progress;

namespace {
struct Field {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("llm-flights-" + std::to_string(::getpid()));
    PaceStore one{folder / "pace.db"}, other{folder / "pace.db"};
    Flights here{one}, there{other};
    Field() { std::filesystem::remove_all(folder); }
    ~Field() { std::filesystem::remove_all(folder); }
};
}  // namespace

TEST_CASE("flights: the first sends, the others wait and take its outcome") {
    Field f;
    const auto pilot = f.here.board("k"), passenger = f.there.board("k"), third = f.there.board("k");
    REQUIRE(pilot.role == SeatRole::pilot);
    REQUIRE(passenger.role == SeatRole::passenger);
    CHECK(f.there.board("another").role == SeatRole::pilot);
    std::string outcome;
    CHECK(f.there.look(passenger, outcome) == Progress::flying);
    f.here.land(pilot.id, "the answer");
    CHECK(f.here.board("k").role == SeatRole::pilot);  // what comes later is not aboard any more
    CHECK(f.there.look(passenger, outcome) == Progress::landed);
    CHECK(outcome == "the answer");
    CHECK(f.there.look(third, outcome) == Progress::landed);
    CHECK(f.one.db().value<int>("SELECT count(*) FROM flight WHERE outcome IS NOT NULL") == 0);
}

TEST_CASE("flights: those aboard of a pilot who gave up or died begin anew") {
    Field f;
    const auto pilot = f.here.board("k"), passenger = f.there.board("k");
    f.here.abandon(pilot.id);
    std::string outcome;
    CHECK(f.there.look(passenger, outcome) == Progress::lost);
    const auto second = f.there.board("k");
    CHECK(second.role == SeatRole::pilot);
    f.one.db().run("UPDATE flight SET started = started + 1");
    CHECK(f.here.board("k").role == SeatRole::pilot);
}

TEST_CASE("flights: a landing nobody waits for leaves nothing") {
    Field f;
    const auto pilot = f.here.board("k");
    const auto gone = f.there.board("k");
    f.there.leave(gone);
    f.here.land(pilot.id, "x");
    CHECK(f.one.db().value<int>("SELECT count(*) FROM flight") == 0);
}
