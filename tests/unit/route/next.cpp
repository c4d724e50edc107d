#include "route/next.hpp"

#include "support/catch.hpp"

#include <unistd.h>

#include "world.hpp"

using namespace llm;

namespace {

const char* const policy = R"(
default = "cheap"
on_error = ["standard", "strong"]
on_overflow = ["strong"]
on_refusal = ["standard"]
)";

Trouble trouble(const std::string& members) {
    const Policy p = parse_policy("default = \"cheap\"", "p.toml", "/");
    return trouble_of(Record::parse("{\"prompt\":\"x\"," + members + "}", 1), p);
}

}  // namespace

TEST_CASE("next: what ails a record") {
    CHECK(trouble(R"("error":{"fault":"rate_limit","message":"HTTP 429: slow down"})") == Trouble::error);
    CHECK(trouble(R"("error":{"fault":"unreachable"})") == Trouble::error);
    CHECK(trouble(R"("error":{"fault":"refused","status":400,"message":"This model's maximum context length is 8192 tokens"})") == Trouble::overflow);
    CHECK(trouble(R"("error":{"fault":"refused","status":400,"message":"prompt is too long: 210000 tokens > 200000 maximum"})") == Trouble::overflow);
    CHECK(trouble(R"("error":{"fault":"refused","status":413,"message":"no"})") == Trouble::overflow);
    CHECK(trouble(R"("error":{"fault":"refused","status":400,"message":"triggering Azure OpenAI's content management policy"})") == Trouble::refusal);
    CHECK(trouble(R"("error":{"fault":"refused","status":404,"message":"no such model"})") == Trouble::error);
    CHECK(trouble(R"("error":{"fault":"data","message":"context length"})") == Trouble::hopeless);
    CHECK(trouble(R"("error":{"fault":"budget"})") == Trouble::hopeless);
    CHECK(trouble(R"("response":{"text":"","finish":"content_filter"})") == Trouble::refusal);
    CHECK(trouble(R"("response":{"text":"I cannot help with that","finish":"stop"})") == Trouble::none);
    CHECK(trouble(R"("response":{"text":"refusal"})") == Trouble::none);
}

TEST_CASE("next: the lists are gone through, once each") {
    RouteWorld w{policy};
    Targets targets{w.policy, w.models, w.settings, w.environment};
    NextModel next{w.policy, targets, 3};
    Record r = Record::parse(R"({"prompt":"x","model":"cheap","route":{"model":"builtin/echo","tier":"cheap","reason":"default"},"error":{"fault":"timeout","message":"slow"}})", 1);
    REQUIRE(next.put_into(r));
    CHECK(r.text("model") == "standard");
    CHECK_FALSE(r.has("error"));
    CHECK(dump(r.get("route")) == R"({"model":"builtin/extract","tier":"standard","reason":"standard after timeout of builtin/echo","tried":[{"model":"builtin/echo","tier":"cheap","error":"timeout","why":"slow"}]})");
    r.set_raw("error", R"({"fault":"provider","message":"HTTP 500"})");
    REQUIRE(next.put_into(r));
    CHECK(r.text("model") == "strong");
    r.set_raw("error", R"({"fault":"provider","message":"HTTP 500"})");
    CHECK_FALSE(next.put_into(r));
    CHECK(r.has("error"));
}

TEST_CASE("next: no more fallbacks than allowed") {
    RouteWorld w{policy};
    Targets targets{w.policy, w.models, w.settings, w.environment};
    NextModel next{w.policy, targets, 1};
    Record r = Record::parse(R"({"prompt":"x","model":"cheap","error":{"fault":"timeout"}})", 1);
    REQUIRE(next.put_into(r));
    r.set_raw("error", R"({"fault":"timeout"})");
    CHECK_FALSE(next.put_into(r));
}

TEST_CASE("next: a refused answer goes, its cost is remembered") {
    RouteWorld w{policy};
    Targets targets{w.policy, w.models, w.settings, w.environment};
    NextModel next{w.policy, targets, 3};
    Record r = Record::parse(R"({"prompt":"x","model":"cheap","response":{"text":"no","finish":"refusal","cost":0.5}})", 1);
    REQUIRE(next.put_into(r));
    CHECK_FALSE(r.has("response"));
    CHECK(r.text("model") == "standard");
    CHECK(r.get("route")["tried"][0]["cost"] == 0.5);
    CHECK(r.get("route")["tried"][0]["error"] == "refusal");
}
