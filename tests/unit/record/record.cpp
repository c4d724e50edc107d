#include "record/record.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("record: a member is spliced in, the rest stays byte for byte") {
    auto r = Record::parse(R"( { "id" : 1.10, "n":12345678901234567890123 ,"a":1,"a":2 } )", 3);
    r.set("response", Json{{"text", "x"}});
    CHECK(r.line() == R"( { "id" : 1.10, "n":12345678901234567890123 ,"a":1,"a":2,"response":{"text":"x"} } )");
    r.set("id", Json("new"));
    CHECK(r.line() == R"( { "id" : "new", "n":12345678901234567890123 ,"a":1,"a":2,"response":{"text":"x"} } )");
    r.erase("response");
    CHECK(r.line() == R"( { "id" : "new", "n":12345678901234567890123 ,"a":1,"a":2 } )");
}

TEST_CASE("record: the first member of an empty object comes without a comma") {
    auto r = Record::parse("{}", 1);
    r.set("a", Json(1));
    CHECK(r.line() == R"({"a":1})");
    r.erase("a");
    CHECK(r.line() == "{}");
}

TEST_CASE("record: erase takes the comma that belongs to the member, wherever it stands") {
    for (const auto& [line, name, rest] : {std::tuple{R"({"a":1,"b":2,"c":3})", "a", R"({"b":2,"c":3})"},
                                           {R"({"a":1,"b":2,"c":3})", "b", R"({"a":1,"c":3})"},
                                           {R"({"a":1,"b":2,"c":3})", "c", R"({"a":1,"b":2})"},
                                           {R"({"a":1,"a":2})", "a", R"({})"}}) {
        auto r = Record::parse(line, 1);
        r.erase(name);
        CHECK(r.line() == rest);
    }
}

TEST_CASE("record: of equal names the last counts, null counts as absent, escaped names are found") {
    const auto r = Record::parse(R"({"a":1,"a":2,"n":null,"pr\u006fmpt":"x"})", 1);
    CHECK(r.raw("a") == "2");
    CHECK_FALSE(r.has("n"));
    CHECK(r.text("prompt") == "x");
}

TEST_CASE("record: what is no object is refused with its line and the cure") {
    CHECK_THROWS_WITH(Record::parse("hello", 7), contains("line 7") && contains("--lines"));
    CHECK_THROWS_WITH(Record::parse("[1]", 1), contains("no object"));
    CHECK_THROWS_WITH(Record::parse("{\"a\":\"\xff\"}", 1), contains("UTF-8"));
}

TEST_CASE("record: reserved members of another shape are refused, null ones are not") {
    const auto check = [](std::string_view line) {
        const auto r = Record::parse(line, 1);
        check_reserved(r.scanned(), r.line());
    };
    CHECK_THROWS_WITH(check(R"({"prompt":["x"]})"), contains("'prompt'") && contains("--wrap"));
    CHECK_THROWS_WITH(check(R"({"response":200})"), contains("'response'"));
    CHECK_THROWS_WITH(check(R"({"response":{"status":200}})"), contains("'response'"));
    CHECK_THROWS_WITH(check(R"({"error":{"code":5}})"), contains("'error'"));
    CHECK_NOTHROW(check(R"({"prompt":null,"response":{"text":"a"},"error":{"fault":"data"},"mine":{"error":1}})"));
}

TEST_CASE("record: an error member is known by its fault") {
    CHECK(fault_of_error(R"({"fault":"rate_limit"})") == Fault::rate_limit);
    CHECK_FALSE(fault_of_error(R"({"fault":"teapot"})"));
    Error e(Fault::timeout, "slow");
    e.status = 504;
    const Json j = error_member(e, "llm-ask", 9);
    CHECK(dump(j) == R"({"tool":"llm-ask","fault":"timeout","message":"slow","status":504,"line":9})");
}

TEST_CASE("record: after any number of splices the members are where a new reading finds them") {
    auto r = Record::parse(R"({ "a" : 1 , "b":"x","a":[1,2] , "c":{} } )", 1);
    int n = 0;
    for (const char* name : {"b", "new", "a", "c", "new", "d\"q", "b", "a"}) {
        ++n;
        r.set_raw(name, std::string(static_cast<std::size_t>(n % 3), ' ') + quote(std::string(static_cast<std::size_t>(7 * n % 31), 'x')));
        const Scan& kept = r.scanned();
        Scan read;
        scan(r.line(), read);
        INFO(r.line());
        REQUIRE(read.kind == Scan::Kind::object);
        REQUIRE(kept.members.size() == read.members.size());
        CHECK(kept.close == read.close);
        for (std::size_t i = 0; i < read.members.size(); ++i) {
            CHECK(kept.members[i].key_begin == read.members[i].key_begin);
            CHECK(kept.members[i].key_end == read.members[i].key_end);
            CHECK(kept.members[i].value_end == read.members[i].value_end);
        }
    }
}
