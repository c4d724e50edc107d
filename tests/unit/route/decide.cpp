#include "route/decide.hpp"

#include "base/paths.hpp"
#include "log/journal.hpp"
#include "log/when.hpp"
#include "pace/budget.hpp"
#include "support/catch.hpp"

#include <unistd.h>

#include "world.hpp"

using namespace llm;

namespace {

std::string tier(Decider& d, const std::string& line) {
    const Record r = Record::parse(line, 1);
    const RouteDecision made = d.decide(r);
    return made.target ? made.target->entry.name : "none";
}
std::string reason(Decider& d, const std::string& line) { return d.decide(Record::parse(line, 1)).reason; }
std::string prompt(const std::string& text) { return dump(Json{{"prompt", text}}); }

}  // namespace

TEST_CASE("decide: the first rule that matches counts, else the default") {
    RouteWorld w{R"(
default = "standard"
[[rule]]
name = "code"
regex = '(?i)\bcode\b'
route = "strong"
[[rule]]
name = "short"
max_tokens = 12
route = "cheap"
)"};
    Decider d{w.policy, w.needs()};
    CHECK(tier(d, prompt("write CODE")) == "strong");
    CHECK(tier(d, prompt("hello")) == "cheap");
    CHECK(tier(d, prompt("a longer text that is neither about programs nor short enough for the cheapest")) == "standard");
    CHECK(reason(d, prompt("write code")) == "code: regex");
    CHECK(reason(d, prompt("a longer text that is neither about programs nor short enough for the cheapest")) == "default");
}

