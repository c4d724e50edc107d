#include "evaluators/tool_call.hpp"
#include "unit/evaluators/script.hpp"

using namespace llm;
using namespace llm::test;

namespace {

Json openai_call(std::string_view name, std::string_view arguments) { return {{"type", "function"}, {"id", "c1"}, {"function", {{"name", name}, {"arguments", arguments}}}}; }

const Json weather = {{"type", "function"},
                      {"function", {{"name", "get_weather"}, {"parameters", {{"type", "object"}, {"required", {"city"}}, {"properties", {{"city", {{"type", "string"}}}}}}}}}};

Json calling(Json calls) { return {{"tools", {weather}}, {"response", {{"text", ""}, {"tool_calls", std::move(calls)}}}}; }

}  // namespace

TEST_CASE("tool calls: every vendor's shape is read") {
    for (const Json& written : {openai_call("f", R"({"a":1})"), Json{{"type", "function_call"}, {"name", "f"}, {"arguments", R"({"a":1})"}},
                                Json{{"type", "tool_use"}, {"name", "f"}, {"input", {{"a", 1}}}}, Json{{"functionCall", {{"name", "f"}, {"args", {{"a", 1}}}}}},
                                Json{{"type", "tool_call"}, {"tool_call", {{"function", {{"name", "f"}, {"arguments", R"({"a":1})"}}}}}}, Json{{"name", "f"}, {"arguments", {{"a", 1}}}}}) {
        const auto calls = tool_calls_in(written);
        INFO(written.dump());
        REQUIRE(calls.size() == 1);
        CHECK(calls[0].name == "f");
        CHECK(calls[0].arguments == Json{{"a", 1}});
    }
    CHECK(tool_calls_in({{"name", "Ada"}, {"age", 36}}).empty());
}

TEST_CASE("is-valid-openai-tools-call: against the definitions' schemas") {
    const auto valid = [](const Json& calls) { return check("is-valid-openai-tools-call", calling(calls)); };
    CHECK(valid(Json::array({openai_call("get_weather", R"({"city":"Rome"})")})).pass);
    CHECK_FALSE(valid(Json::array({openai_call("get_weather", R"({"town":"Rome"})")})).pass);
    CHECK_THAT(valid(Json::array({openai_call("get_wether", "{}")})).reason, contains("get_weather"));
    CHECK_THAT(valid(Json::array({openai_call("get_weather", "{city")})).reason, contains("no JSON"));
    CHECK_FALSE(check("is-valid-function-call", {{"tools", {weather}}, {"response", {{"text", "It rains."}}}}).pass);
    CHECK(check("is-valid-function-call", {{"tools", {weather}}, {"response", {{"text", R"({"name":"get_weather","arguments":{"city":"Rome"}})"}}}}).pass);
    CHECK(error_of("is-valid-openai-tools-call").fault == Fault::data);
}

TEST_CASE("tool-call-f1: names as sets") {
    // The table of promptfoo's page on tool-call-f1.
    const auto f1 = [](const Json& expected, const std::vector<std::string>& called) {
        Json calls = Json::array();
        for (const std::string& name : called) calls.push_back(openai_call(name, "{}"));
        return check({{"type", "tool-call-f1"}, {"value", expected}}, calling(calls));
    };
    CHECK(f1({"get_weather", "book_flight"}, {"book_flight", "get_weather", "get_weather"}).pass);
    CHECK(f1("get_weather, book_flight", {"get_weather"}).score == Approx(2.0 / 3));
    CHECK(f1({"get_weather", "book_flight"}, {"get_weather", "book_flight", "search"}).score == Approx(.8));
    CHECK(f1({"get_weather"}, {"book_flight"}).score == 0);
}

