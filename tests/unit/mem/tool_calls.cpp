#include "mem/tool_calls.hpp"
#include "mem/tool_schemas.hpp"
#include "support/catch.hpp"

using namespace llm;

TEST_CASE("tool calls: whatever is wrong with a call is kept for the model") {
    const auto calls = tool_calls_in(Json::parse(R"([
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}},
        {"id": "b", "function": {"name": "f", "arguments": {"x": 1}}},
        {"id": "c", "function": {"name": "f", "arguments": ""}},
        {"name": "f", "arguments": "[1]"},
        {"id": "e", "function": {"name": "f", "arguments": "{x"}},
        {}, 7, null])"));
    REQUIRE(calls.size() == 8);
    for (const std::size_t good : {0U, 1U, 2U}) CHECK(calls[good].problem.empty());
    CHECK(calls[0].arguments == calls[1].arguments);
    CHECK(calls[3].id == "call_4");
    for (std::size_t bad = 3; bad < calls.size(); ++bad) {
        CHECK_FALSE(calls[bad].problem.empty());
        CHECK(calls[bad].arguments.is_object());
    }
    CHECK(tool_calls_in(Json("text")).empty());
}

TEST_CASE("tool calls: what stands in the turn is well-formed, whatever came") {
    const Json turn = turn_calls(tool_calls_in(Json::parse(R"([{"function": {"arguments": 3}}])")));
    REQUIRE(turn.size() == 1);
    CHECK(turn[0]["id"] == "call_1");
    CHECK(turn[0]["function"]["name"] == "unknown");
    CHECK(turn[0]["function"]["arguments"] == "{}");
}

TEST_CASE("tool schemas: every function has a schema whose required members exist, and read-only blocks are not offered") {
    const Json tools = memory_tools({{"human", "", "", 10, false}, {"law", "", "", 10, true}});
    REQUIRE(tools.size() == memory_tool_names().size());
    for (std::size_t i = 0; i < tools.size(); ++i) {
        const Json& f = tools[i]["function"];
        CHECK(f["name"] == memory_tool_names()[i]);
        for (const Json& name : f["parameters"]["required"]) CHECK(f["parameters"]["properties"].contains(name.get<std::string>()));
    }
    CHECK(tools[0]["function"]["parameters"]["properties"]["label"]["enum"] == Json::array({"human"}));
}
