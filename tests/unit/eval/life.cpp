#include "eval/life.hpp"

#include "base/error.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {

Reviewable one(const std::string& group, double score, double spread, bool passed = true) {
    Reviewable r;
    r.line = group;
    r.group = group;
    r.score = score;
    r.spread = spread;
    r.judged = true;
    r.passed = passed;
    return r;
}

}  // namespace

TEST_CASE("life: a journalled call becomes a case with its turns, options and answer") {
    const Json shown = Json::parse(R"({"id": 17, "time": "2026-11-23T10:00:00.000Z", "record_id": "a", "gen_ai_provider_name": "openai", "gen_ai_request_model": "gpt-5-mini",
        "gen_ai_request_temperature": 0.2, "gen_ai_system_instructions": [{"type": "text", "content": "Be brief."}],
        "gen_ai_input_messages": [{"role": "user", "parts": [{"type": "text", "content": "Capital of France?"}]}],
        "gen_ai_output_messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Paris"}], "finish_reason": "stop"}]})");
    const Json c = case_of_call(shown);
    CHECK(c["id"] == "call-17");
    REQUIRE(c["messages"].size() == 2);
    CHECK(c["messages"][0]["role"] == "system");
    CHECK(c["messages"][1]["content"] == "Capital of France?");
    CHECK(c["reference"] == "Paris");
    CHECK(c["options"]["temperature"] == 0.2);
    CHECK(c["metadata"]["model"] == "openai/gpt-5-mini");
    const Json right = corrected(c, Json{{"correction", "Paris, of course"}});
    CHECK(right["reference"] == "Paris, of course");
    CHECK(right["expect"][0]["type"] == "not-equals");
    CHECK(right["expect"][0]["value"] == "Paris");
}

TEST_CASE("life: a correction becomes a case, whatever it is written like") {
    const Json ours = case_of_correction(Json::parse(R"({"id": 3, "prompt": "2+2?", "response": {"text": "5"}, "correction": "4", "extra": 1})"));
    CHECK(ours == Json::parse(R"({"id": 3, "prompt": "2+2?", "reference": "4", "expect": [{"type": "not-equals", "value": "5"}]})"));
    const Json dpo = case_of_correction(Json::parse(
        R"({"input": {"messages": [{"role": "user", "content": "2+2?"}]}, "preferred_output": [{"role": "assistant", "content": "4"}], "non_preferred_output": [{"role": "assistant", "content": "5"}]})"));
    CHECK(dpo["messages"][0]["content"] == "2+2?");
    CHECK(dpo["reference"] == "4");
    CHECK(dpo["expect"][0]["value"] == "5");
    const Json system = case_of_correction(Json::parse(R"({"prompt": "x", "system": "s", "correction": "y"})"));
    CHECK(system["messages"].size() == 2);
    CHECK_FALSE(system.contains("prompt"));
    CHECK_THROWS_AS(case_of_correction(Json::parse(R"({"prompt": "x"})")), Error);
    CHECK_THROWS_AS(case_of_correction(Json::parse(R"({"correction": "x"})")), Error);
}

TEST_CASE("life: samples are the lowest, the most disputed, or by chance the same for a seed") {
    const std::vector<Reviewable> all{one("a", 0.9, 0), one("b", 0.1, 0.2), one("c", 0.5, 1), one("a", 0.2, 0, false)};
    CHECK(pick(all, Pick::lowest, 2, 1) == std::vector<std::size_t>{1, 3});
    // a's repetitions disagree fully, and c's checks do
    CHECK(pick(all, Pick::disagreement, 3, 1) == std::vector<std::size_t>{0, 2, 3});
    CHECK(pick(all, Pick::random, 2, 7) == pick(all, Pick::random, 2, 7));
    CHECK(pick(all, Pick::random, 9, 7).size() == 4);
    std::vector<Reviewable> unjudged = all;
    unjudged[1].judged = false;
    CHECK(pick(unjudged, Pick::lowest, 1, 1) == std::vector<std::size_t>{3});
}
