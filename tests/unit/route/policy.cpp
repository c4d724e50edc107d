#include "route/policy.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {

Policy read(std::string_view toml) { return parse_policy(toml, "p.toml", "/policies"); }

std::string complaint(std::string_view toml) {
    try {
        read(toml);
    } catch (const Error& e) {
        CHECK(e.fault == Fault::config);
        return e.what();
    }
    return "nothing";
}

}  // namespace

TEST_CASE("policy: routes, rules and lists are read with their lines") {
    const Policy p = read(R"(mode = "weighted"
default = "cheap"
on_error = ["standard"]

[route.cheap]
model = "openai/gpt-5-nano"
max_input = 8000
max_latency = "3s"
on_overflow = ["long"]

[[rule]]
name = "code"
regex = '\bcode\b'
route = "strong"

[[rule]]
examples = "intents.jsonl"
threshold = 0.7
[rule.thresholds]
billing = 0.8
[rule.routes]
billing = "cheap"
oos = ""

[[rule]]
share = 0.1
key = ".user"
route = { a = 1, b = 3 }
)");
    CHECK(p.mode == Policy::Mode::weighted);
    CHECK(p.lists.error == std::vector<std::string>{"standard"});
    REQUIRE(p.route("cheap") != nullptr);
    CHECK(p.route("cheap")->max_input == 8000);
    CHECK(p.route("cheap")->max_latency == 3000);
    CHECK(p.route("cheap")->lists.overflow == std::vector<std::string>{"long"});
    REQUIRE(p.rules.size() == 3);
    CHECK(p.rules[0].name == "code");
    CHECK(p.rules[0].line == 11);
    CHECK(p.rules[1].name == "rule 2");
    CHECK(p.rules[1].line == 16);
    REQUIRE(p.rules[1].examples);
    CHECK(p.rules[1].examples->file == "/policies/intents.jsonl");
    CHECK(p.rules[1].examples->thresholds[0].second == 0.8);
    CHECK(p.rules[1].examples->routes.size() == 2);
    CHECK(p.rules[2].split.size() == 2);
    CHECK(p.rules[2].line == 25);
}

TEST_CASE("policy: every complaint names file, line, value and remedy") {
    CHECK(complaint("default = \"a\"\nmode = \"best\"") == "p.toml:2: mode = \"best\" must be \"first\" or \"weighted\"");
    CHECK(complaint("[[rule]]\nroute = \"a\"\n\n[[rule]]\nroute = \"b\"\nregx = 'x'") == "p.toml:6: there is no 'regx' here; did you mean 'regex'?");
    CHECK(complaint("[[rule]]\nregex = 'x'") == "p.toml:1: rule 1 says no route; add a line such as route = \"cheap\"");
    CHECK(complaint("[[rule]]\nroute = \"a\"\nshare = 1.5") == "p.toml:3: share = 1.5 lies outside 0 to 1");
    CHECK(complaint("[[rule]]\nroute = \"a\"\nmin_tokens = \"many\"") == "p.toml:3: min_tokens = \"many\" is no whole number");
    CHECK(complaint("[[rule]]\nroute = \"a\"\nmin_tokens = 9\nmax_tokens = 3") == "p.toml:3: min_tokens = 9 is above max_tokens = 3; no input can be both");
    CHECK(complaint("[[rule]]\nroute = \"a\"\nrouter = \"r.json\"") == "p.toml:3: router = \"r.json\" needs a threshold from 0 to 1 beside it; `llm-route calibrate` finds one");
    CHECK(complaint("[[rule]]\nclassifier = \"cheap\"") == "p.toml:2: classifier = \"cheap\" needs labels to sort by: [rule.labels] with lines such as code = \"strong\"");
    CHECK(complaint("[route.a]\nmax_latency = \"soon\"\n[[rule]]\nroute=\"a\"") == "p.toml:2: max_latency = \"soon\" is no length of time; write for instance \"800ms\" or \"3s\"");
    CHECK(complaint("[rule]\nroute = \"a\"") == "p.toml:1: rule = {\"route\":\"a\"} is one table; rules are a list, each under its own [[rule]]");
    CHECK(complaint("[[rule]]\nroute = {a = 0}") == "p.toml:2: route = {\"a\":0} has no weight above 0");
    CHECK(complaint("[[rule]]\nroute = \"a\"\nexamples = [\"x\"]\nrouter = \"r\"\nthreshold = 0.5") ==
          "p.toml:3: examples = [\"x\"] stands beside another of examples, router and classifier; make two rules of them");
    CHECK(complaint("[route.a]\nmodel = \"b\"") == "p.toml: it chooses nothing; add a [[rule]] or a line such as default = \"cheap\"");
    CHECK(complaint("default = ").starts_with("p.toml:1: "));
}
