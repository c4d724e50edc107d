// Calls to embedders on a real socket are let in, retried, paid and journalled like calls to models, on a clock that is set forward instead of waiting.
#include "call/embedding.hpp"

#include "base/paths.hpp"
#include "call/caller.hpp"
#include "log/query.hpp"
#include "pace/budget.hpp"
#include "support/catch.hpp"
#include "support/scripted.hpp"

#include <filesystem>
#include <numeric>

using namespace llm;

namespace {

const std::string good = answer_of("200 OK", "", R"({"data":[{"index":0,"embedding":[3,4]},{"index":1,"embedding":[0,2]}],"usage":{"prompt_tokens":1000,"total_tokens":1000}})");

struct Outcome {
    std::optional<Fault> fault;
    std::string message;
    std::vector<Vector> vectors;
    int asked = 0;
    std::vector<double> waited;
    double passed = 0;  ///< seconds of real time
    double all() const { return std::accumulate(waited.begin(), waited.end(), 0.0); }
};

struct Scene {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("llm-embedding-{}", ::getpid());
    const Environment environment{{{"HOME", folder.string()}}};
    std::string more;  ///< of the configuration
    Scene() { std::filesystem::remove_all(folder); }
    ~Scene() { std::filesystem::remove_all(folder); }

    Outcome embed(std::vector<std::string> script, int calls = 1) {
        Scripted server{std::move(script)};
        const Settings settings =
            Settings::parse(fmt::format("{}\n[provider.p]\nprotocol = \"openai\"\nbase_url = \"http://127.0.0.1:{}/v1\"\n", more, server.port), "config.toml", environment);
        Loop loop;
        Outcome o;
        EmbeddingOptions options;
        options.tool = "test";
        options.skip = [&o](double seconds) { o.waited.push_back(seconds); };
        const Instant begun = Steady::now();
        Embedding embedding{"p/m", loop, settings, environment, options};
        const std::vector<std::string> texts{"one", "other"};
        for (int i = 0; i < calls; ++i) {
            o.fault.reset();
            try {
                o.vectors = embedding.embed_now(texts);
            } catch (const Error& e) {
                o.fault = e.fault;
                o.message = e.what();
            }
        }
        o.asked = server.asked;
        o.passed = Seconds(Steady::now() - begun).count();
        return o;
    }

    std::vector<Json> journal() const {
        std::vector<Json> out;
        JournalReader reader{folder / ".local/share/llm-utils/log.db"};
        reader.list({}, 0, [&](const LoggedCall& c) {
            out.push_back(reader.show(c.id).value());
            return true;
        });
        return out;
    }
    Nano spent_today() const {
        PaceStore store{pace_path(Settings::parse("", "config.toml", environment), environment)};
        return budget_status(store).days.front().spent;
    }
};

constexpr const char* price = "[model.\"p/m\"]\ninput = 100\n";  // dollars a million: the answer's 1,000 tokens cost 10 cents

}  // namespace

TEST_CASE("embedding: what passes is asked four times, and waited for within bounds that double") {
    for (const auto& [answer, fault] : std::vector<std::pair<std::string, Fault>>{
             {refusal("429 Too Many Requests"), Fault::rate_limit},
             {refusal("500 Internal Server Error"), Fault::provider},
             {refusal("503 Service Unavailable"), Fault::provider},
             {refusal("504 Gateway Timeout"), Fault::timeout},
             {std::string{}, Fault::unreachable},
             {answer_of("200 OK", "", "{}"), Fault::provider},
             {answer_of("200 OK", "", "<html>"), Fault::provider},
         }) {
        CAPTURE(answer);
        Scene scene;
        const Outcome o = scene.embed({answer});
        CHECK(o.fault == fault);
        CHECK(o.asked == 4);
        REQUIRE(o.waited.size() == 3);
        CHECK(o.waited[0] <= .5);
        CHECK(o.waited[1] <= 1);
        CHECK(o.waited[2] <= 2);
    }
}

TEST_CASE("embedding: what does not pass is asked once") {
    for (const auto& [answer, fault] : std::vector<std::pair<std::string, Fault>>{
             {refusal("400 Bad Request"), Fault::refused},
             {refusal("401 Unauthorized"), Fault::auth},
             {refusal("404 Not Found"), Fault::refused},
             {refusal("307 Temporary Redirect", "Location: http://127.0.0.2/\r\n"), Fault::provider},
         }) {
        CAPTURE(answer);
        Scene scene;
        const Outcome o = scene.embed({answer});
        CHECK(o.fault == fault);
        CHECK(o.asked == 1);
        CHECK(o.waited.empty());
    }
}

