#include "evaluators/assertion.hpp"
#include "base/loop.hpp"
#include "evaluators/needs.hpp"
#include "unit/evaluators/script.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace llm;
using namespace llm::test;

TEST_CASE("assertion: the short forms") {
    CHECK(to_json(check_of("contains: a, b")) == Json({{"type", "contains"}, {"value", "a, b"}}));
    CHECK(to_json(check_of("not-similar(0.8): x")) == Json({{"type", "not-similar"}, {"value", "x"}, {"threshold", .8}}));
    CHECK(to_json(check_of("is-json")) == Json({{"type", "is-json"}}));
    CHECK(to_json(check_of("trajectory:tool-used: search")) == Json({{"type", "trajectory:tool-used"}, {"value", "search"}}));
    CHECK(to_json(check_of("grade: is polite")) == Json({{"type", "llm-rubric"}, {"value", "is polite"}}));
    CHECK(to_json(check_of("Note: this is plain text")) == Json({{"type", "equals"}, {"value", "Note: this is plain text"}}));
    for (const char* text : {"date: 5 May", "costs: 3", "equal", "Contain: x", "a contain: x", "not-so-bad"})
        CHECK(to_json(check_of(text)) == Json({{"type", "equals"}, {"value", text}}));
    CHECK(to_json(check_of("is-json-like")) == Json({{"type", "equals"}, {"value", "is-json-like"}}));
    CHECK(checks_of(Json({"is-json", {{"type", "contains"}, {"value", "x"}}})).size() == 2);
    CHECK(checks_of(nullptr).empty());
}

TEST_CASE("assertion: a misspelt type is not taken for what the answer must equal") {
    const auto complaint = [](const char* text) {
        try {
            check_of(text);
        } catch (const Error& e) {
            CHECK(e.fault == Fault::config);
            return std::string{e.what()};
        }
        return std::string{};
    };
    CHECK_THAT(complaint("contain: x"), contains("did you mean 'contains'?"));
    CHECK_THAT(complaint("contain: x"), contains("write 'equals: ' before it"));
    CHECK_THAT(complaint("is-jsn"), contains("did you mean 'is-json'?"));
    CHECK_THAT(complaint("not-contain: error"), contains("did you mean 'not-contains'?"));
    CHECK_THAT(complaint("simlar(0.8): x"), contains("did you mean 'similar'?"));
    CHECK(check_of("equals: contain: x").value == "contain: x");
}

TEST_CASE("assertion: a likeness that nothing can reach is refused") {
    CHECK(error_of("similar(2): x", {}).fault == Fault::config);
    CHECK(error_of({{"type", "similar:euclidean"}, {"value", "x"}, {"threshold", 3}}, {}).fault == Fault::config);
}

TEST_CASE("assertion: promptfoo's shape there and back") {
    const Json written = {{"type", "not-llm-rubric"}, {"value", "rude"}, {"config", {{"jury", "mean"}}}, {"threshold", .5}, {"weight", 2.0}, {"provider", {"a", "b"}}, {"metric", "tone"}, {"transform", ".x"}};
    CHECK(to_json(check_of(written)) == written);
    CHECK(check_of({{"type", "similar"}, {"provider", {{"embedding", {{"id", "openai/e"}}}}}}).models == std::vector<std::string>{"openai/e"});
}

