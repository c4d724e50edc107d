#include "chat/endpoint.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <set>

using namespace llm;

namespace {
using Variables = std::map<std::string, std::string, std::less<>>;

struct World {
    Environment environment;
    Settings settings;
    explicit World(std::string_view toml, Variables variables = {})
        : environment(std::move(variables)), settings(Settings::parse(toml, "config.toml", environment)) {}
    Endpoint find(std::string_view name) const { return find_endpoint(name, settings, environment); }
    Endpoint usable(std::string_view name) const {
        Endpoint endpoint = find(name);
        fetch_key(endpoint, environment);
        return endpoint;
    }
    Error failure(std::string_view name) const {
        try {
            usable(name);
        } catch (const Error& e) {
            return e;
        }
        FAIL("no error");
        return Error(Fault::internal, "never");
    }
    std::string complaint(std::string_view name) const { return failure(name).what(); }
};
}  // namespace

TEST_CASE("endpoint: the ready ones need nothing but their variable") {
    const World world{"", {{"OPENAI_API_KEY", "sk-1"}, {"GROQ_API_KEY", "gsk-2"}}};
    const Endpoint openai = world.usable("openai");
    CHECK(openai.protocol == "openai");
    CHECK(openai.base_url.empty());
    CHECK(openai.key == "sk-1");
    CHECK(openai.key_env == "OPENAI_API_KEY");
    CHECK(openai.settings.is_null());
    CHECK(openai.timeout == 600);
    CHECK(openai.connect_timeout == 10);
    const Endpoint groq = world.usable("groq");
    CHECK(groq.protocol == "openai");
    CHECK(groq.base_url == "https://api.groq.com/openai/v1");
    CHECK(groq.key == "gsk-2");
}

TEST_CASE("endpoint: names are told apart, protocols known, addresses whole") {
    std::set<std::string_view> names;
    for (const ReadyEndpoint& ready : ready_endpoints()) {
        CAPTURE(ready.name);
        CHECK(names.insert(ready.name).second);
        CHECK(ready_endpoint(ready.name) == &ready);
        CHECK((ready.key == ReadyEndpoint::Key::none) == ready.key_variables.empty());
        if (ready.place == ReadyEndpoint::Place::local)
            CHECK(ready.base_url.starts_with("http://127.0.0.1:"));
        else if (!ready.base_url.empty() && ready.base_url != ReadyEndpoint::asked)
            CHECK(ready.base_url.starts_with("https://"));
    }
    CHECK(names.contains("builtin"));
    CHECK(names.contains("replay"));
}

TEST_CASE("endpoint: a key that is missing or empty is an auth error that names the variable") {
    for (const Variables& variables :
         {Variables{}, Variables{{"OPENAI_API_KEY", ""}}, Variables{{"OPENAI_API_KEY", " \n"}}}) {
        const Error error = World{"", variables}.failure("openai");
        CHECK(error.fault == Fault::auth);
        CHECK_THAT(error.what(), contains("OPENAI_API_KEY") && contains("[provider.openai]"));
    }
    CHECK(World{"", {{"GOOGLE_API_KEY", "g"}}}.usable("gemini").key == "g");
    CHECK(World{"", {{"GOOGLE_API_KEY", "g"}, {"GEMINI_API_KEY", "h"}}}.usable("gemini").key == "h");
    CHECK_THAT(World{""}.complaint("gemini"), contains("GEMINI_API_KEY"));
}

TEST_CASE("endpoint: well-known variables say where") {
    const World world{"",
                      {{"OPENAI_BASE_URL", "http://127.0.0.1:9/v1/"},
                       {"ANTHROPIC_BASE_URL", "https://proxy.example"},
                       {"OLLAMA_HOST", "0.0.0.0:99"}}};
    CHECK(world.find("openai").base_url == "http://127.0.0.1:9/v1");
    CHECK(world.find("openai-responses").base_url == "http://127.0.0.1:9/v1");
    CHECK(world.find("anthropic").base_url == "https://proxy.example");
    CHECK(world.find("ollama").base_url == "http://127.0.0.1:99");
}