TEST_CASE("embedding: Retry-After is obeyed in its three spellings") {
    for (const auto& [headers, seconds] : std::vector<std::pair<std::string, double>>{
             {"Retry-After: 17\r\n", 17},
             {"Date: Tue, 24 Nov 2026 01:00:00 GMT\r\nRetry-After: Tue, 24 Nov 2026 01:00:42 GMT\r\n", 42},
             {"retry-after-ms: 1500\r\nRetry-After: 99\r\n", 1.5},
         }) {
        CAPTURE(headers);
        Scene scene;
        const Outcome o = scene.embed({refusal("429 Too Many Requests", headers), good});
        CHECK_FALSE(o.fault.has_value());
        REQUIRE(o.vectors.size() == 2);
        CHECK(o.vectors[0][1] == Approx(.8));
        CHECK(o.asked == 2);
        CHECK(o.all() <= seconds + .01);
        CHECK(o.all() + o.passed >= seconds - .01);
    }
}

TEST_CASE("embedding: after three calls without an answer the server is left alone") {
    Scene scene;
    scene.more = "retries = 0";
    const Outcome o = scene.embed({std::string{}}, 8);
    CHECK(o.fault == Fault::unreachable);
    CHECK_THAT(o.message, contains("is not asked"));
    CHECK(o.asked == 3);
}

TEST_CASE("embedding: a limit of requests a minute makes calls wait") {
    Scene scene;
    scene.more = "[model.\"p/m\"]\nrpm = 60\n";
    const Outcome o = scene.embed({good}, 5);  // one at once, then one a second
    CHECK(o.asked == 5);
    CHECK(o.all() + o.passed >= 4);
    CHECK(o.all() < 6);
}

TEST_CASE("embedding: a limit of tokens a minute counts the tokens the answer tells") {
    Scene scene;
    scene.more = "[model.\"p/m\"]\ntpm = 6000\n";
    const Outcome o = scene.embed({good}, 4);  // a thousand each, a tenth of a minute's share at once
    CHECK(o.asked == 4);
    CHECK(o.all() + o.passed >= 15);
}

TEST_CASE("embedding: the day's budget is charged what the tokens cost, and holds") {
    Scene scene;
    scene.more = std::string{"[budget]\nday = 0.5\n"} + price;
    const Outcome first = scene.embed({good});
    CHECK_FALSE(first.fault.has_value());
    CHECK(scene.spent_today() == nano(.1));
    const Outcome all = scene.embed({good}, 9);  // each may cost a little more at worst
    CHECK(all.fault == Fault::budget);
    CHECK(all.asked == 3);
    CHECK(scene.spent_today() == nano(.4));
}

TEST_CASE("embedding: with a budget an unknown price ends the run before anything is sent") {
    Scene scene;
    scene.more = "[budget]\nday = 0.5\n";
    const Outcome o = scene.embed({good});
    CHECK(o.fault == Fault::config);
    CHECK_THAT(o.message, contains("price"));
    CHECK(o.asked == 0);
}

TEST_CASE("embedding: each call is journalled with its price, and without its texts") {
    Scene scene;
    scene.more = price;
    scene.embed({refusal("500 Internal Server Error"), good});
    scene.embed({refusal("400 Bad Request")});
    const std::vector<Json> calls = scene.journal();
    REQUIRE(calls.size() == 2);
    const Json &failed = calls[0], &answered = calls[1];
    CHECK(answered["gen_ai_operation_name"] == "embeddings");
    CHECK(answered["tool"] == "test");
    CHECK(answered["gen_ai_provider_name"] == "p");
    CHECK(answered["gen_ai_request_model"] == "m");
    CHECK(answered["attempts"] == 2);
    CHECK(answered["gen_ai_usage_input_tokens"] == 1000);
    CHECK(answered["cost_usd"].get<double>() == Approx(.1));
    CHECK(dump(answered["request_options"]) == R"({"body":{"texts":2,"bytes":8}})");
    CHECK_THAT(dump(answered), !contains("other"));
    CHECK(failed["error_type"] == "refused");
    CHECK(member(failed, "cost_usd").is_null());
}

TEST_CASE("embedding: nothing is journalled where the settings say so") {
    Scene scene;
    scene.more = "[log]\nenabled = false\n";
    CHECK_FALSE(scene.embed({good}).fault.has_value());
    CHECK(scene.journal().empty());
}

TEST_CASE("embedding: a run's budget holds for its models and its embedders together") {
    Scene scene;
    Scripted server{{good}};
    const Settings settings = Settings::parse(
        fmt::format("{}[provider.p]\nprotocol = \"openai\"\nbase_url = \"http://127.0.0.1:{}/v1\"\n", price, server.port), "config.toml", scene.environment);
    Loop loop;
    CallOptions options;
    options.tool = "test";
    options.log = CallOptions::Log::no;
    options.pace.budget = .25;
    Caller caller{loop, settings, scene.environment, options};
    Embedding one{"p/m", loop, settings, scene.environment, caller.for_embedders()}, other{"p/m", loop, settings, scene.environment, caller.for_embedders()};
    const std::vector<std::string> texts{"one", "other"};
    CHECK(one.embed_now(texts).size() == 2);    // ten cents, twelve at worst
    CHECK(other.embed_now(texts).size() == 2);
    CHECK_THROWS_AS(one.embed_now(texts), Error);
    CHECK_THROWS_AS(other.embed_now(texts), Error);
    CHECK(server.asked == 2);
}
