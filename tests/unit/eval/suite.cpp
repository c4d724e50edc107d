#include "eval/suite.hpp"

#include "base/error.hpp"
#include "eval/plan.hpp"
#include "eval/yaml.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace llm;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path = fs::temp_directory_path() / ("llm-suite-" + std::to_string(::getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    fs::path put(const std::string& name, const std::string& text) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream{path / name} << text;
        return path / name;
    }
};

std::vector<SuiteCase> all_cases(const Suite& s) {
    std::vector<SuiteCase> out;
    SuiteCases cases{s};
    while (auto c = cases.next()) out.push_back(std::move(*c));
    return out;
}

std::vector<Json> records(const Suite& s, PlanOptions o = {}) {
    o.repeat = std::max(o.repeat, s.repeat);
    RunPlan plan{s, o};
    std::vector<Json> out;
    std::string line;
    while (plan.next(line)) out.push_back(Json::parse(line));
    return out;
}

std::string complaint(const fs::path& file) {
    try {
        const Suite s = read_suite(file);
        records(s);
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("yaml: plain scalars are values of YAML 1.2, quoted ones text") {
    const Json j = yaml_value("a: 1\nb: 1.50\nc: yes\nd: true\ne: ~\nf: '1'\ng: 0x10\nh: 1e3\ni: .5\nj: -3\nk: 1.2.3\nl: !!str 7\n", "t.yaml");
    CHECK(j["a"] == 1);
    CHECK(j["b"] == 1.5);
    CHECK(j["c"] == "yes");
    CHECK(j["d"] == true);
    CHECK(j["e"].is_null());
    CHECK(j["f"] == "1");
    CHECK(j["g"] == 16);
    CHECK(j["h"] == 1000.0);
    CHECK(j["i"] == 0.5);
    CHECK(j["j"] == -3);
    CHECK(j["k"] == "1.2.3");
    CHECK(j["l"] == "7");
}

TEST_CASE("yaml: anchors are copied, << merges, and nested aliases do not blow up") {
    const Json j = yaml_value("base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}\n", "t.yaml");
    CHECK(j["more"] == Json::parse(R"({"x": 1, "y": 3})"));
    std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
    for (int i = 1; i < 9; ++i) {
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int k = 0; k < 10; ++k) bomb += (k > 0 ? ",*a" : "*a") + std::to_string(i - 1);
        bomb += "]\n";
    }
    CHECK_THROWS_AS(yaml_value(bomb, "bomb.yaml"), Error);
    CHECK_THROWS_WITH(yaml_value("a: [1\nb: 2", "t.yaml"), contains("t.yaml:"));
}

TEST_CASE("suite: prompts times models times cases, repetitions together") {
    const Folder f;
    const auto file = f.put("s.yaml", "prompts: ['Say {{word}}', {label: loud, text: 'Shout {{word}}'}]\nmodels: [builtin/echo, {label: other, model: builtin/summary, options: {temperature: 0}}]\n"
                                      "cases:\n- vars: {word: a}\n  expect: 'contains: a'\n- {id: two, word: b}\nrepeat: 2\n");
    const auto r = records(read_suite(file));
    REQUIRE(r.size() == 16);
    CHECK(r[0]["id"] == "case-1/prompt-1/builtin/echo/1");
    CHECK(r[1]["id"] == "case-1/prompt-1/builtin/echo/2");
    CHECK(r[2]["case"]["model"] == "other");
    CHECK(r[2]["model"] == "builtin/summary");
    CHECK(r[2]["options"]["temperature"] == 0);
    CHECK(r[4]["prompt"] == "Shout a");
    CHECK(r[0]["expect"][0] == "contains: a");
    CHECK(r[8]["case"]["id"] == "two");
    CHECK(r[8]["vars"]["word"] == "b");
    CHECK_FALSE(r[8].contains("expect"));
}

TEST_CASE("suite: promptfoo's file is read as it is") {
    const Folder f;
    f.put("prompts/chat.json", R"([{"role": "system", "content": "You are {{who}}"}, {"role": "user", "content": "{{question}}"}])");
    f.put("vars/doc.txt", "the document");
    f.put("tests.csv", "question,who,__expected,__expected2,__metric,__threshold\n\"what, now?\",a cat,contains: meow,\"not-contains: woof, arf\",sound,0.5\n");
    const auto file = f.put("promptfooconfig.yaml", R"(# yaml-language-server: $schema=https://example.invalid
description: A try
prompts:
  - file://prompts/*.json
providers:
  - openai:chat:gpt-4o-mini
  - id: anthropic:messages:claude-haiku-4-5
    label: haiku
    config: {temperature: 0.5, max_tokens: 100, apiKey: secret}
  - openai:gpt-4: {config: {temperature: 1}}
defaultTest:
  vars: {who: a helper}
  assert:
    - {type: latency, threshold: 5000}
  options: {transform: .answer}
assertionTemplates:
  polite: {type: not-icontains, value: damn}
tests:
  - description: first
    vars: {question: [one, two], doc: file://vars/doc.txt}
    assert:
      - $ref: '#/assertionTemplates/polite'
      - {type: assert-set, threshold: 0.5, assert: [{type: equals, value: x, weight: 2}, {type: is-json}]}
  - file://tests.csv
sharing: false
)");
    const Suite s = read_suite(file);
    CHECK(s.title() == "A try");
    REQUIRE(s.models.size() == 3);
    CHECK(s.models[0].name == "openai/gpt-4o-mini");
    CHECK(s.models[1].name == "anthropic/claude-haiku-4-5");
    CHECK(s.models[1].label == "haiku");
    CHECK(s.models[1].options["max_tokens"] == 100);
    CHECK(s.models[2].name == "openai/gpt-4");
    REQUIRE(s.notes.size() == 1);
    CHECK_THAT(s.notes[0], contains("apiKey"));
    CHECK_THAT(s.notes[0], !contains("secret"));
    const auto c = all_cases(s);
    REQUIRE(c.size() == 3);
    CHECK(c[0].vars["question"] == "one");
    CHECK(c[1].vars["question"] == "two");
    CHECK(c[0].vars["doc"] == "the document");
    CHECK(c[0].vars["who"] == "a helper");
    CHECK(c[0].transform == ".answer");
    REQUIRE(c[0].expect.size() == 3);
    CHECK(c[0].expect[0]["type"] == "latency");
    CHECK(c[0].expect[1]["value"] == "damn");
    CHECK(c[0].expect[2]["assert"][0]["weight"] == 2);
    CHECK(c[2].vars["question"] == "what, now?");
    CHECK(c[2].vars["who"] == "a cat");
    CHECK(c[2].threshold == 0.5);
    REQUIRE(c[2].expect.size() == 3);
    CHECK(c[2].expect[1]["metric"] == "sound");
    const auto r = records(s);
    REQUIRE(r.size() == 9);
    CHECK(r[0]["messages"][0]["content"] == "You are a helper");
    CHECK(r[0]["messages"][1]["content"] == "one");
    CHECK(r[0]["case"]["transform"] == ".answer");
}

TEST_CASE("suite: what is JavaScript, Python or nunjucks is refused with the remedy") {
    const Folder f;
    CHECK_THAT(complaint(f.put("a.yaml", "prompts: ['{{a | upper}}']\ncases: [{vars: {a: 1}}]")), contains("nunjucks"));
    CHECK_THAT(complaint(f.put("b.yaml", "prompts: ['{% if a %}x{% endif %}']\ncases: [{vars: {a: 1}}]")), contains("mustache"));
    CHECK_THAT(complaint(f.put("c.yaml", "prompts: [x]\ndefaultTest: {options: {transform: 'output.trim()'}}\n")), contains("jq"));
    CHECK_THAT(complaint(f.put("d.yaml", "prompts: [x]\nproviders: [file://p.py]\n")), contains("config.toml"));
    CHECK_THAT(complaint(f.put("e.yaml", "prompts: ['file://p.js']\n")), contains("program"));
    CHECK_THAT(complaint(f.put("f.yaml", "prompts: [x]\ntests: [{vars: {a: file://v.py}}]\n")), contains("program"));
    CHECK_THAT(complaint(f.put("g.js", "module.exports = {}")), contains("YAML"));
}

TEST_CASE("suite: a misspelt member is named with the nearest there is") {
    const Folder f;
    CHECK_THAT(complaint(f.put("a.yaml", "promts: [x]\n")), contains("did you mean 'prompts'"));
    CHECK_THAT(complaint(f.put("b.yaml", "prompts: [x]\ncases: [{vars: {}, asert: []}]\n")), contains("did you mean 'assert'"));
    CHECK_THAT(complaint(f.put("c.yaml", "prompts: [x]\nmodels: [{modl: a, label: b}]\n")), contains("did you mean 'model'"));
    CHECK_THAT(complaint(f.path / "missing.yaml"), contains("missing.yaml"));
    CHECK_THAT(complaint(f.put("d.yaml", "prompts: [x]\ncases: nothing*.jsonl\n")), contains("no file"));
}

TEST_CASE("suite: cases alone, as JSON Lines and as a table") {
    const Folder f;
    const Suite rows = read_suite(f.put("c.jsonl", "{\"id\": 1, \"prompt\": \"2+2?\", \"expect\": \"4\", \"tags\": [\"a\", \"b\"]}\n\n{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"reference\": \"y\"}\n"));
    auto r = records(rows);
    REQUIRE(r.size() == 2);
    CHECK(r[0]["id"] == "1");
    CHECK(r[0]["prompt"] == "2+2?");
    CHECK(r[0]["vars"]["tags"].size() == 2);  // a row's list is data, not two cases
    CHECK(r[1]["reference"] == "y");
    const Suite sheet = read_suite(f.put("c.csv", "\xef\xbb\xbfid;q;expect\r\na;\"x;\"\"y\"\"\";equals: z\r\n"));
    const auto c = all_cases(sheet);
    REQUIRE(c.size() == 1);
    CHECK(c[0].id == "a");
    CHECK(c[0].vars["q"] == "x;\"y\"");
    CHECK(c[0].expect[0] == "equals: z");
}

TEST_CASE("suite: a bad line is an error of its own, and the next is served") {
    const Folder f;
    const Suite s = read_suite(f.put("c.jsonl", "{\"prompt\": \"a\"}\nno json\n{\"prompt\": \"b\"}\n"));
    RunPlan plan{s, {}};
    std::string line;
    CHECK(plan.next(line));
    CHECK_THROWS_AS(plan.next(line), Error);
    CHECK(plan.next(line));
    CHECK(Json::parse(line)["prompt"] == "b");
    CHECK_FALSE(plan.next(line));
    CHECK(count_cases(s) == 3);
}

TEST_CASE("suite: scenarios are each configuration with each test") {
    const Folder f;
    const auto r = records(read_suite(f.put("s.yaml", "prompts: ['{{a}}{{b}}']\nscenarios:\n- config: [{vars: {a: 1}}, {vars: {a: 2}}]\n  tests: [{vars: {b: x}}, {vars: {b: y}}]\n")));
    REQUIRE(r.size() == 4);
    CHECK(r[0]["prompt"] == "1x");
    CHECK(r[3]["prompt"] == "2y");
}

TEST_CASE("suite: an answer known beforehand is not asked for") {
    const Folder f;
    const auto r = records(read_suite(f.put("s.yaml", "prompts: [x]\ntests: [{vars: {}, providerOutput: done, assert: [{type: equals, value: done}]}]\n")));
    REQUIRE(r.size() == 1);
    CHECK(r[0]["response"]["text"] == "done");
}

TEST_CASE("suite: a case may choose its prompts and models") {
    const Folder f;
    const auto r = records(read_suite(f.put("s.yaml", "prompts: [{label: a, text: A}, {label: b, text: B}]\nmodels: [builtin/echo, builtin/summary]\n"
                                                      "cases: [{vars: {}, prompts: [b], models: ['builtin/e*']}]\n")));
    REQUIRE(r.size() == 1);
    CHECK(r[0]["prompt"] == "B");
    CHECK(r[0]["model"] == "builtin/echo");
}

TEST_CASE("suite: records are held to its defaults and to the case of their id") {
    const Folder f;
    const Demands d = suite_demands(read_suite(f.put("s.yaml", "defaults: {expect: ['not-contains: x']}\ncases: [{id: a, vars: {}, expect: 'contains: y', threshold: 0.5}]\n")));
    REQUIRE(d.all.size() == 1);
    CHECK(d.all[0].type == "contains");
    REQUIRE(d.by_id.contains("a"));
    CHECK(d.by_id.at("a")["expect"][0] == "contains: y");
    CHECK(d.by_id.at("a")["threshold"] == 0.5);
}
