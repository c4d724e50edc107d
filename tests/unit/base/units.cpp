#include "base/units.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("units: lengths of time") {
    CHECK(parse_duration("30s") == 30.0);
    CHECK(parse_duration("500ms") == 0.5);
    CHECK(parse_duration(" 2 m ") == 120.0);
    CHECK(parse_duration("1m30s") == 90.0);
    CHECK(parse_duration("30d") == 2592000.0);
    CHECK(parse_duration("1.5h") == 5400.0);
    CHECK(parse_duration("45") == 45.0);
    CHECK(parse_duration("0s") == 0.0);
}

TEST_CASE("units: what is no length of time is nothing") {
    for (const char* bad : {"", "s", "-1s", "3 fortnights", "1s2", "1e3s", "inf", "nan", "101y", "1s,2s"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_duration(bad));
    }
}

TEST_CASE("units: sizes, by 1024 and by 1000") {
    CHECK(parse_size("512") == 512u);
    CHECK(parse_size("64KiB") == 65536u);
    CHECK(parse_size("1GiB") == 1073741824u);
    CHECK(parse_size("10 MB") == 10000000u);
    CHECK(parse_size("1.5k") == 1500u);
    for (const char* bad : {"", "GiB", "-1", "1GiBs", "1 2", "99999999TiB", "1s"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_size(bad));
    }
}

TEST_CASE("units: how much is kept, as age, size or both") {
    CHECK(parse_keep("30d, 1GiB") == Keep{2592000.0, 1073741824u});
    CHECK(parse_keep("1GiB,30d") == Keep{2592000.0, 1073741824u});
    CHECK(parse_keep("12h") == Keep{43200.0, std::nullopt});
    CHECK(parse_keep("5MB") == Keep{std::nullopt, 5000000u});
    CHECK(parse_keep("forever") == Keep{});
    for (const char* bad : {"", "30", "30d, 40d", "1GiB, 2GiB", "30d,", "30d 1GiB"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_keep(bad));
    }
}

TEST_CASE("units: words are split as a shell splits them, and nothing is expanded") {
    using Words = std::vector<std::string>;
    CHECK(split_command("pass show openai") == Words{"pass", "show", "openai"});
    CHECK(split_command("a 'b c' \"d \\\" e\" f\\ g ''") == Words{"a", "b c", "d \" e", "f g", ""});
    CHECK(split_command("echo $HOME `id` *") == Words{"echo", "$HOME", "`id`", "*"});
    CHECK(split_command("  ") == Words{});
    CHECK_FALSE(split_command("a 'b"));
}

TEST_CASE("units: numbers and truth values") {
    CHECK(parse_number(" 0.25 ") == 0.25);
    CHECK_FALSE(parse_number("1x"));
    CHECK_FALSE(parse_number("inf"));
    CHECK(parse_boolean("Yes") == true);
    CHECK(parse_boolean("off") == false);
    CHECK_FALSE(parse_boolean("maybe"));
}