TEST_CASE("trajectory: which tools, how often, in which order, with which arguments") {
    const Json record = {{"messages",
                          {{{"role", "user"}, {"content", "Where is my order?"}},
                           {{"role", "assistant"}, {"tool_calls", {openai_call("search_orders", R"({"order_id":"123","page":1})")}}},
                           {{"role", "tool"}, {"tool_call_id", "c1"}, {"content", "shipped"}},
                           {{"role", "assistant"}, {"tool_calls", {openai_call("compose_reply", R"({"tone":"friendly"})")}}}}},
                         {"response", {{"text", "On its way."}}}};
    const auto holds = [&](const Json& written) { return check(written, record).pass; };
    CHECK(holds({{"type", "trajectory:tool-used"}, {"value", {"search_orders", "compose_reply"}}}));
    CHECK_FALSE(holds({{"type", "trajectory:tool-used"}, {"value", {{"pattern", "search*"}, {"min", 2}}}}));
    CHECK(holds({{"type", "not-trajectory:tool-used"}, {"value", {"delete_orders", "refund"}}}));
    CHECK_FALSE(holds({{"type", "not-trajectory:tool-used"}, {"value", {"delete_orders", "compose_reply"}}}));
    CHECK(holds({{"type", "trajectory:tool-sequence"}, {"value", {{"steps", {"search_*", "compose_reply"}}, {"mode", "exact"}}}}));
    CHECK_FALSE(holds({{"type", "trajectory:tool-sequence"}, {"value", {"compose_reply", "search_orders"}}}));
    const auto args = [&](Json value) { return holds({{"type", "trajectory:tool-args-match"}, {"value", std::move(value)}}); };
    CHECK(args({{"name", "search_orders"}, {"args", {{"order_id", "123"}}}}));
    CHECK_FALSE(args({{"name", "search_orders"}, {"args", {{"order_id", "123"}}}, {"mode", "exact"}}));
    CHECK(args({{"name", "search_orders"}, {"args", {{"order_id", "123"}}}, {"mode", "exact"}, {"defaults", {{"page", 1}}}}));
    CHECK(args({{"name", "search_orders"}, {"args", {{"order_id", "123"}}}, {"mode", "exact"}, {"ignore", {"pa*"}}}));
    CHECK_FALSE(args({{"name", "search_orders"}, {"args", {{"order_id", "123"}}}, {"mode", "exact"}, {"defaults", {{"page", 2}}}}));
    CHECK(holds({{"type", "trajectory:step-count"}, {"value", {{"type", "tool"}, {"max", 2}}}}));
    CHECK_FALSE(holds({{"type", "trajectory:step-count"}, {"value", {{"min", 4}}}}));
}

TEST_CASE("trace: spans are counted, timed and looked at for errors") {
    const Json record = {{"trace",
                          {{"spans",
                            {{{"name", "llm.call"}, {"startTime", 100}, {"endTime", 350}},
                             {{"name", "db.query"}, {"startTimeUnixNano", "1000000"}, {"endTimeUnixNano", "51000000"}, {"attributes", {{{"key", "tool.name"}, {"value", {{"stringValue", "search"}}}}}}},
                             {{"name", "llm.call"}, {"ms", 900}, {"status", {{"code", 2}, {"message", "boom"}}}}}}}},
                         {"response", {{"text", "x"}}}};
    const auto holds = [&](const Json& written) { return check(written, record).pass; };
    CHECK(holds({{"type", "trace-span-count"}, {"value", {{"pattern", "LLM*"}, {"min", 2}, {"max", 2}}}}));
    CHECK_FALSE(holds({{"type", "trace-span-duration"}, {"value", {{"pattern", "llm*"}, {"max", 300}}}}));
    CHECK(holds({{"type", "trace-span-duration"}, {"value", {{"pattern", "llm*"}, {"max", 300}, {"percentile", 50}}}}));
    CHECK_FALSE(holds({{"type", "trace-error-spans"}, {"value", 0}}));
    CHECK(holds({{"type", "trace-error-spans"}, {"value", {{"max_percentage", 40}}}}));
    CHECK(holds({{"type", "trajectory:tool-used"}, {"value", "search"}}));
    CHECK(error_of({{"type", "trace-error-spans"}}).fault == Fault::data);
}

TEST_CASE("skill-used: from the record's metadata") {
    const Json record = {{"metadata", {{"skillCalls", {{{"name", "project-a:review"}}, {{"name", "broken"}, {"is_error", true}}}}}}, {"response", {{"text", "x"}}}};
    CHECK(check({{"type", "skill-used"}, {"value", {{"pattern", "project-*:*"}}}}, record).pass);
    CHECK_FALSE(check("skill-used: broken", record).pass);
}
