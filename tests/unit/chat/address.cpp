#include "chat/address.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("address: its parts") {
    const auto a = parse_address("HTTPS://me:pw@API.Example.com:8443/v1?x#y");
    REQUIRE(a);
    CHECK(a->scheme == "https");
    CHECK(a->userinfo == "me:pw");
    CHECK(a->host == "api.example.com");
    CHECK(a->port == "8443");
    CHECK(a->path == "/v1?x#y");
    CHECK(parse_address("http://[::1]:80")->host == "::1");
    CHECK(parse_address("http://evil.example#@127.0.0.1/")->host == "evil.example");
    CHECK(parse_address("http://127.0.0.1@evil.example")->host == "evil.example");
}

TEST_CASE("address: what is none") {
    for (const char* bad : {"", "localhost:80", "://x", "http://", "http://a b", "http://[::1",
                            "http://a:port", "http://a\\b", "http:///x"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_address(bad));
    }
}

TEST_CASE("address: loopback is what never leaves the machine, and nothing that looks like it") {
    for (const char* host : {"localhost", "a.localhost", "127.0.0.1", "127.255.1.2", "::1"})
        CHECK(is_loopback(host));
    for (const char* host :
         {"127.evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "notlocalhost", "10.0.0.1",
          "0.0.0.0", "128.0.0.1", "::2", "2130706433", "127.0.0.256", "127.0.0", ""}) {
        CAPTURE(host);
        CHECK_FALSE(is_loopback(host));
    }
}

TEST_CASE("address: OLLAMA_HOST is understood as Ollama understands it") {
    CHECK(ollama_base_url("") == "http://127.0.0.1:11434");
    CHECK(ollama_base_url("box") == "http://box:11434");
    CHECK(ollama_base_url("box:1234") == "http://box:1234");
    CHECK(ollama_base_url(":1234") == "http://127.0.0.1:1234");
    CHECK(ollama_base_url("0.0.0.0") == "http://127.0.0.1:11434");
    CHECK(ollama_base_url("0.0.0.0:99") == "http://127.0.0.1:99");
    CHECK(ollama_base_url("http://box") == "http://box:80");
    CHECK(ollama_base_url("https://box/") == "https://box:443");
    CHECK(ollama_base_url("https://box:8443/ollama/") == "https://box:8443/ollama");
    CHECK(ollama_base_url("[::1]:1234") == "http://[::1]:1234");
    CHECK(ollama_base_url("::1") == "http://[::1]:11434");
    CHECK(ollama_base_url("[::]") == "http://[::1]:11434");
    CHECK(ollama_base_url(" \"box\" ") == "http://box:11434");
}

TEST_CASE("address: Azure's endpoint gets the path of its v1 API") {
    CHECK(azure_base_url("https://r.openai.azure.com/") == "https://r.openai.azure.com/openai/v1");
    CHECK(azure_base_url("https://r.openai.azure.com/openai/deployments/d") ==
          "https://r.openai.azure.com/openai/deployments/d");
}
