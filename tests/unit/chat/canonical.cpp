#include "chat/canonical.hpp"

#include "base/hash.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace llm;

namespace {

Request question(std::string text = "How tall is Ben Nevis?") {
    Request r;
    r.messages = {Message::of(Role::system, "Be brief."), Message::of(Role::user, std::move(text))};
    return r;
}

std::string key(const Request& r) { return request_key(r, "m"); }

Json call(std::string id, std::string arguments) {
    return {{"id", id}, {"type", "function"}, {"function", {{"name", "look"}, {"arguments", arguments}}}};
}

Request with_call(const std::string& id, std::string arguments) {
    Request r = question();
    Message asked = Message::of(Role::assistant, "");
    asked.tool_calls = Json::array({call(id, std::move(arguments))});
    Message answer = Message::of(Role::tool, "1345 m");
    answer.tool_call_id = id;
    r.messages.push_back(asked);
    r.messages.push_back(answer);
    return r;
}

Request with_media(std::string type, std::string data, std::string name) {
    Request r = question();
    Part p;
    p.kind = Part::Kind::media;
    p.media.type = std::move(type);
    p.media.data = std::move(data);
    p.media.name = std::move(name);
    r.messages.back().parts.push_back(p);
    return r;
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return out;
}

}  // namespace

TEST_CASE("canonical: the bytes are those of the grammar, and the key is their SHA-256") {
    Request r = question("Say \"hi\"\n\x01");
    r.options.temperature = 0.5;
    r.options.stop = {"b", "a"};
    CHECK(canonical_bytes(r, "openai/gpt") ==
          R"({"version":1,"model":"openai/gpt","messages":[{"role":"system","parts":["Be brief."]},)"
          R"({"role":"user","parts":["Say \"hi\"\n\u0001"]}],"options":{"temperature":0.5,"stop":["a","b"]}})");
    CHECK(request_key(r, "openai/gpt") == sha256_hex(canonical_bytes(r, "openai/gpt")));
    CHECK(Json::accept(canonical_bytes(with_media("image/png", "\xff\x00", "x"), "m")));
}

TEST_CASE("canonical: streaming, the request's own model and what providers want back change nothing") {
    Request a = question(), b = question();
    b.stream = true;
    b.model = "other";
    b.messages[1].provider = {{"signature", "Zm9v"}};
    b.messages[1].parts.insert(b.messages[1].parts.begin(), Part{});
    CHECK(key(a) == key(b));
}

TEST_CASE("canonical: model, text, role, name and order of turns tell requests apart") {
    const Request a = question();
    CHECK(request_key(a, "m") != request_key(a, "n"));
    CHECK(key(a) != key(question("How tall is Ben Nevis")));
    Request b = a;
    b.messages[1].role = Role::assistant;
    CHECK(key(a) != key(b));
    b = a;
    b.messages[1].name = "Ann";
    CHECK(key(a) != key(b));
    b = a;
    std::swap(b.messages[0], b.messages[1]);
    CHECK(key(a) != key(b));
}

TEST_CASE("canonical: text split over turns or parts is not the same text in one") {
    Request a = question("ab"), b = question("a"), c = question("a");
    b.messages[1].parts.push_back({Part::Kind::text, "b", {}});
    c.messages.push_back(Message::of(Role::user, "b"));
    CHECK(key(a) != key(b));
    CHECK(key(b) != key(c));
}

TEST_CASE("canonical: every option counts") {
    std::vector<Request> all(12, question());
    all[1].options.temperature = 0;
    all[2].options.max_tokens = 0;
    all[3].options.top_p = 0;
    all[4].options.top_k = 0;
    all[5].options.frequency_penalty = 0;
    all[6].options.presence_penalty = 0;
    all[7].options.stop = {"0"};
    all[8].options.seed = 0;
    all[9].options.logprobs = 0;
    all[10].options.reasoning = "low";
    all[11].options.body = {{"user", "u"}};
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = i + 1; j < all.size(); ++j) {
            INFO(i << " and " << j);
            CHECK(key(all[i]) != key(all[j]));
        }
}

TEST_CASE("canonical: members in any order, numbers written in any way") {
    Request a = question(), b = question();
    a.options.body = Json::parse(R"({"x":1,"y":{"p":[1,2.5],"q":null}})");
    b.options.body = Json::parse(R"({"y":{"q":null,"p":[1.0,25e-1]},"x":1e0})");
    CHECK(key(a) == key(b));
    b.options.body["y"]["p"] = Json::parse("[2.5,1]");
    CHECK(key(a) != key(b));
}