TEST_CASE("decide: each kind of condition") {
    RouteWorld w{R"(
[[rule]]
risk = ["high"]
route = "strong"
[[rule]]
language = ["de", "fr"]
route = "standard"
[[rule]]
attachments = "image"
route = "strong"
[[rule]]
attachments = true
route = "standard"
[[rule]]
tools = true
route = "strong"
[[rule]]
schema = true
route = "standard"
[[rule]]
when = '.user.plan == "pro"'
not_regex = 'hello'
route = "strong"
)"};
    Decider d{w.policy, w.needs()};
    CHECK(tier(d, R"({"prompt":"x","risk":"high"})") == "strong");
    CHECK(tier(d, R"({"prompt":"x","risk":["low","high"]})") == "strong");
    CHECK(tier(d, R"({"prompt":"x","risk":"low"})") == "none");
    CHECK(tier(d, prompt("Wie komme ich am schnellsten mit dem Zug nach Hamburg und wieder zurück?")) == "standard");
    CHECK(tier(d, R"({"prompt":"x","attachments":[{"path":"a.png"}]})") == "strong");
    CHECK(tier(d, R"({"prompt":"x","attachments":[{"path":"a","type":"application/pdf"}]})") == "standard");
    CHECK(tier(d, R"({"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://a.test/b.png"}}]}]})") != "none");
    CHECK(tier(d, R"({"prompt":"x","tools":[]})") == "strong");
    CHECK(tier(d, R"({"prompt":"x","schema":{}})") == "standard");
    CHECK(tier(d, R"({"prompt":"x","user":{"plan":"pro"}})") == "strong");
    CHECK(tier(d, R"({"prompt":"hello","user":{"plan":"pro"}})") == "none");
}

TEST_CASE("decide: what is too long for a model goes to its overflow list") {
    RouteWorld w{R"(
default = "cheap"
[route.cheap]
on_overflow = ["strong"]
)"};
    Decider d{w.policy, w.needs()};
    const std::string text(1000, 'x');
    std::string words;
    for (int i = 0; i < 200; ++i) words += "word ";
    const RouteDecision made = d.decide(Record::parse(prompt(words), 1));
    REQUIRE(made.target != nullptr);
    CHECK(made.target->entry.name == "strong");
    REQUIRE(made.tried.size() == 1);
    CHECK(contains("its context window holds 50").match(made.tried[0].why));
    CHECK(contains(R"("tier":"strong")").match(route_member(made)));
}

TEST_CASE("decide: limits of cost pass a route over; where none is left it is an error that says why") {
    RouteWorld w{R"(
default = "cheap"
[route.cheap]
max_cost = 0.0000001
)"};
    Decider d{w.policy, w.needs()};
    try {
        d.decide(Record::parse(prompt("hello"), 1));
        FAIL("decided");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::refused);
        CHECK_THAT(e.what(), contains("cheap: about $"));
    }
}

TEST_CASE("decide: weighted rules add up") {
    RouteWorld w{R"(
mode = "weighted"
[[rule]]
name = "a"
regex = 'x'
weight = 2
route = "cheap"
[[rule]]
name = "b"
regex = 'y'
weight = 1.5
route = "strong"
[[rule]]
name = "c"
regex = 'z'
route = "strong"
)"};
    Decider d{w.policy, w.needs()};
    CHECK(tier(d, prompt("x y")) == "cheap");
    CHECK(tier(d, prompt("x y z")) == "strong");
    CHECK(reason(d, prompt("x y z")) == "b + c, 2.5");
    CHECK(tier(d, prompt("w")) == "none");
}

TEST_CASE("decide: examples choose by likeness and abstain below the threshold") {
    RouteWorld w{R"(
default = "standard"
[[rule]]
name = "intents"
examples = "intents.jsonl"
threshold = 0.6
[rule.routes]
card = "cheap"
loan = "strong"
)"};
    w.file("intents.jsonl", R"({"prompt":"my card was stolen","label":"card"}
{"prompt":"I lost my bank card","label":"card"}
{"prompt":"how do I apply for a mortgage","label":"loan"}
{"prompt":"what interest do you take for a loan","label":"loan"}
)");
    Decider d{w.policy, w.needs()};
    CHECK(tier(d, prompt("somebody stole my card")) == "cheap");
    CHECK(tier(d, prompt("which interest is taken for a mortgage loan")) == "strong");
    CHECK(tier(d, prompt("volcanoes of Iceland")) == "standard");
    SECTION("the vectors are kept by content") {
        Decider again{w.policy, w.needs()};
        CHECK(tier(again, prompt("somebody stole my card")) == "cheap");
        w.file("intents.jsonl", "{\"prompt\":\"somebody stole my card\",\"label\":\"loan\"}\n");
        Decider changed{w.policy, w.needs()};
        CHECK(tier(changed, prompt("somebody stole my card")) == "strong");
        CHECK(tier(again, prompt("somebody stole my card")) == "cheap");  // one at work is not disturbed
    }
}

TEST_CASE("decide: texts in the policy itself are examples of its route") {
    RouteWorld w{R"(
[[rule]]
examples = ["reset my password", "I cannot log in"]
route = "cheap"
)"};
    Decider d{w.policy, w.needs()};
    CHECK(tier(d, prompt("please reset my password")) == "cheap");
    CHECK(tier(d, prompt("volcanoes of Iceland")) == "none");
}

TEST_CASE("decide: a model sorts, and what it says otherwise counts for nothing") {
    RouteWorld w{R"(
default = "standard"
[[rule]]
name = "sort"
classifier = "builtin/echo"
[rule.labels]
code = "strong"
chat = { route = "cheap", about = "small talk" }
)"};
    Decider d{w.policy, w.needs()};
    CHECK(d.calls());
    const auto decided = [&](const std::string& text) {
        RouteDecision made;
        const Record r = Record::parse(prompt(text), 1);
        auto work = [](Decider& by, const Record& record, RouteDecision& to) -> Task<void> { to = co_await by.decide_calling(record); };
        Task<void> task = work(d, r, made);
        task.start();
        while (!task.done()) w.loop.run_once();
        task.result();
        return made;
    };
    CHECK(decided("Chat.").target->entry.name == "cheap");   // echo says the prompt again
    CHECK(decided("code").target->entry.name == "strong");
    const RouteDecision none = decided("code or chat?");
    CHECK(none.target->entry.name == "standard");
    REQUIRE(none.tried.size() == 1);
    CHECK_THAT(none.tried[0].why, contains("which is none of its labels"));
}

TEST_CASE("decide: shares hold fast to their key") {
    RouteWorld w{R"(
key = ".user"
[[rule]]
name = "canary"
share = 0.2
route = "strong"
[[rule]]
name = "split"
route = { cheap = 1, standard = 1 }
)"};
    Decider d{w.policy, w.needs()};
    std::map<std::string, int> counts;
    for (int i = 0; i < 500; ++i) {
        const std::string line = dump(Json{{"prompt", "x"}, {"user", fmt::format("u{}", i)}});
        const std::string once = tier(d, line);
        CHECK(once == tier(d, dump(Json{{"prompt", "another"}, {"user", fmt::format("u{}", i)}})));
        ++counts[once];
    }
    CHECK(counts["strong"] > 60);
    CHECK(counts["strong"] < 140);
    CHECK(counts["cheap"] > 140);
    CHECK(counts["standard"] > 140);
}

TEST_CASE("decide: an endpoint that rests is passed over, unless there is nothing else") {
    const std::string config = "\n[provider.far]\nprotocol = \"openai\"\nbase_url = \"https://far.test/v1\"\n";
    RouteWorld w{R"(
default = "far/model"
on_error = ["cheap"]
[[rule]]
regex = 'only'
route = "alone"
[route.alone]
model = "far/other"
on_error = ["far/third"]
)",
                 config};
    Decider d{w.policy, w.needs()};
    CHECK(tier(d, prompt("x")) == "far/model");
    PaceStore store{pace_path(w.settings, w.environment)};
    Health health{store};
    health.pause(health_name("far", "https://far.test/v1"), 60, "HTTP 429");
    Decider later{w.policy, w.needs()};
    CHECK(tier(later, prompt("x")) == "cheap");
    CHECK_THAT(reason(later, prompt("x")), contains("cheap instead of far/model"));
}

