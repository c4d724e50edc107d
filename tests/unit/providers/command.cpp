#include "chat/provider.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {

std::unique_ptr<Provider> program() {
    Endpoint e;
    e.name = "mine";
    e.command = {"/usr/bin/my-model", "--secret"};
    return provider_entry("command").make(e);
}

Request question() {
    Request r;
    r.model = "small";
    r.messages = {Message::of(Role::user, "Hi\nthere")};
    return r;
}

struct Seen {
    Completion completion;
    std::string deltas;
};

/// The bytes arrive in pieces of `piece`.
Seen fed(std::string_view bytes, std::size_t piece = std::string_view::npos) {
    Seen seen;
    const auto reply = program()->reply(question());
    const DeltaSink sink = [&](const Delta& d) {
        seen.deltas += d.kind == Delta::Kind::text ? "T" : "R";
        seen.deltas += d.text;
    };
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) reply->feed(bytes.substr(0, piece), sink);
    seen.completion = reply->finish();
    return seen;
}

Error failure_of(std::string_view bytes) {
    try {
        fed(bytes);
    } catch (const Error& e) {
        return e;
    }
    FAIL("no error");
    return Error(Fault::internal, "");
}

bool contains(const Error& e, std::string_view what) { return std::string_view{e.what()}.find(what) != std::string_view::npos; }

}  // namespace

TEST_CASE("command: the request is one line of JSON, with what was asked for and no more") {
    Request r = question();
    CHECK(program()->request(r).body ==
          R"({"model":"small","messages":[{"role":"user","content":"Hi\nthere"}],"stream":false})");
    r.options.temperature = 0.5;
    r.schema = {{"type", "object"}};
    r.schema_name = "it";
    r.tools = Json::parse(R"([{"type":"function","function":{"name":"f"}}])");
    r.tool_choice = "required";
    r.stream = true;
    const Json line = Json::parse(program()->request(r).body);
    CHECK(line["options"]["temperature"] == 0.5);
    CHECK(line["schema"] == r.schema);
    CHECK(line["schema_name"] == "it");
    CHECK(line["tools"] == r.tools);
    CHECK(line["tool_choice"] == "required");
    CHECK(line["stream"] == true);
    CHECK(program()->transport() == Transport::process);
    CHECK(program()->command().size() == 2);
}

TEST_CASE("command: a text is enough") {
    const auto seen = fed("{\"text\":\"Hello\"}\n");
    CHECK(seen.completion.text == "Hello");
    CHECK(seen.completion.finish == "stop");
    CHECK(seen.completion.model == "small");
    CHECK_FALSE(seen.completion.usage.input);
    CHECK(seen.deltas.empty());
}

TEST_CASE("command: the whole of an answer is taken, cut anywhere") {
    const std::string_view line =
        R"({"text":"é","reasoning":"hm","finish":"length","model":"m2","id":"7","usage":{"input":3,"output":1},)"
        R"("tool_calls":[{"id":"c","function":{"name":"f","arguments":{"a":1}}}]})"
        "\n";
    for (std::size_t piece = 1; piece < 9; ++piece) {
        const Completion c = fed(line, piece).completion;
        CHECK(c.text == "é");
        CHECK(c.reasoning == "hm");
        CHECK(c.finish == "length");
        CHECK(c.model == "m2");
        CHECK(c.id == "7");
        CHECK(c.usage.input == 3);
        CHECK(c.tool_calls[0]["type"] == "function");
        CHECK(c.tool_calls[0]["function"]["arguments"] == R"({"a":1})");
    }
}

TEST_CASE("command: deltas stream and make the text where the answer brings none") {
    const auto seen = fed("{\"delta\":{\"reasoning\":\"hm\"}}\n{\"delta\":\"Hel\"}\n{\"delta\":\"lo\"}\n{\"finish\":\"stop\"}\n", 3);
    CHECK(seen.deltas == "RhmTHelTlo");
    CHECK(seen.completion.text == "Hello");
    CHECK(seen.completion.reasoning == "hm");
    CHECK(fed("{\"delta\":\"a\"}\n{\"text\":\"b\"}\n").completion.text == "b");
}

TEST_CASE("command: it is done at its answer, and not before") {
    const auto reply = program()->reply(question());
    reply->feed("{\"delta\":\"a\"}\n{\"text\"", {});
    CHECK_FALSE(reply->done());
    reply->feed(":\"a\"}\n", {});
    CHECK(reply->done());
    CHECK(reply->finish().text == "a");
    CHECK(fed("{\"text\":\"no line end\"}").completion.text == "no line end");
}

TEST_CASE("command: a value instead of a text, a call instead of a text") {
    CHECK(fed(R"({"json":{"a":1}})").completion.text == R"({"a":1})");
    const auto called = fed(R"({"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]})").completion;
    CHECK(called.finish == "tool_calls");
    CHECK(called.text.empty());
}

TEST_CASE("command: its errors are ours, with fault, status and waiting time") {
    const Error e = failure_of(R"({"error":{"fault":"rate_limit","message":"slow","status":429,"retry_after":2}})");
    CHECK(e.fault == Fault::rate_limit);
    CHECK(e.status == 429);
    CHECK(e.retry_after == 2.0);
    CHECK(contains(e, "mine (/usr/bin/my-model): slow"));
    CHECK(failure_of(R"({"error":"broken"})").fault == Fault::provider);
    CHECK(contains(failure_of(R"({"error":"broken"})"), "broken"));
    const Error unknown = failure_of(R"({"error":{"fault":"teapot"}})");
    CHECK(unknown.fault == Fault::provider);
    CHECK(contains(unknown, "teapot"));
    const Error data = failure_of(R"({"error":{"fault":"data","message":"bad prompt"}})");
    CHECK(contains(data, "bad prompt"));
}

TEST_CASE("command: what breaks the protocol names the program and what it said, never its arguments") {
    for (const char* bytes : {"Traceback (most recent call last)\n", "[1]\n", "{\"text\":1}\n", "{}\n", "{\"text\":\n", "",
                              "{\"delta\":\"a\"}\n", "{\"tool_calls\":[{}]}\n"}) {
        INFO(bytes);
        const Error e = failure_of(bytes);
        CHECK(e.fault == Fault::provider);
        CHECK(contains(e, "/usr/bin/my-model"));
        CHECK_FALSE(contains(e, "--secret"));
    }
    CHECK(contains(failure_of("Traceback (most recent call last)\n"), "no JSON object: Traceback"));
}

TEST_CASE("command: no program is a mistake in the configuration") {
    Endpoint e;
    e.name = "mine";
    const auto provider = provider_entry("command").make(e);
    try {
        provider->command();
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.fault == Fault::config);
        CHECK(contains(error, "[provider.mine]"));
    }
}
