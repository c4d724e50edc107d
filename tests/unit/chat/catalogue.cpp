#include "chat/catalogue.hpp"

#include "base/json.hpp"
#include "chat/endpoint.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <regex>

using namespace llm;

TEST_CASE("catalogue: every line of the data is in the table, in order") {
    std::ifstream file{LLM_SOURCE_DIR "/lib/chat/catalogue/models.jsonl"};
    std::string line;
    std::size_t lines = 0;
    while (std::getline(file, line)) {
        ++lines;
        const Json model = Json::parse(line);
        CAPTURE(line);
        const auto found = find_in_catalogue(text_of(model, "provider"), text_of(model, "name"));
        REQUIRE(found);
        CHECK(found->price.input.value_or(-1) == model.value("input", -1.0));
        CHECK(found->price.output.value_or(-1) == model.value("output", -1.0));
        CHECK(found->price.cached.value_or(-1) == model.value("cached", -1.0));
        CHECK(found->price.cache_write.value_or(-1) == model.value("cache_write", -1.0));
        CHECK(found->price.steps.size() == member(model, "steps").size());
        CHECK(found->context.value_or(-1) == model.value("context", -1L));
        CHECK(found->max_output.value_or(-1) == model.value("max_output", -1L));
        CHECK(found->vision.has_value() == model.contains("vision"));
        CHECK(found->tools.value_or(false) == model.value("tools", false));
        CHECK(found->reasoning.value_or(false) == model.value("reasoning", false));
        CHECK(found->source == text_of(model, "source"));
    }
    CHECK(lines > 100);
    CHECK(lines == catalogue_size());
    for (std::size_t i = 1; i < catalogue_size(); ++i)
        CHECK(std::pair{catalogue_provider(i - 1), catalogue_name(i - 1)} <
              std::pair{catalogue_provider(i), catalogue_name(i)});
}

TEST_CASE("catalogue: each entry has a date, a source and rates that can be true") {
    const std::regex date{R"(20\d\d-\d\d(-\d\d)?)"};
    for (std::size_t i = 0; i < catalogue_size(); ++i) {
        const ModelInfo info = catalogue_entry(i);
        CAPTURE(info.provider, info.name);
        CHECK(std::regex_match(info.date, date));
        CHECK_FALSE(info.source.empty());
        CHECK(info.price.input.has_value() == info.price.output.has_value());
        CHECK(info.price.input.value_or(0) <= 200);
        if (info.price.cached && info.price.input) CHECK(*info.price.cached <= *info.price.input);
        for (const Price::Step& step : info.price.steps) {
            CHECK(step.above >= 100'000);
            CHECK(*step.input >= *info.price.input);
        }
        CHECK(ready_endpoint(info.provider) != nullptr);
    }
}

TEST_CASE("catalogue: known prices are as their sources have them") {
    const auto mini = find_in_catalogue("openai", "gpt-5-mini");
    REQUIRE(mini);
    CHECK(mini->price.input == 0.25);
    CHECK(mini->price.output == 2.0);
    CHECK(mini->price.cached == 0.025);
    CHECK(mini->context == 400000);
    const auto sonnet = find_in_catalogue("anthropic", "claude-sonnet-4-5");
    REQUIRE(sonnet);
    CHECK(sonnet->price.cache_write == 3.75);
    REQUIRE(sonnet->price.steps.size() == 1);
    CHECK(sonnet->price.steps[0].above == 200000);
    CHECK(sonnet->price.steps[0].output == 22.5);
    CHECK(find_in_catalogue("openai", "text-embedding-3-small")->kind == ModelKind::embedding);
}

TEST_CASE("catalogue: a dated name is found by its plain one, but for those with prices of their own") {
    CHECK(find_in_catalogue("openai", "gpt-5-mini-2025-08-07")->price.input == 0.25);
    CHECK(find_in_catalogue("openai", "gpt-5-mini-2025-08-07")->name == "gpt-5-mini-2025-08-07");
    CHECK(find_in_catalogue("anthropic", "claude-haiku-4-5-20251001")->price.input == 1.0);
    CHECK(find_in_catalogue("openai", "gpt-4o-2024-05-13")->price.input == 5.0);
    CHECK(find_in_catalogue("openai", "gpt-4o-2024-11-20")->price.input == 2.5);
    CHECK_FALSE(find_in_catalogue("openai", "gpt-5-minimal"));
    CHECK_FALSE(find_in_catalogue("openai", "-20250807"));
    CHECK_FALSE(find_in_catalogue("nobody", "gpt-5-mini"));
}

TEST_CASE("catalogue: a free tier is no price, and builtin is known to be free") {
    CHECK_FALSE(find_in_catalogue("groq", "llama-3.3-70b-versatile")->price.input);
    CHECK(find_in_catalogue("builtin", "extract")->price.input == 0.0);
    CHECK(find_in_catalogue("builtin", "extract")->about.starts_with("no LLM"));
}
