#include "chat/model.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace llm;

namespace {
using Variables = std::map<std::string, std::string, std::less<>>;

struct ModelWorld {
    Environment environment;
    Settings settings;
    Models models;
    explicit ModelWorld(std::string_view toml, Variables variables = {})
        : environment(std::move(variables)),
          settings(Settings::parse(toml, "config.toml", environment)),
          models(settings, environment) {}
    ModelWorld(const ModelWorld&) = delete;

    std::string full(std::string_view asked) const { return models.resolve(asked).full_name(); }
    std::string complaint(std::string_view asked) const {
        try {
            models.resolve(asked);
        } catch (const Error& e) {
            CHECK(e.fault == Fault::config);
            return e.what();
        }
        return "";
    }
};
}  // namespace

TEST_CASE("model: provider/name goes where it says, whether the catalogue knows it or not") {
    const ModelWorld world{"[provider.box]\nbase_url = \"http://127.0.0.1:8000/v1\"\n"};
    const ResolvedModel known = world.models.resolve("openai/gpt-5-mini");
    CHECK(known.endpoint.name == "openai");
    CHECK(known.model == "gpt-5-mini");
    CHECK(known.asked == "openai/gpt-5-mini");
    CHECK(known.info.price.input == 0.25);
    const ResolvedModel mine = world.models.resolve("box/whatever/v2:7b");
    CHECK(mine.endpoint.base_url == "http://127.0.0.1:8000/v1");
    CHECK(mine.model == "whatever/v2:7b");
    CHECK_FALSE(mine.info.price.input);
    CHECK(mine.info.provider == "box");
    CHECK(world.full("openrouter/openai/gpt-5-mini") == "openrouter/openai/gpt-5-mini");
    CHECK(world.models.resolve("openai-responses/gpt-5-mini").info.price.output == 2.0);
}

TEST_CASE("model: a bare name is found where exactly one provider has it") {
    const ModelWorld world{""};
    CHECK(world.full("gpt-5-mini") == "openai/gpt-5-mini");
    CHECK(world.full("claude-haiku-4-5-20251001") == "anthropic/claude-haiku-4-5-20251001");
    CHECK(world.full("meta-llama/llama-4-scout-17b-16e-instruct") ==
          "groq/meta-llama/llama-4-scout-17b-16e-instruct");
    const ModelWorld two{"[model.\"azure/gpt-5-mini\"]\ninput = 1\n"};
    CHECK_THAT(two.complaint("gpt-5-mini"), contains("azure/gpt-5-mini or openai/gpt-5-mini"));
}

TEST_CASE("model: an alias brings its defaults, and the nearest alias wins") {
    const ModelWorld world{R"(
[model]
quick = "openai/gpt-5-mini"
[model.poet]
model = "quick"
temperature = 1.2
system = "Write verse."
stop = ["END"]
[model.sober]
model = "poet"
temperature = 0
max_tokens = 100
)"};
    CHECK(world.full("quick") == "openai/gpt-5-mini");
    CHECK(world.models.resolve("quick").options == Options{});
    const ResolvedModel poet = world.models.resolve("poet");
    CHECK(poet.full_name() == "openai/gpt-5-mini");
    CHECK(poet.options.temperature == 1.2);
    CHECK(poet.options.stop == std::vector<std::string>{"END"});
    CHECK(poet.system == "Write verse.");
    const ResolvedModel sober = world.models.resolve("sober");
    CHECK(sober.asked == "sober");
    CHECK(sober.system == "Write verse.");
    CHECK(sober.options.max_tokens == 100);
    CHECK(sober.options.temperature == 0.0);
}

TEST_CASE("model: tiers name models or aliases") {
    const ModelWorld world{
        "[model]\nquick = \"openai/gpt-5-mini\"\n[tier]\ncheap = \"quick\"\nstrong = "
        "\"anthropic/claude-opus-4-5\"\n"};
    CHECK(world.full("cheap") == "openai/gpt-5-mini");
    CHECK(world.full("strong") == "anthropic/claude-opus-4-5");
    CHECK_THAT(world.complaint("standard"), contains("[tier] in config.toml"));
    CHECK(ModelWorld("", {{"LLMUTILS_TIER_CHEAP", "openai/gpt-5-nano"}}).full("cheap") == "openai/gpt-5-nano");
}