TEST_CASE("endpoint: Azure is spoken to by its v1 API unless a dated one is named") {
    const Variables variables{{"AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com/"},
                              {"AZURE_OPENAI_API_KEY", "az"}};
    CHECK_THAT(World{""}.complaint("azure"), contains("AZURE_OPENAI_ENDPOINT"));
    const Endpoint current = World{"", variables}.usable("azure");
    CHECK(current.base_url == "https://r.openai.azure.com/openai/v1");
    CHECK(current.key == "az");
    CHECK(current.settings.is_null());
    Variables with_date = variables;
    with_date["AZURE_OPENAI_API_VERSION"] = "2025-01-01";
    const Endpoint dated = World{"", with_date}.usable("azure");
    CHECK(dated.base_url == "https://r.openai.azure.com");
    CHECK(dated.settings == Json{{"api_version", "2025-01-01"}});
    const World own{
        "[provider.azure]\nbase_url = \"https://s.openai.azure.com\"\napi_version = \"2024-10-21\"\n",
        variables};
    CHECK(own.find("azure").base_url == "https://s.openai.azure.com");
    CHECK(own.find("azure").settings == Json{{"api_version", "2024-10-21"}});
}

TEST_CASE("endpoint: local servers need no key, and take one that is there") {
    CHECK(World{""}.usable("llamacpp").key.empty());
    CHECK(World{""}.usable("ollama").key_env.empty());
    CHECK(World{"", {{"VLLM_API_KEY", "v"}}}.usable("vllm").key == "v");
}

TEST_CASE("endpoint: the user's entry lies over the ready one and over variables") {
    const World world{R"(
timeout = "1m"
[provider.openai]
base_url = "https://proxy.example/v1/"
key_env = "WORK_KEY"
idle_timeout = "5s"
organization = "org-1"
headers = { X-Team = "red" }
)", {{"OPENAI_API_KEY", "sk-home"}, {"WORK_KEY", "sk-work"}, {"OPENAI_BASE_URL", "https://else.example"}}};
    const Endpoint e = world.usable("openai");
    CHECK(e.protocol == "openai");
    CHECK(e.base_url == "https://proxy.example/v1");
    CHECK(e.key == "sk-work");
    CHECK(e.headers == std::map<std::string, std::string>{{"X-Team", "red"}});
    CHECK(e.settings == Json{{"organization", "org-1"}});
    CHECK(e.timeout == 60);
    CHECK(e.idle_timeout == 5);
    CHECK(e.where == "config.toml:3");
    CHECK(World("[provider.openai]\nbase_url = \"https://a\"\n",
                {{"LLMUTILS_PROVIDER_OPENAI_BASE_URL", "https://b"}})
              .find("openai")
              .base_url == "https://b");
}

TEST_CASE("endpoint: a new entry works at once, without a key it did not ask for") {
    const World world{
        "[provider.box]\nbase_url = \"http://10.0.0.7:8000/v1\"\n[provider.mine]\ncommand = [\"./mine\", "
        "\"-x\"]\n",
        {{"OPENAI_API_KEY", "sk-1"}}};
    const Endpoint box = world.usable("box");
    CHECK(box.protocol == "openai");
    CHECK(box.key.empty());
    CHECK(box.key_env.empty());
    const Endpoint mine = world.usable("mine");
    CHECK(mine.protocol == "command");
    CHECK(mine.command == std::vector<std::string>{"./mine", "-x"});
}

TEST_CASE("endpoint: keys come from commands too, and only when the endpoint is used") {
    const World world{
        "[provider.openai]\nkey_command = \"printf sk-9\"\n[provider.groq]\nkey_command = "
        "[\"/no/such/program\"]\n",
        {{"PATH", "/usr/bin:/bin"}}};
    CHECK(world.find("openai").key.empty());
    CHECK(world.usable("openai").key == "sk-9");
    CHECK_NOTHROW(world.find("groq"));
    CHECK_THAT(world.complaint("groq"), contains("no key for groq") && contains("/no/such/program"));
}

