#include "eval/checker.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {

struct Silent final : Emitter {
    void delta(std::string_view) override {}
    void forget() override {}
    bool begun() const override { return false; }
};

Json checked(Checker& checker, const std::string& line) {
    Record record = Record::parse(line, 1);
    Silent emitter;
    Task<void> task = checker.step(record, emitter);
    task.start();
    REQUIRE(task.done());
    task.result();
    return record.get("eval");
}

}  // namespace

TEST_CASE("checker: a record is held to its own expect, and to what all are held to before") {
    const EvaluatorNeeds needs;
    Demands demands;
    demands.all = checks_of(Json("not-contains: damn"));
    Checker checker{needs, std::move(demands)};
    const Json eval = checked(checker, R"({"response":{"text":"Paris"},"expect":"contains: Paris"})");
    CHECK(eval["pass"] == true);
    REQUIRE(eval["checks"].size() == 2);
    CHECK(eval["checks"][0]["type"] == "not-contains");
    CHECK(checked(checker, R"({"response":{"text":"damn"}})")["pass"] == false);
}

TEST_CASE("checker: only what has something to be held to is wanted") {
    const EvaluatorNeeds needs;
    Checker checker{needs, {}};
    CHECK_FALSE(checker.wants(Record::parse(R"({"response":{"text":"x"}})", 1)));
    CHECK_FALSE(checker.wants(Record::parse(R"({"response":{"text":"x"},"expect":null})", 1)));
    CHECK(checker.wants(Record::parse(R"({"response":{"text":"x"},"expect":"x"})", 1)));
}

TEST_CASE("checker: threshold and transform of the case count, and its variables fill templates in") {
    const EvaluatorNeeds needs;
    Checker checker{needs, {}};
    const std::string line = R"({"case":{"id":"a","threshold":0.5,"transform":".name"},"vars":{"who":"Ada"},"response":{"text":"{\"name\": \"Ada L\"}"},"expect":["contains: {{who}}","equals: Ada"]})";
    const Json eval = checked(checker, line);
    CHECK(eval["score"] == 0.5);
    CHECK(eval["pass"] == true);
}

TEST_CASE("checker: a record without an answer is an error, unless jq alone is asked") {
    const EvaluatorNeeds needs;
    Checker checker{needs, {}};
    CHECK_THROWS_AS(checked(checker, R"({"expect":"contains: x"})"), Error);
    CHECK(checked(checker, R"({"n":3,"expect":"jq: .n == 3"})")["pass"] == true);
    CHECK(checked(checker, R"({"answer":"x","expect":"contains: x"})")["pass"] == true);
}

TEST_CASE("checker: the case of the record's id gives what the record does not say") {
    const EvaluatorNeeds needs;
    Demands demands;
    demands.by_id["7"] = Json{{"expect", "contains: {{word}}"}, {"vars", {{"word", "seven"}}}};
    Checker checker{needs, std::move(demands)};
    CHECK(checker.wants(Record::parse(R"({"id":7})", 1)));
    CHECK(checked(checker, R"({"id":7,"response":{"text":"it is seven"}})")["pass"] == true);
    CHECK(checked(checker, R"({"id":7,"response":{"text":"it is eight"}})")["pass"] == false);
}
