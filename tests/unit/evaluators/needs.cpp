// Judges through the real Caller: a program that answers, and a cassette of what it said.
#include "evaluators/needs.hpp"

#include "base/loop.hpp"
#include "call/caller.hpp"
#include "chat/model.hpp"
#include "evaluators/assertion.hpp"
#include "support/catch.hpp"

#include <unistd.h>

#include <filesystem>

using namespace llm;

namespace {

// Says 2 where the material mentions a cat, else 5.
constexpr std::string_view config = R"(
[provider.judge]
protocol = "command"
command = ["sh", "-c", 'while read -r line; do case $line in *cat*) echo "{\"json\": {\"reason\": \"a cat\", \"score\": 2}}";; *) echo "{\"json\": {\"reason\": \"no cat\", \"score\": 5}}";; esac; done']
[provider.mumbler]
protocol = "command"
command = ["sh", "-c", 'while read -r line; do echo "{\"text\": \"Five of five.\"}"; done']
)";

struct Run {
    explicit Run(CallOptions options) : caller(loop, settings, environment, std::move(options)) {}
    Environment environment{{}};
    Settings settings = Settings::parse(config, "config.toml", environment);
    Loop loop;
    Models models{settings, environment};
    Caller caller;
    EvaluatorTools tools{caller, models, loop, settings, environment};

    Verdict verdict(const Json& written, const Json& record) {
        const Assertion a{check_of(written), tools.needs};
        const Case c = case_of(record);
        Task<Verdict> task = a.verdict(c);
        task.start();
        while (!task.done()) loop.run_once();
        return task.result();
    }
};

CallOptions options() {
    CallOptions o;
    o.log = CallOptions::Log::no;
    return o;
}

const Json dog = {{"response", {{"text", "The dog barks."}}}}, cat = {{"response", {{"text", "The cat sleeps."}}}};
const Json fluency = {{"type", "fluency"}, {"provider", "judge/x"}};

}  // namespace

TEST_CASE("needs: a program judges, and its words replay from a cassette") {
    std::string name = (std::filesystem::temp_directory_path() / "judge-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(name.data());
    const std::string cassette = (folder / "judge.jsonl").string();
    {
        CallOptions o = options();
        o.record = cassette;
        Run run(o);
        CHECK(run.verdict(fluency, dog).pass);
        const Verdict low = run.verdict(fluency, cat);
        CHECK_FALSE(low.pass);
        CHECK(low.value == 2.0);
        CHECK(low.reason == "a cat");
        CHECK(low.calls == 1);
        run.caller.close();
    }
    Run replayed(options());
    const Json by_cassette = {{"type", "fluency"}, {"provider", "replay/" + cassette}};
    CHECK(replayed.verdict(by_cassette, cat).value == 2.0);
    CHECK(replayed.verdict(by_cassette, dog).value == 5.0);
    CHECK_THROWS_AS(replayed.verdict(by_cassette, {{"response", {{"text", "Never asked."}}}}), Error);
    std::filesystem::remove_all(folder);
}

TEST_CASE("needs: a judge that mumbles is an error after its retries") {
    Run run(options());
    try {
        run.verdict({{"type", "fluency"}, {"provider", "mumbler/x"}}, dog);
        FAIL("a verdict");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::provider);
        CHECK_THAT(e.what(), contains("mumbler/x") && contains("Five of five."));
    }
    run.tools.needs.judges = {"judge/a", "judge/b", "judge/c"};
    CHECK(run.verdict("fluency", dog).calls == 3);
    CHECK_THROWS_AS(run.verdict({{"type", "fluency"}, {"provider", "nobody/x"}}, dog), Error);
}
