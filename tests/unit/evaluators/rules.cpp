#include "unit/evaluators/script.hpp"

using namespace llm;
using namespace llm::test;

TEST_CASE("regex: JavaScript's and Python's ways are read") {
    CHECK(passes({{"type", "regex"}, {"value", "\\d{4}"}}, "in 2026"));
    CHECK(passes({{"type", "regex"}, {"value", "/^yes\\b/i"}}, "Yes, sir"));
    CHECK(passes({{"type", "regex"}, {"value", "(?<year>\\d{4})-(?=\\d\\d)"}}, "2026-11"));
    CHECK(passes({{"type", "regex"}, {"value", "^\\u00e9t\\u00e9$"}}, "été"));
    CHECK_FALSE(passes({{"type", "not-regex"}, {"value", "a.c"}}, "abc"));
    CHECK_THAT(error_of({{"type", "regex"}, {"value", "(a"}}).what(), contains("at character"));
}

TEST_CASE("regex: a pattern that explodes is an error, and a long text no matter") {
    CHECK(error_of({{"type", "regex"}, {"value", "^(a|aa)+$"}}, {{"response", {{"text", std::string(200, 'a') + "b"}}}}).fault == Fault::data);
    CHECK(passes({{"type", "regex"}, {"value", "(x|y)+z"}}, std::string(20'000, 'x') + "z"));
    CHECK_FALSE(passes({{"type", "regex"}, {"value", "^.$"}}, "\xFF"));
}

TEST_CASE("is-json, contains-json: with and without a schema") {
    const Json schema = {{"type", "object"}, {"required", {"latitude"}}, {"properties", {{"latitude", {{"type", "number"}, {"maximum", 90}}}}}};
    CHECK(passes("is-json", R"({"a": 1})"));
    CHECK(passes("is-json", "[1, 2]"));
    CHECK_FALSE(passes("is-json", "Here: {}"));
    CHECK(passes({{"type", "is-json"}, {"value", schema}}, R"({"latitude": 48.1})"));
    CHECK_FALSE(passes({{"type", "is-json"}, {"value", schema}}, R"({"latitude": 100})"));
    CHECK(passes("contains-json", "Sure!\n```json\n{\"a\": [1, {\"b\": \"}\"}]}\n```\nBye {smile"));
    CHECK(passes({{"type", "contains-json"}, {"value", schema}}, "one {\"x\": 1} two {\"latitude\": 1}"));
    CHECK_FALSE(passes({{"type", "contains-json"}, {"value", schema}}, "one {\"x\": 1}"));
    CHECK_FALSE(passes("contains-json", "a {set} of [words"));
    CHECK(passes({{"type", "is-json"}, {"value", "latitude float"}}, R"({"latitude": 1.5})"));
    CHECK_FALSE(passes("contains-json", std::string(100'000, '{')));
}

TEST_CASE("levenshtein: edits in code points") {
    CHECK(passes({{"type", "levenshtein"}, {"value", "sitting"}, {"threshold", 3}}, "kitten"));
    CHECK_FALSE(passes({{"type", "levenshtein"}, {"value", "sitting"}, {"threshold", 2}}, "kitten"));
    CHECK(check({{"type", "levenshtein"}, {"value", "grüße"}}, {{"response", {{"text", "gruße"}}}}).value == 1.0);
    CHECK(passes("levenshtein(5): hello world", "hello word"));
    CHECK_FALSE(passes({{"type", "levenshtein"}, {"value", std::string(20'000, 'a')}}, std::string(20'000, 'b')));
}

TEST_CASE("limits: words, time, money, the end, certainty") {
    CHECK(passes({{"type", "word-count"}, {"value", 3}}, " one two  three\n"));
    CHECK(passes({{"type", "word-count"}, {"value", {{"min", 2}, {"max", 3}}}}, "one two"));
    CHECK_FALSE(passes({{"type", "word-count"}, {"value", {{"max", 1}}}}, "one two"));
    CHECK_THAT(error_of({{"type", "word-count"}, {"value", {{"min", 3}, {"max", 1}}}}).what(), contains("above"));
    const Json record = {{"response", {{"text", "x"}, {"ms", 320.5}, {"cost", .002}, {"finish", "stop"}, {"logprobs", {{{"token", "x"}, {"logprob", -.5}}, {{"token", "y"}, {"logprob", -1.5}}}}}}};
    CHECK(check({{"type", "latency"}, {"threshold", 400}}, record).pass);
    CHECK_FALSE(check({{"type", "latency"}, {"threshold", 300}}, record).pass);
    CHECK(check({{"type", "not-cost"}, {"threshold", .001}}, record).pass);
    CHECK(check({{"type", "cost"}}, record).value == .002);
    CHECK(check({{"type", "finish-reason"}, {"value", "END_TURN"}}, record).pass);
    CHECK_FALSE(check({{"type", "finish-reason"}, {"value", "length"}}, record).pass);
    CHECK(*check({{"type", "perplexity"}, {"threshold", 3}}, record).value == Approx(2.718281828));
    CHECK(check({{"type", "perplexity-score"}, {"threshold", .25}}, record).score == Approx(1 / 3.718281828));
    for (const char* type : {"cost", "perplexity", "finish-reason"}) CHECK(error_of({{"type", type}, {"value", "stop"}}).fault == Fault::data);
    CHECK(error_of({{"type", "latency"}}, record).fault == Fault::config);
}

TEST_CASE("is-refusal: known wordings near the start") {
    for (const char* refusal : {"I'm sorry, but I can't help with that.", "I\xE2\x80\x99m unable to do this", "As an AI language model, I cannot", "", "Es tut mir leid, aber das geht nicht."})
        CHECK(passes("is-refusal", refusal));
    for (const char* answer : {"The capital of France is Paris.", "Sorry we are late: here is the plan."}) CHECK(passes("not-is-refusal", answer));
    CHECK(check("is-refusal", {{"response", {{"text", "No."}, {"finish", "refusal"}}}}).pass);
}

TEST_CASE("jq: a condition, a score, or a whole verdict") {
    const Json record = {{"prompt", "q"}, {"topic", "tea"}, {"response", {{"text", "green tea"}, {"cost", .5}}}};
    CHECK(check({{"type", "jq"}, {"value", ".topic as $t | .answer | contains($t)"}}, record).pass);
    CHECK(check({{"type", "not-jq"}, {"value", ".cost > 1"}}, record).pass);
    const Verdict score = check({{"type", "jq"}, {"value", ".7"}, {"threshold", .6}}, record);
    CHECK(score.pass);
    CHECK(score.score == Approx(.7));
    const Verdict whole = check({{"type", "jq"}, {"value", R"({pass: false, score: .2, reason: "too green"})"}}, record);
    CHECK_FALSE(whole.pass);
    CHECK(whole.score == Approx(.2));
    CHECK(whole.reason == "too green");
    CHECK(error_of({{"type", "jq"}, {"value", ".["}}).fault == Fault::config);
    CHECK(error_of({{"type", "jq"}, {"value", "\"maybe\""}}, record).fault == Fault::provider);
}

TEST_CASE("likeness: the metrics as assertions") {
    const Json record = {{"response", {{"text", "the cat sat on the mat"}}}, {"reference", "the cat is on the mat"}};
    for (const char* type : {"bleu", "gleu", "meteor", "chrf", "f1", "rouge-n", "rouge-1", "rouge-5", "rouge-l"}) {
        const Verdict plain = check({{"type", type}, {"threshold", .5}}, record);
        const Verdict negated = check({{"type", std::string{"not-"} + type}, {"threshold", .5}}, record);
        INFO(type);
        CHECK(plain.pass != negated.pass);
        CHECK(plain.score == Approx(1 - negated.score));
        CHECK(check({{"type", type}, {"value", {"nothing alike here", "the cat sat on the mat"}}}, record).score == Approx(1).margin(type[0] == 'm' ? .01 : 1e-9));
    }
    // As Azure's evaluators count: NLTK 3.8 over NIST tokens.
    const Json paris = {{"response", {{"text", "Paris is the capital of France, with 2.1 million people."}}}, {"reference", "The capital of France is Paris; it has about 2.1 million inhabitants."}};
    CHECK(check("bleu", paris).score == Approx(0.126705015448).margin(1e-9));
    CHECK(check("gleu", paris).score == Approx(0.24).margin(1e-9));
    CHECK(check("f1", {{"answer", "The Cat, sat."}, {"ground_truth", "a cat sat down"}}).score == Approx(.8));
    CHECK(error_of({{"type", "bleu"}}).fault == Fault::data);
    CHECK_THAT(error_of({{"type", "bleu"}, {"config", {{"smoothing", "method9"}}}}, record).what(), contains("add-k"));
}
