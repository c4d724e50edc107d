#include "route/check.hpp"

#include "support/catch.hpp"

#include <unistd.h>

#include "world.hpp"

using namespace llm;

namespace {

std::string found(const std::string& toml) {
    RouteWorld w{toml};
    w.file("good.jsonl", "{\"prompt\":\"a\",\"label\":\"cheap\"}\n{\"prompt\":\"b\",\"label\":\"oos\"}\n{\"prompt\":\"a\",\"label\":\"strong\"}\n");
    std::string all;
    for (const Finding& f : findings_of(w.policy, w.models, w.settings)) all += fmt::format("{}: {}\n", f.line, f.text);
    return all;
}

}  // namespace

TEST_CASE("check: a good policy has no findings") {
    CHECK(found("default = \"cheap\"\n[[rule]]\nregex = 'x'\nroute = \"strong\"\n[[rule]]\nmin_tokens = 100\nroute = \"standard\"\n") == "");
}

TEST_CASE("check: rules nobody reaches") {
    CHECK_THAT(found("[[rule]]\nroute = \"cheap\"\n[[rule]]\nregex = 'x'\nroute = \"strong\"\n"), contains("3: rule 2 is never reached: rule 1 on line 1"));
    CHECK_THAT(found("[[rule]]\nlanguage = [\"de\", \"fr\"]\nroute = \"cheap\"\n[[rule]]\nlanguage = \"de\"\nregex = 'x'\nroute = \"strong\"\n"), contains("never reached"));
    CHECK_THAT(found("[[rule]]\nmax_tokens = 100\nroute = \"cheap\"\n[[rule]]\nmax_tokens = 50\nroute = \"strong\"\n"), contains("never reached"));
    CHECK(found("[[rule]]\nmax_tokens = 50\nroute = \"cheap\"\n[[rule]]\nmax_tokens = 100\nroute = \"strong\"\n") == "");
    CHECK(found("[[rule]]\nshare = 0.5\nroute = \"cheap\"\n[[rule]]\nroute = \"strong\"\n") == "");
    CHECK(found("[[rule]]\nroute = \"a\"\n[[rule]]\nroute = \"strong\"\n[route.a]\nmodel = \"cheap\"\nmax_cost = 0.1\n") == "");  // a is passed over where it is too dear
}

TEST_CASE("check: models nobody knows, with the nearest") {
    CHECK_THAT(found("default = \"standart\""), contains("did you mean 'standard'?"));
    CHECK_THAT(found("[[rule]]\nroute = \"stong\"\n[route.strang]\nmodel=\"strong\"\n"), contains("there is no route or model 'stong'; did you mean 'strang'?"));
    CHECK_THAT(found("default = \"openai/gpt-5-minni\""), contains("did you mean 'openai/gpt-5-mini'?"));
}

TEST_CASE("check: thresholds and shares that decide nothing") {
    CHECK_THAT(found("[[rule]]\nshare = 0\nroute = \"cheap\"\n"), contains("lets it match nothing"));
    CHECK_THAT(found("[[rule]]\nexamples = [\"x\"]\nthreshold = 0\nroute = \"cheap\"\n"), contains("never abstains"));
    CHECK_THAT(found("[[rule]]\nrouter = \"no.json\"\nthreshold = 1\nroute = \"cheap\"\n"), contains("sends nothing to 'cheap'"));
    CHECK_THAT(found("[[rule]]\nrouter = \"no.json\"\nthreshold = 0.5\nroute = \"cheap\"\n"), contains("cannot read the router"));
    CHECK_THAT(found("[[rule]]\nbudget_below = 0.2\nroute = \"cheap\"\n"), contains("config.toml sets no budget.day"));
}

TEST_CASE("check: what does not compile, where it stands") {
    CHECK(found("[[rule]]\nregex = 'a('\nroute = \"cheap\"\n").starts_with("1: regex of rule 1: 'a(' is no regular expression"));
    CHECK_THAT(found("[[rule]]\nwhen = '.a |'\nroute = \"cheap\"\n"), contains("1: when of rule 1: "));
}

TEST_CASE("check: examples with labels that lead nowhere") {
    const std::string all = found("[[rule]]\nexamples = \"good.jsonl\"\n[rule.thresholds]\nchep = 0.7\n");
    CHECK_THAT(all, contains("label 'oos' is no route or model"));
    CHECK_THAT(all, contains("'a' is labelled 'cheap' and 'strong'"));
    CHECK_THAT(all, contains("thresholds of rule 1: no example is labelled 'chep'; did you mean 'cheap'?"));
}