TEST_CASE("canonical: the order of a schema's properties counts, the order of its keywords does not") {
    Request a = question(), b = question(), c = question();
    a.schema = Json::parse(R"({"type":"object","properties":{"why":{"type":"string"},"yes":{"type":"boolean"}}})");
    b.schema = Json::parse(R"({"properties":{"why":{"type":"string"},"yes":{"type":"boolean"}},"type":"object"})");
    c.schema = Json::parse(R"({"type":"object","properties":{"yes":{"type":"boolean"},"why":{"type":"string"}}})");
    CHECK(key(a) == key(b));
    CHECK(key(a) != key(c));
    b.schema_name = "answer";
    CHECK(key(a) == key(b));
    b.schema_name = "verdict";
    CHECK(key(a) != key(b));
    // A property that happens to be called "properties" is no list of properties.
    a.schema = Json::parse(R"({"properties":{"properties":{"type":"object","title":"t"}}})");
    b.schema = Json::parse(R"({"properties":{"properties":{"title":"t","type":"object"}}})");
    b.schema_name = "";
    CHECK(key(a) == key(b));
}

TEST_CASE("canonical: tools count by meaning; a choice of auto is no choice") {
    Request a = question(), b = question();
    a.tools = Json::parse(R"([{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"b":{},"a":{}}}}}])");
    CHECK(key(a) != key(b));
    b.tools = Json::parse(R"([{"function":{"parameters":{"properties":{"b":{},"a":{}},"type":"object"},"name":"f"},"type":"function"}])");
    CHECK(key(a) == key(b));
    b.tool_choice = "auto";
    CHECK(key(a) == key(b));
    b.tool_choice = "required";
    CHECK(key(a) != key(b));
    b.tool_choice = nullptr;
    b.tools[0]["function"]["parameters"]["properties"] = Json::parse(R"({"a":{},"b":{}})");
    CHECK(key(a) != key(b));
}

TEST_CASE("canonical: ids of tool calls and white space in arguments do not count, the arguments do") {
    CHECK(key(with_call("call_1", R"({"x":1,"y":2})")) == key(with_call("call_zzz", R"({ "y": 2, "x": 1.0 })")));
    CHECK(key(with_call("call_1", R"({"x":1})")) != key(with_call("call_1", R"({"x":2})")));
    CHECK(key(with_call("call_1", "no json")) != key(with_call("call_1", "other")));
    Request crossed = with_call("call_1", "{}");
    crossed.messages.back().tool_call_id = "call_2";
    CHECK(key(crossed) != key(with_call("call_1", "{}")));
}

TEST_CASE("canonical: media count by their bytes; a picture's name does not, a document's does") {
    CHECK(key(with_media("image/png", "PNG", "a.png")) == key(with_media("image/png", "PNG", "b.png")));
    CHECK(key(with_media("image/png", "PNG", "a.png")) != key(with_media("image/png", "GNP", "a.png")));
    CHECK(key(with_media("image/png", "PNG", "")) != key(with_media("image/jpeg", "PNG", "")));
    CHECK(key(with_media("application/pdf", "P", "a.pdf")) != key(with_media("application/pdf", "P", "b.pdf")));
    Request by_url = with_media("image/png", "", "");
    by_url.messages.back().parts.back().media.url = "https://example.org/a.png";
    CHECK(key(by_url) != key(with_media("image/png", "", "")));
    Request closer = with_media("image/png", "PNG", "");
    closer.messages.back().parts.back().media.detail = "auto";
    CHECK(key(closer) == key(with_media("image/png", "PNG", "")));
    closer.messages.back().parts.back().media.detail = "high";
    CHECK(key(closer) != key(with_media("image/png", "PNG", "")));
}

TEST_CASE("canonical: the turns' text goes through normalise, nothing else does") {
    CHECK(request_key(question("HELLO"), "m", lower) == request_key(question("hello"), "m", lower));
    CHECK(request_key(question("HELLO"), "m", lower) != request_key(question("HELLO"), "M", lower));
    CHECK(request_key(question("HELLO"), "m") != request_key(question("hello"), "m"));
}