TEST_CASE("model: aliases that lead in a circle are told") {
    const ModelWorld world{"[model]\na = \"b\"\nb = \"a\"\nc = \"c\"\n"};
    CHECK_THAT(world.complaint("a"), contains("a → b"));
    CHECK_THAT(world.complaint("c"), contains("'c' leads back"));
}

TEST_CASE("model: what is not found is answered with the nearest name") {
    const ModelWorld world{"[model]\npoet = \"openai/gpt-5-mini\"\n[model.empty]\nsystem = \"x\"\n"};
    CHECK(world.complaint("opnai/gpt-5-mini") == "no provider 'opnai'; did you mean 'openai'?");
    CHECK_THAT(world.complaint("gpt-5-mni"), contains("did you mean 'gpt-5-mini'?"));
    CHECK_THAT(world.complaint("peot"), contains("'poet'"));
    CHECK_THAT(world.complaint("ollama"), contains("ollama/NAME"));
    CHECK_THAT(world.complaint("qqqqqqqqqqqqqqqqqqqqqqqq"), contains("provider/name"));
    CHECK_THAT(world.complaint("empty"), contains("config.toml:3") && contains("model = "));
    for (const char* odd : {"", "/", "openai/", "/x", "\xff\xfe"}) CHECK_FALSE(world.complaint(odd).empty());
}

TEST_CASE("model: an alias's option that cannot be is told with its place") {
    const ModelWorld world{"[model.x]\nmodel = \"openai/gpt-5-mini\"\ntemperature = -1\n"};
    CHECK_THAT(world.complaint("x"), begins_with("config.toml:1: [model.x]") && contains("temperature"));
}

TEST_CASE("model: the user's figures lie over the catalogue's") {
    const ModelWorld world{R"(
[model."openai/gpt-5-mini"]
input = 1
output = 3
[model."openai/gpt-5-nano"]
context = 1000
date = "2026-11-01"
source = "my bill"
[model."ollama/*"]
input = 0
output = 0
[model."box/long"]
input = 1
output = 2
steps = [{above = 1000, input = 2, output = 4}]
)"};
    const ModelInfo mini = world.models.info("openai", "gpt-5-mini");
    CHECK(mini.price.input == 1.0);
    CHECK_FALSE(mini.price.cached);
    CHECK(mini.context == 400000);
    CHECK(mini.source == "config.toml:2");
    const ModelInfo nano = world.models.info("openai", "gpt-5-nano");
    CHECK(nano.context == 1000);
    CHECK(nano.price.input == 0.05);
    CHECK(nano.source == "my bill");
    CHECK(world.models.info("ollama", "llama3.2").price.output == 0.0);
    REQUIRE(world.models.info("box", "long").price.steps.size() == 1);
    CHECK(world.models.info("box", "long").price.steps[0].output == 4.0);
}

TEST_CASE("model: figures that cannot be are refused with their place") {
    CHECK_THAT(ModelWorld("[model.\"openai/x\"]\ninput = -1\n").complaint("openai/x"), contains("config.toml:1"));
    CHECK_THAT(ModelWorld("[model.\"openai/x\"]\nsteps = [{above = 5}, {above = 4}]\n").complaint("openai/x"),
               contains("rising"));
    CHECK_THAT(ModelWorld("[model.\"openai/x\"]\nsteps = 3\n").complaint("openai/x"), contains("rising"));
    CHECK_THAT(ModelWorld("[model.\"openai/x\"]\nreasoning = \"high\"\n").complaint("openai/x"),
               contains("alias"));
}

TEST_CASE("model: the default is what the settings say") {
    CHECK(ModelWorld("model = \"poet\"", {{"OPENAI_API_KEY", "k"}}).models.default_model() == "poet");
    CHECK(ModelWorld("[model.default]\nmodel = \"openai/gpt-5-nano\"\ntemperature = 0\n").models.default_model() ==
          "default");
    CHECK(ModelWorld("", {{"LLMUTILS_MODEL", "groq/x"}}).models.default_model() == "groq/x");
}

