#include "log/when.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <ctime>

using namespace llm;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t now = 1'795'435'200 * second;  // 2026-11-23T12:00:00Z

class Zone {
public:
    explicit Zone(const char* name) {
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~Zone() {
        ::unsetenv("TZ");
        ::tzset();
    }
};

std::string when(std::string_view text) { return show_time(parse_when(text, now)); }

}  // namespace

TEST_CASE("when: dates and times, with a zone or in local time") {
    const Zone zone("UTC-2");
    CHECK(when("2026-11-23T10:30:15.25Z") == "2026-11-23T10:30:15.250Z");
    CHECK(when("2026-11-23T10:30+01:00") == "2026-11-23T09:30:00.000Z");
    CHECK(when("2026-11-23 10:30-0530") == "2026-11-23T16:00:00.000Z");
    CHECK(when("2026-11-23T10:30") == "2026-11-23T08:30:00.000Z");
    CHECK(when("2026-11-23") == "2026-11-22T22:00:00.000Z");
    CHECK(when("2024-02-29T00:00Z") == "2024-02-29T00:00:00.000Z");
}

TEST_CASE("when: days by name and lengths of time before now") {
    const Zone zone("UTC-2");
    CHECK(when("now") == show_time(now));
    CHECK(when("today") == "2026-11-22T22:00:00.000Z");
    CHECK(when("yesterday") == "2026-11-21T22:00:00.000Z");
    CHECK(when("2h") == "2026-11-23T10:00:00.000Z");
    CHECK(when("1.5h") == "2026-11-23T10:30:00.000Z");
    CHECK(when("7d") == "2026-11-16T12:00:00.000Z");
    CHECK(local_day(now) == "2026-11-23");
    CHECK(local_day(now + 11 * 3600 * second) == "2026-11-24");
}

TEST_CASE("when: what is no point in time is an error of usage") {
    for (const char* text : {"", "soon", "2026-13-01", "2026-02-29", "2026-11-23T25:00", "2026-11-23T10:30X", "2026-11-23T10:30+1",
                             "2026", "20261123", "-2h", "2026-11-23T10:30:15."}) {
        INFO(text);
        try {
            parse_when(text, now);
            FAIL("accepted");
        } catch (const Error& e) {
            CHECK(e.fault == Fault::usage);
        }
    }
}