TEST_CASE("endpoint: no key goes over plain http to another machine") {
    const Variables key{{"K", "sk-secret"}};
    const std::string entry = "[provider.box]\nkey_env = \"K\"\nbase_url = ";
    CHECK_THAT(World(entry + "\"http://10.0.0.7/v1\"", key).complaint("box"),
               contains("10.0.0.7") && contains("allow_http = true") && contains("[provider.box]") &&
                   !contains("sk-secret"));
    CHECK_THAT(World(entry + "\"http://127.0.0.1.evil.example\"", key).complaint("box"),
               contains("evil.example"));
    CHECK_THAT(World(entry + "\"http://127.0.0.1@evil.example\"", key).complaint("box"),
               contains("user or password"));
    CHECK(World(entry + "\"http://10.0.0.7/v1\"\nallow_http = true", key).usable("box").key == "sk-secret");
    CHECK(World(entry + "\"http://localhost:1/v1\"", key).usable("box").key == "sk-secret");
    CHECK(World(entry + "\"http://[::1]:1/v1\"", key).usable("box").key == "sk-secret");
    CHECK(World(entry + "\"HTTPS://10.0.0.7/v1\"", key).usable("box").key == "sk-secret");
    CHECK_THAT(
        World("[provider.box]\nbase_url = \"http://10.0.0.7\"\nheaders = { Authorization = \"Bearer x\" }")
            .complaint("box"),
        contains("allow_http"));
    CHECK_NOTHROW(World("[provider.box]\nbase_url = \"http://10.0.0.7\"\nheaders = { X-Team = \"red\" }")
                      .usable("box"));
    CHECK_THAT(
        World("", {{"OPENAI_API_KEY", "k"}, {"OPENAI_BASE_URL", "http://10.0.0.7"}}).complaint("openai"),
        contains("allow_http"));
}

TEST_CASE("endpoint: where the key may not go, it is not even fetched") {
    const World world{
        "[provider.box]\nbase_url = \"http://10.0.0.7\"\nkey_command = [\"/no/such/program\"]\n"};
    CHECK_THAT(world.complaint("box"), contains("allow_http"));
}

TEST_CASE("endpoint: mistakes are told with their place, and keys never") {
    const auto complaint = [](std::string_view toml) { return World{toml}.complaint("x"); };
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"box:80\"\n"), begins_with("config.toml:2: 'box:80'"));
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"ftp://box\"\n"), contains("https://"));
    CHECK_THAT(complaint("[provider.x]\nkey_env = \"K\"\n"),
               begins_with("config.toml:1: ") && contains("base_url"));
    CHECK_THAT(complaint("[provider.x]\nprotocol = \"command\"\n"), contains("command = ["));
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"https://a\"\nkey_env = \"K\"\nkey_file = \"f\"\n"),
               contains("config.toml:4"));
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"https://a\"\nkey = \"sk-secret\"\n"),
               contains("key_env") && !contains("sk-secret"));
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"https://a\"\nkey_env = \"sk-secret\"\n"),
               contains("not the key") && !contains("sk-secret"));
    CHECK_THAT(
        complaint("[provider.x]\nbase_url = \"https://a\"\nkey_env = \"gsk_abcdefghijklmnopqrstuv\"\n"),
        !contains("gsk_"));
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"https://a\"\nkey_command = []\n"),
               contains("key_command"));
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"https://a\"\nheaders = { A = \"b\\r\\nC: d\" }\n"),
               contains("headers"));
    CHECK_THAT(complaint("[provider.x]\nbase_url = \"https://a\"\nheaders = [\"Authorization: secret\"]\n"),
               !contains("secret"));
    CHECK_THAT(complaint("[provider.x]\nbase_ulr = \"https://a\"\n"), contains("'base_url'"));
}

TEST_CASE("endpoint: an unknown name is answered with the nearest, or with those there are") {
    const World world{"[provider.garage]\nbase_url = \"http://127.0.0.1\"\n"};
    CHECK(world.complaint("opnai") == "no provider 'opnai'; did you mean 'openai'?");
    CHECK_THAT(world.complaint("garrage"), contains("'garage'"));
    CHECK_THAT(world.complaint("zzzzzzzzz"),
               contains("garage, openai") && contains("[provider.zzzzzzzzz] in config.toml"));
    CHECK(endpoint_names(world.settings).front() == "garage");
}

TEST_CASE("endpoint: a wrong entry hurts nobody else, and check_all finds it") {
    const World world{
        "[provider.a]\ntimeout = \"soon\"\n[provider.b]\nbase_url = "
        "\"https://b\"\n[provider.openai]\nbase_url = 3\n",
        {{"GROQ_API_KEY", "k"}}};
    CHECK_NOTHROW(world.usable("b"));
    CHECK_NOTHROW(world.usable("groq"));
    const auto wrong = check_all(world.settings, world.environment);
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0].first == "a");
    CHECK(wrong[1].first == "openai");
}

TEST_CASE("endpoint: redact knows the key and headers that look like keys") {
    Endpoint e;
    e.key = "sk-1234";
    e.headers = {{"Authorization", "Bearer tok-5678"}, {"X-Team", "crimson"}};
    CHECK(redact("sk-1234 tok-5678 crimson", e) == "*** *** crimson");
}