TEST_CASE("assertion: what cannot be done is said with the remedy") {
    const auto message = [](const Json& written) -> std::string {
        try {
            check_of(written);
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    };
    CHECK_THAT(message({{"type", "javascript"}, {"value", "output.length > 1"}}), contains("`jq`") && contains("`command`"));
    CHECK_THAT(message({{"type", "python"}}), contains("`command`"));
    CHECK_THAT(message("fn:output.length"), contains("javascript"));
    CHECK_THAT(message({{"type", "contians"}}), contains("did you mean 'contains'"));
    CHECK_THAT(message({{"type", "contains"}, {"treshold", 1}}), contains("did you mean `threshold`"));
    CHECK_THAT(message({{"value", "x"}}), contains("without `type`"));
    CHECK_THAT(message({{"type", "contains"}, {"weight", -1}}), contains("below 0"));
    CHECK_THAT(message({{"type", "assert-set"}}), contains("`assert`"));
    CHECK_THAT(error_of({{"type", "contains"}}).what(), contains("missing"));
}

TEST_CASE("assertion: values are templates over the record") {
    const Json record = {{"name", "Ada"}, {"limit", 3}, {"response", {{"text", "Ada Lovelace"}}}};
    CHECK(check({{"type", "contains"}, {"value", "{{name}}"}}, record).pass);
    CHECK(check({{"type", "contains-all"}, {"value", {"{{ name }}", "Lovelace"}}}, record).pass);
    CHECK_FALSE(check({{"type", "word-count"}, {"value", "{{limit}}"}}, record).pass);
    CHECK_THAT(error_of({{"type", "contains"}, {"value", "{{nmae}}"}}, record).what(), contains("did you mean 'name'"));
    CHECK(passes({{"type", "contains"}, {"value", "{{}}"}}, "a {{}} b"));
}

TEST_CASE("assertion: values from files, and transforms by jq") {
    std::string name = (std::filesystem::temp_directory_path() / "values-XXXXXX").string();
    EvaluatorNeeds needs;
    needs.folder = ::mkdtemp(name.data());
    std::ofstream{needs.folder / "schema.json"} << R"({"type":"object","required":["a"]})";
    std::ofstream{needs.folder / "text.txt"} << "hello\n";
    CHECK(verdict_of({{"type", "is-json"}, {"value", "file://schema.json"}}, {{"response", {{"text", "{\"a\":1}"}}}}, needs).pass);
    CHECK(verdict_of({{"type", "equals"}, {"value", "file://text.txt"}}, {{"response", {{"text", "hello"}}}}, needs).pass);
    CHECK(error_of({{"type", "equals"}, {"value", "file://none.txt"}}, {}, needs).fault == Fault::config);
    std::filesystem::remove_all(needs.folder);
    CHECK(check({{"type", "equals"}, {"value", "7"}, {"transform", ".a | . + 1"}}, {{"response", {{"text", "{\"a\":6}"}}}}).pass);
    CHECK(check({{"type", "equals"}, {"value", "ABC"}, {"transform", "ascii_upcase"}}, {{"response", {{"text", "abc"}}}}).pass);
    CHECK_THAT(error_of({{"type", "equals"}, {"value", "x"}, {"transform", "JSON.parse(output).x"}}).what(), contains("not JavaScript"));
}

TEST_CASE("assertions: weights, thresholds and sets") {
    const EvaluatorNeeds none;
    const Case c = case_of(Json{{"response", {{"text", "tea"}}}});
    const auto whole = [&](const Json& list, std::optional<double> threshold = std::nullopt) { return Assertions(checks_of(list), threshold, none).check(c).whole; };
    const Json good = {{"type", "contains"}, {"value", "tea"}, {"weight", 3}}, bad = {{"type", "contains"}, {"value", "milk"}}, measured = {{"type", "contains"}, {"value", "milk"}, {"weight", 0}};
    CHECK_FALSE(whole(Json::array({good, bad})).pass);
    CHECK(whole(Json::array({good, bad})).score == Approx(.75));
    CHECK(whole(Json::array({good, bad}), .75).pass);
    CHECK_FALSE(whole(Json::array({good, bad}), .8).pass);
    CHECK(whole(Json::array({good, measured})).pass);
    CHECK(whole(Json::array({measured})).score == 1);
    CHECK(whole(Json::array()).pass);
    const Json set = {{"type", "assert-set"}, {"threshold", .5}, {"assert", Json::array({good, bad})}};
    CHECK(whole(Json::array({set, good})).pass);
    Json strict = set;
    strict["threshold"] = 1;
    CHECK_THAT(whole(Json::array({strict})).reason, contains("assert-set"));
    const Assertions list(checks_of(Json::array({good, set})), std::nullopt, none);
    const Json member = list.member(list.check(c));
    CHECK(member["pass"] == true);
    CHECK(member["checks"].size() == 2);
    CHECK(member["checks"][1]["details"][1]["pass"] == false);
}

TEST_CASE("case: members under each of their names") {
    const Case c = case_of(Json::parse(R"({"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi"}]}],
        "response":{"json":{"a":1},"cost":0.5,"finish":"stop"},"context":[{"text":"p1"},"p2"],"expected_answer":"x"})"));
    CHECK(c.query == "Hi");
    CHECK(c.system == "Be brief.");
    CHECK(c.answer == "{\"a\":1}");
    CHECK(c.context == std::vector<std::string>{"p1", "p2"});
    CHECK(c.reference == "x");
    CHECK(c.cost == .5);
    const Case azure = case_of(Json::parse(R"({"query":[{"role":"user","content":"Q"}],"response":[{"role":"assistant","content":[{"type":"tool_call","name":"f","arguments":{}}]},
        {"role":"tool","content":"r"},{"role":"assistant","content":"done"}],"tool_definitions":[{"name":"f"}]})"));
    CHECK(azure.query == "Q");
    CHECK(azure.answer == "done");
    CHECK(azure.messages.size() == 4);
    CHECK(azure.tools.size() == 1);
    CHECK_THROWS_AS(case_of(Json{{"messages", "hello"}}), Error);
}

TEST_CASE("similar, command: with the run's own tools") {
    Loop loop;
    const Settings settings;
    const Environment environment{{}};
    const Models models(settings, environment);
    CallOptions options;
    options.log = CallOptions::Log::no;
    Caller caller(loop, settings, environment, options);
    EvaluatorTools tools(caller, models, loop, settings, environment);
    const auto verdict = [&](const Json& written, const Json& record) {
        const Assertion a{check_of(written), tools.needs};
        const Case c = case_of(record);
        Task<Verdict> task = a.verdict(c);
        task.start();
        while (!task.done()) loop.run_once();
        return task.result();
    };
    const Json record = {{"query", "q"}, {"response", {{"text", "The train leaves at noon"}}}, {"reference", "The train departs at 12"}};
    const Verdict near = verdict({{"type", "similar"}, {"threshold", .3}}, record);
    CHECK(near.pass);
    CHECK(verdict({{"type", "similar"}, {"value", "The train leaves at noon"}}, record).score == Approx(1).margin(1e-6));
    CHECK_FALSE(verdict({{"type", "similar"}, {"value", "Bananas contain potassium"}}, record).pass);
    CHECK(*verdict({{"type", "similar:euclidean"}, {"value", "The train leaves at noon"}}, record).value == Approx(0).margin(1e-3));
    const std::string program = R"(while read -r line; do case $line in *noon*) echo '{"pass": true, "score": 0.9, "reason": "says noon"}';; *) echo false;; esac; done)";
    const Verdict says = verdict({{"type", "command"}, {"value", program}}, record);
    CHECK(says.pass);
    CHECK(says.score == Approx(.9));
    CHECK(says.reason == "says noon");
    CHECK(verdict({{"type", "not-command"}, {"value", {"sh", "-c", program}}}, {{"response", {{"text", "x"}}}}).pass);
    CHECK_THROWS_WITH(verdict({{"type", "command"}, {"value", "while read -r l; do echo well; done"}}, record), contains("no JSON"));
}