TEST_CASE("model: else a cheap one of the first provider whose key is there") {
    CHECK(ModelWorld("", {{"OPENAI_API_KEY", "k"}, {"ANTHROPIC_API_KEY", "k"}}).models.default_model() ==
          "openai/gpt-5.6-luna");
    CHECK(ModelWorld("", {{"OPENAI_API_KEY", ""}, {"ANTHROPIC_API_KEY", "k"}}).models.default_model() ==
          "anthropic/claude-haiku-4-5");
    CHECK(ModelWorld("[provider.mistral]\nkey_command = [\"x\"]\n").models.default_model() ==
          "mistral/mistral-small-latest");
    CHECK(ModelWorld("[provider.openai]\nbase_url = 3\n", {{"OPENAI_API_KEY", "k"}, {"GROQ_API_KEY", "k"}})
              .models.default_model() == "groq/openai/gpt-oss-20b");
    for (const ReadyEndpoint& ready : ready_endpoints()) {
        CAPTURE(ready.name);
        if (!ready.default_model.empty()) CHECK(find_in_catalogue(ready.catalogue, ready.default_model));
    }
}

TEST_CASE("model: else a server that answers on loopback, and never a silent stand-in") {
    const ModelWorld world{""};
    std::vector<std::string> asked;
    const auto silent = [&](const Endpoint& e) {
        asked.push_back(e.name);
        return std::optional<std::string>{};
    };
    CHECK_THROWS_WITH(world.models.default_model(silent), contains("OPENAI_API_KEY") && contains("Ollama") &&
                                                              contains("model = ") &&
                                                              contains("config.toml"));
    CHECK(asked == std::vector<std::string>{"ollama", "llamacpp"});
    const auto llama = [](const Endpoint& e) {
        return e.name == "llamacpp" ? std::optional<std::string>{"tiny"} : std::nullopt;
    };
    CHECK(world.models.default_model(llama) == "llamacpp/tiny");
    CHECK_THROWS_AS(world.models.default_model(), Error);
}

TEST_CASE("model: the list says of each how far it is from being asked") {
    const ModelWorld world{R"(
[provider.box]
base_url = "http://10.0.0.7/v1"
[provider.bad]
timeout = "soon"
[provider.near]
base_url = "http://127.0.0.1:1/v1"
[model."box/mine"]
input = 1
[model."groq/bad"]
input = -1
[model.fast]
model = "box/mine"
[tier]
cheap = "nowhere"
)", {{"OPENAI_API_KEY", "k"}}};
    const auto models = world.models.list();
    const auto find = [&](std::string_view provider, std::string_view name) {
        const auto it = std::ranges::find_if(
            models, [&](const ListedModel& m) { return m.info.provider == provider && m.info.name == name; });
        REQUIRE(it != models.end());
        return *it;
    };
    CHECK(find("openai", "gpt-5-mini").reach == Reach::ready);
    CHECK(find("openai", "gpt-5-mini").info.date.size() >= 7);
    CHECK(find("anthropic", "claude-haiku-4-5").reach == Reach::no_key);
    CHECK(find("anthropic", "claude-haiku-4-5").needs == "ANTHROPIC_API_KEY");
    CHECK(find("gemini", "gemini-2.5-pro").needs == "GEMINI_API_KEY or GOOGLE_API_KEY");
    CHECK(find("azure", "").needs == "AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY");
    CHECK(find("ollama", "").reach == Reach::unprobed);
    CHECK(find("near", "").reach == Reach::unprobed);
    CHECK(find("box", "mine").reach == Reach::ready);
    CHECK(find("bad", "").reach == Reach::wrong);
    CHECK_THAT(find("bad", "").needs, contains("config.toml:5"));
    CHECK(find("groq", "bad").reach == Reach::wrong);
    CHECK(find("builtin", "extract").reach == Reach::inside);
    CHECK(find("builtin", "extract").info.about.starts_with("no LLM"));

    const auto names = world.models.names();
    REQUIRE(names.size() == 2);
    CHECK(names[0].name == "fast");
    CHECK(names[0].model == "box/mine");
    CHECK(names[1].name == "cheap");
    CHECK_FALSE(names[1].wrong.empty());
}

TEST_CASE("model: every option of a request may be an alias's default") {
    for (const std::string& option : option_names()) {
        CAPTURE(option);
        const std::vector<std::string> path{"model", "x", option};
        CHECK(setting_entry(path) != nullptr);
    }
}
