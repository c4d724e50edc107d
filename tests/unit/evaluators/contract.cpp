// What every evaluator of the roster keeps to.
#include "evaluators/prompt.hpp"
#include "unit/evaluators/script.hpp"

#include <map>
#include <set>

using namespace llm;
using namespace llm::test;

namespace {

/// What a type is given where it cannot do without.
const std::map<std::string, Json>& values() {
    static const std::map<std::string, Json> all{
        {"contains", "tea"}, {"icontains", "TEA"}, {"contains-any", {"tea", "x"}}, {"icontains-any", {"tea", "x"}}, {"contains-all", "tea, milk"}, {"icontains-all", "tea"},
        {"starts-with", "Green"}, {"ends-with", "."}, {"regex", "t.a"}, {"word-count", 3}, {"finish-reason", "stop"}, {"jq", ".answer | length > 3"}, {"command", "true"},
        {"tool-call-f1", {"search"}}, {"trajectory:tool-used", "search"}, {"trajectory:tool-args-match", {{"name", "search"}, {"args", {{"q", "tea"}}}}},
        {"trajectory:tool-sequence", {"search"}}, {"trajectory:step-count", {{"max", 3}}}, {"skill-used", "x"}, {"trace-span-count", {{"pattern", "*"}, {"min", 1}}},
        {"trace-span-duration", {{"max", 10}}}, {"trace-error-spans", 0}, {"closed-qa", "is about tea"}, {"model-graded-closedqa", "is about tea"}, {"llm-rubric", "is about tea"},
        {"rubric", "is about tea"}, {"g-eval", "is about tea"}, {"trajectory:goal-success", "tea is served"}};
    return all;
}

const Json record = Json::parse(R"({"query": "What tea?", "response": {"text": "Green tea, with milk.", "ms": 5, "cost": 0.1, "finish": "stop", "logprobs": [{"token": "x", "logprob": -1}],
    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "search", "arguments": "{\"q\":\"tea\"}"}}]}, "reference": "Green tea", "context": ["Tea is green."],
    "messages": [{"role": "user", "content": "What tea?"}], "tools": [{"name": "search", "parameters": {"type": "object"}}], "trace": [{"name": "llm", "ms": 3}]})");

Json written(const EvaluatorType& type, std::string_view prefix = "") {
    Json j{{"type", std::string{prefix} + std::string{type.name}}};
    if (const auto found = values().find(std::string{type.name}); found != values().end()) j["value"] = found->second;
    if (type.name == "latency" || type.name == "perplexity" || type.name == "cost") j["threshold"] = 4;
    return j;
}

}  // namespace

TEST_CASE("contract: names are single, everything is said for people") {
    std::set<std::string_view> names;
    for (const EvaluatorEntry* e : evaluators()) {
        CHECK_FALSE(e->name.empty());
        CHECK_FALSE(e->about.empty());
        CHECK_FALSE(e->types.empty());
        for (const EvaluatorType& t : e->types) {
            INFO(t.name);
            CHECK(names.insert(t.name).second);
            CHECK_FALSE(t.about.empty());
            CHECK_FALSE(t.name.starts_with("not-"));
            CHECK(&evaluator_entry(t.name) == e);
        }
    }
    CHECK(names.size() >= 80);
}

TEST_CASE("contract: what is local decides, not- decides the contrary, and scores lie between 0 and 1") {
    const EvaluatorNeeds none;
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types) {
            INFO(t.name);
            const Assertion plain{check_of(written(t)), none}, negated{check_of(written(t, "not-")), none};
            if (!plain.local()) continue;
            const Case c = case_of(record);
            const Verdict yes = plain.check(c), no = negated.check(c);
            CHECK(yes.pass != no.pass);
            for (const Verdict* v : {&yes, &no}) {
                CHECK(v->score >= 0);
                CHECK(v->score <= 1);
                CHECK_FALSE(v->reason.empty());
                CHECK(v->calls == 0);
            }
        }
}

TEST_CASE("contract: no evaluator minds an odd answer") {
    const EvaluatorNeeds none;
    const std::vector<std::string> odd{"", " ", "\n\n", std::string(1, '\0'), "\xFF\xFE\x80", "🙂🙂", "e\xCC\x81", std::string(3000, '<'), std::string(3000, '{'), "<a><b></a>", "SELECT", "\"\\u0000\"", "[[[[", "&amp;", "{{name}}"};
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types) {
            const Assertion a{check_of(written(t)), none};
            if (!a.local()) continue;
            for (const std::string& answer : odd) {
                Case c = case_of(record);
                c.answer = answer;
                c.tool_calls = nullptr;
                INFO(t.name << " on " << answer.substr(0, 20));
                try {
                    const Verdict v = a.check(c);
                    CHECK(v.score >= 0);
                    CHECK(v.score <= 1);
                } catch (const Error& error) {
                    CHECK(error.fault != Fault::internal);
                }
            }
        }
}

TEST_CASE("contract: no answer holds an evaluator up") {
    const EvaluatorNeeds none;
    const auto times = [](std::string_view piece, int n) {
        std::string out;
        for (; n > 0; --n) out += piece;
        return out;
    };
    const std::vector<std::string> heavy{times("<a>", 6'000), times("<!--", 8'000), times("&", 12'000) + ";", times("<script>", 4'000), times("<a b='", 5'000), times("[{", 6'000), times("(", 12'000),
                                         times("SELECT (", 2'000), times("```", 4'000), times("\"", 12'000)};
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types) {
            const Assertion a{check_of(written(t)), none};
            if (!a.local()) continue;
            for (const std::string& answer : heavy) {
                Case c = case_of(record);
                c.answer = answer;
                try {
                    CHECK(a.check(c).score >= 0);
                } catch (const Error& error) {
                    CHECK(error.fault == Fault::data);
                }
            }
        }
}

TEST_CASE("contract: what calls a model says so where none is at hand, and reads no verdict from chatter") {
    const EvaluatorNeeds none;
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types) {
            if (Assertion{check_of(written(t)), none}.local()) continue;
            INFO(t.name);
            CHECK(error_of(written(t), record, none).fault == Fault::config);
            if (e->name != "graded" && e->name != "pairwise") continue;
            Script script;
            script.says = {"Perfect!", "10/10", "{\"score\": \"high\"}"};
            CHECK(error_of(written(t), record, needs_of(script)).fault == Fault::provider);
        }
}

TEST_CASE("contract: every built-in prompt can be read, and names what it needs") {
    for (const BuiltInPrompt& p : built_in_prompts()) {
        INFO(p.name);
        const JudgePrompt prompt = judge_prompt(p.name, {});
        CHECK_FALSE(prompt.about.empty());
        CHECK_FALSE(prompt.needs.empty());
        CHECK(prompt.text.size() > 150);
        const bool mentions = prompt.text.find("{{criteria}}") != std::string::npos;
        CHECK(mentions == (prompt.criteria != JudgePrompt::Criteria::none));
        CHECK(prompt.text.find("{{answer}}") == std::string::npos);
    }
}