TEST_CASE("decide: what is left of the day's budget chooses, and holds back") {
    RouteWorld w{R"(
default = "strong"
on_error = ["standard"]
[route.strong]
budget_left = 0.5
[[rule]]
name = "poor"
budget_below = 0.2
route = "cheap"
[[rule]]
route = "strong"
[[rule]]
route = "standard"
)",
                 "\n[budget]\nday = 1.0\n"};
    const auto now = [&] {
        Decider d{w.policy, w.needs()};
        return tier(d, prompt("x"));
    };
    CHECK(now() == "strong");
    PaceStore store{pace_path(w.settings, w.environment)};
    BudgetLimits limits;
    limits.day = nano(1.0);
    Budget budget{store, limits, "test"};
    const auto spend = [&](double dollars) {
        const auto held = budget.reserve(nano(dollars), "m", Sent::yes);
        REQUIRE(held.fit == Fit::yes);
        budget.settle(held.id, nano(dollars));
    };
    spend(0.6);
    CHECK(now() == "standard");
    spend(0.3);
    CHECK(now() == "cheap");
}

TEST_CASE("decide: a route whose calls were slow of late is passed over") {
    RouteWorld w{R"(
default = "standard"
[route.quick]
model = "strong"
max_latency = "1s"
[[rule]]
route = "quick"
)"};
    const auto journalled = [&](int count, double ms) {
        JournalOptions options;
        options.path = data_folder(w.environment) / "log.db";
        Journal journal{options};
        for (int i = 0; i < count; ++i) {
            Call call;
            auto request = std::make_shared<Request>();
            request->model = "summary";
            request->messages.push_back(Message::of(Role::user, "x"));
            call.request = request;
            call.provider = "builtin";
            call.completion.text = "y";
            call.started = unix_microseconds() - 1000 * (i + 1);
            call.ms = ms;
            call.tool = "llm-ask";
            journal.push(std::move(call));
        }
        journal.close();
    };
    const auto now = [&] {
        Decider d{w.policy, w.needs()};
        return tier(d, prompt("x"));
    };
    CHECK(now() == "quick");
    journalled(4, 3000);
    CHECK(now() == "quick");  // too few to say
    journalled(4, 3000);
    CHECK(now() == "standard");
}

TEST_CASE("decide: unknown names are errors with their line and the nearest") {
    RouteWorld w{"[[rule]]\nroute = \"standart\"\n"};
    try {
        Decider d{w.policy, w.needs()};
        FAIL("made");
    } catch (const Error& e) {
        CHECK_THAT(e.what(), contains("p.toml:1: "));
        CHECK_THAT(e.what(), contains("standard"));
    }
}
