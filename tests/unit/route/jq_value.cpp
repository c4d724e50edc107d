#include "route/jq_value.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <array>

using namespace llm;

namespace {

const std::array<const char*, 6> records{R"({"prompt":"hi","user":{"plan":"pro","age":40},"n":7,"ok":true,"none":null})",
                                         R"({"prompt":"ho\n","user":{"plan":"free"},"n":7.5,"ok":false,"list":[1]})",
                                         R"({"prompt":"","user":null,"n":"7"})",
                                         R"({"user":{"plan":{"name":"x"}},"n":-1})",
                                         R"({"user":{"plan":["pro"]},"n":1e3,"ok":[]})",
                                         R"({"p.rompt":1})"};

}  // namespace

TEST_CASE("jq value: what is computed here is what jq says") {
    for (const std::string program :
         {".prompt", ".user.plan", ".user.plan == \"pro\"", ".n > 7", ".n >= 7 and .ok", ".ok or .user.age == 40", "(.n < 0 or .n == 7) and .prompt != \"ho\"", ".nothing",
          ".user.plan.name", ".n != null", ".ok == false", ".none == null", ".user.age <= 40", "true", "\"a\" < .prompt", ".n == \"7\"", ".user == null"}) {
        JqValue ours{program};
        CHECK_FALSE(ours.foreign());
        JqProgram theirs{program};
        for (const char* line : records) {
            const Record r = Record::parse(line, 1);
            INFO(program << " on " << line);
            std::string ours_raised, theirs_raised;
            bool a = false, b = false;
            try {
                a = ours.holds(r);
            } catch (const Error& e) {
                ours_raised = e.what();
            }
            try {
                b = theirs.holds(line);
            } catch (const Error& e) {
                theirs_raised = e.what();
            }
            CHECK(a == b);
            CHECK(ours_raised == theirs_raised);
        }
    }
}

TEST_CASE("jq value: all else is jq's") {
    for (const std::string program : {".prompt | length > 3", ".a // 1", ".[\"x\"]", ".a[0]", ". == 1", ".n + 1 == 8", "-1", ".a == .b == .c"}) {
        INFO(program);
        try {
            const JqValue value{program};
            CHECK(value.foreign());
        } catch (const Error& e) {
            CHECK_THAT(e.what(), contains("is no jq program"));  // jq's own refusal
        }
    }
}

TEST_CASE("jq value: a text is given as it is, the rest as JSON") {
    const Record r = Record::parse(records[0], 1);
    CHECK(JqValue{".user.plan"}.text(r) == "pro");
    CHECK(JqValue{".n"}.text(r) == "7");
    CHECK(JqValue{".user"}.text(r) == R"({"plan":"pro","age":40})");
    CHECK_FALSE(JqValue{".nothing"}.text(r).has_value());
    CHECK(JqValue{".n + 1"}.text(r) == "8");
    CHECK(JqValue{".prompt"}.text(Record::parse(records[1], 1)) == "ho\n");
}
