#include "base/settings.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace llm;

namespace {
Settings parse(std::string_view toml, std::map<std::string, std::string, std::less<>> variables = {}) {
    return Settings::parse(toml, "config.toml", Environment{std::move(variables)});
}

/// The message of the config error, or "" where there is none.
std::string complaint(std::string_view toml, std::map<std::string, std::string, std::less<>> variables = {}) {
    try {
        parse(toml, std::move(variables));
    } catch (const Error& e) {
        CHECK(e.fault == Fault::config);
        return e.what();
    }
    return "";
}

struct Folder {
    std::filesystem::path path;
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "llm-settings-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
};
}  // namespace

TEST_CASE("settings: with nothing given the defaults hold, and say so") {
    const Settings settings;
    CHECK(settings.boolean("log") == true);
    CHECK(settings.keep("log.keep") == Keep{2592000.0, 1073741824u});
    CHECK(settings.integer("retries") == 3);
    CHECK_FALSE(settings.text("model"));
    CHECK(settings.origin("retries").kind == Origin::Kind::fallback);
    CHECK(settings.origin("model").kind == Origin::Kind::nowhere);
}

TEST_CASE("settings: flag beats variable beats file beats default, and each says where it is from") {
    Settings settings = parse("timeout = \"30s\"\nretries = 1\njobs = 2\n",
                              {{"LLMUTILS_TIMEOUT", "40s"}, {"LLMUTILS_JOBS", "8"}});
    settings.set("jobs", "16", "--jobs");
    CHECK(settings.integer("retries") == 1);
    CHECK(settings.origin("retries").where == "config.toml:2");
    CHECK(settings.duration("timeout") == 40.0);
    CHECK(settings.origin("timeout").where == "LLMUTILS_TIMEOUT");
    CHECK(settings.integer("jobs") == 16);
    CHECK(settings.origin("jobs").kind == Origin::Kind::flag);
    CHECK(settings.origin("jobs").where == "--jobs");
}

TEST_CASE("settings: log = false and a [log] table are both understood") {
    CHECK(parse("log = false").boolean("log.enabled") == false);
    CHECK(parse("log = false").origin("log").where == "config.toml:1");
    CHECK(parse("[log]\nkeep = \"2d\"\n").boolean("log") == true);
    CHECK(parse("[log]\nenabled = false\n").boolean("log") == false);
    CHECK(parse("[log]\nkeep = \"2d\"\n", {{"LLMUTILS_LOG", "false"}}).boolean("log") == false);
    CHECK(parse("log = true", {{"LLMUTILS_LOG_KEEP", "5MB"}}).keep("log.keep") ==
          Keep{std::nullopt, 5000000u});
}

TEST_CASE("settings: the default model may stand alone or among the aliases") {
    CHECK(parse("model = \"openai/x\"").text("model") == "openai/x");
    CHECK(parse("[model]\ndefault = \"openai/x\"\nfast = \"groq/y\"\n").text("model") == "openai/x");
    CHECK(parse("[model.fast]\nmodel = \"groq/y\"\n", {{"LLMUTILS_MODEL", "openai/z"}}).text("model") ==
          "openai/z");
    CHECK(parse("[model.fast]\nmodel = \"groq/y\"\n").text("model.fast.model") == "groq/y");
    CHECK_THAT(complaint("model = \"x\"\n[model.fast]\nmodel = \"y\"\n"), contains("default = "));
}

TEST_CASE("settings: variables reach into providers and tiers by name") {
    const Settings settings = parse("[provider.My_Box]\nbase_url = \"http://a\"\n",
                                    {{"LLMUTILS_PROVIDER_MY_BOX_BASE_URL", "http://b"},
                                     {"LLMUTILS_PROVIDER_OPENAI_RESPONSES_TIMEOUT", "5s"},
                                     {"LLMUTILS_TIER_CHEAP", "groq/y"}});
    CHECK(settings.text("provider.My_Box.base_url") == "http://b");
    CHECK(settings.duration("provider.openai-responses.timeout") == 5.0);
    CHECK(settings.text("tier.cheap") == "groq/y");
}

TEST_CASE("settings: names with dots are quoted, as in TOML") {
    const Settings settings = parse("[model.\"openai/gpt-4.1\"]\ninput = 2.5\n");
    CHECK(settings.number("model.\"openai/gpt-4.1\".input") == 2.5);
    CHECK(settings.origin("model.\"openai/gpt-4.1\".input").where == "config.toml:2");
}

TEST_CASE("settings: an unknown name is refused with place and nearest name") {
    CHECK_THAT(complaint("\ntimeot = \"3s\"\n"),
               begins_with("config.toml:2: ") && contains("did you mean 'timeout'?"));
    CHECK_THAT(complaint("[log]\nkep = \"3d\"\n"), begins_with("config.toml:2: ") && contains("'keep'"));
    CHECK_THAT(complaint("[model.x]\ntemprature = 1\n"), contains("'temperature'"));
    CHECK_THAT(complaint("zzzzzzzzzzzz = 1\n"), contains("there are model,"));
    CHECK_THAT(complaint("", {{"LLMUTILS_TIMEOT", "3s"}}), contains("did you mean LLMUTILS_TIMEOUT?"));
    CHECK(complaint("", {{"LLMUTILS__TEST", "x"}, {"LLMUTILS_MODEL", ""}, {"LLMUTILS_CONFIG", "x"}}).empty());
}

TEST_CASE("settings: a value of the wrong kind is refused with place, value and what to write") {
    CHECK_THAT(complaint("\ntimeout = \"soon\"\n"),
               begins_with("config.toml:2: timeout = \"soon\"") && contains("\"30s\""));
    CHECK_THAT(complaint("retries = \"3\"\n"), contains("whole number"));
    CHECK_THAT(complaint("retries = -1\n"), contains("whole number"));
    CHECK_THAT(complaint("log = 3\n"), contains("config.toml:1: log.enabled = 3"));
    CHECK_THAT(complaint("tier = \"x\"\n"), contains("[tier]"));
    CHECK_THAT(complaint("timeout = nan\n"), contains("config.toml:1"));
    CHECK_THAT(complaint("provider = 1\n"), contains("config.toml:1"));
    CHECK_THAT(complaint("", {{"LLMUTILS_RETRIES", "many"}}), contains("LLMUTILS_RETRIES: 'many'"));
}

TEST_CASE("settings: broken TOML is refused with its line") {
    CHECK_THAT(complaint("a = 1\nb = = 2\n"), begins_with("config.toml:2: "));
    CHECK_THAT(complaint("a = 1\na = 2\n"), begins_with("config.toml:2: "));
    CHECK_THAT(complaint(std::string(2 << 20, ' ')), contains("1 MiB"));
    CHECK_THAT(complaint("[|]\na = 1\n"), contains("config.toml"));
    CHECK_THAT(complaint("\xef\xbb\x8a"), contains("config.toml:1"));
}

TEST_CASE("settings: endless nesting ends in an error") {
    std::string dots = "a";
    for (int i = 0; i < 100000; ++i) dots += ".a";
    CHECK_FALSE(complaint(dots + " = 1").empty());
    CHECK_FALSE(complaint("x = " + std::string(50000, '[')).empty());
    std::string tables;
    for (int i = 0; i < 300; ++i) tables += i ? ".a" : "provider.a";
    CHECK_THAT(complaint("[" + tables + "]\nb = 1\n"), contains("too deep"));
}

TEST_CASE("settings: a provider's mistakes wait until it is asked for") {
    const Settings settings = parse("[provider.x]\nbase_ulr = \"http://a\"\n[provider.y]\ntimeout = true\n"
                                    "[provider.z]\napi_version = \"2025-01-01\"\n");
    CHECK_THROWS_WITH(settings.check("provider.x"), contains("config.toml:2") && contains("'base_url'"));
    CHECK_THROWS_WITH(settings.check("provider.y"), contains("config.toml:4"));
    CHECK_NOTHROW(settings.check("provider.z"));
    CHECK_NOTHROW(settings.check("provider.missing"));
}

TEST_CASE("settings: the file is config.toml of the configuration folder, and may be missing") {
    const Folder scratch;
    const Environment e{{{"XDG_CONFIG_HOME", scratch.path.string()}}};
    CHECK(Settings::load(e).integer("retries") == 3);
    std::filesystem::create_directory(scratch.path / "llm-utils");
    std::ofstream{scratch.path / "llm-utils" / "config.toml"} << "retries = 7\n";
    CHECK(Settings::load(e).integer("retries") == 7);
    CHECK(Settings::load(Environment{{}}).integer("retries") == 3);
}

TEST_CASE("settings: a file that is named must be there") {
    const Folder scratch;
    CHECK_THROWS_AS(Settings::load(Environment{{}}, scratch.path / "no.toml"), Error);
    CHECK_THROWS_AS(Settings::load(Environment{{{"LLMUTILS_CONFIG", (scratch.path / "no.toml").string()}}}),
                    Error);
    CHECK_THROWS_AS(Settings::load(Environment{{}}, scratch.path), Error);
    std::ofstream{scratch.path / "yes.toml"} << "retries = 9\n";
    CHECK(Settings::load(Environment{{}}, scratch.path / "yes.toml").integer("retries") == 9);
}

TEST_CASE("settings: a flag's text must fit, and the error is one of use") {
    Settings settings;
    try {
        settings.set("timeout", "soon", "--timeout");
        FAIL("no error");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::usage);
        CHECK_THAT(e.what(), begins_with("--timeout: 'soon'"));
    }
    settings.set("model", "openai/x", "-m");
    CHECK(settings.text("model.default") == "openai/x");
}

TEST_CASE("settings: every entry of the table has words for people, and a default that fits it") {
    Settings settings;
    for (const SettingEntry& entry : setting_table()) {
        CAPTURE(entry.path);
        CHECK_FALSE(entry.about.empty());
        if (!entry.fallback.empty() && entry.path.find('*') == std::string_view::npos)
            CHECK_NOTHROW(settings.set(entry.path, entry.fallback, "--x"));
    }
}

TEST_CASE("settings: loading thirty lines", "[.timing]") {
    std::string toml = "timeout = \"30s\"\nlog = true\n";
    for (int i = 0; i < 7; ++i)
        toml += "[provider.p" + std::to_string(i) +
                "]\nbase_url = \"http://127.0.0.1\"\nkey_env = \"K\"\ntimeout = \"3s\"\n";
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i) parse(toml);
    const auto end = std::chrono::steady_clock::now();
    const double each = std::chrono::duration<double, std::micro>(end - begin).count() / 1000;
    WARN(each << " µs a load");
}

TEST_CASE("settings: a name that is both a value and a table is refused with both lines and the remedy") {
    CHECK(complaint("model = \"standard\"\njobs = 8\n\n[model.terse]\nmodel = \"a/b\"\n") ==
          "config.toml:4: model is a value in line 1 and a table here, but a name is one of them; "
          "take model = … out of line 1 and write default = … in a table [model]");
    CHECK(complaint("# hello\nmodel = \"x\"\n[model.\"openai/gpt-5-mini\"]\ninput = 1\n")
              .starts_with("config.toml:3: model is a value in line 2 and a table here"));
    CHECK(complaint("log.keep = \"forever\"\nlog = false\n") ==
          "config.toml:2: log is a table in line 1 and a value here, but a name is one of them; "
          "take log = … out of line 2 and write enabled = … in a table [log]");
    CHECK(complaint("jobs = 1\njobs = 2\n") == "config.toml:2: jobs is given in line 1 already");
    CHECK(complaint("[tier]\ncheap = \"a/b\"\n[log]\n[tier]\n") == "config.toml:4: tier is given in line 1 already");
    CHECK(parse("[model]\ndefault = \"standard\"\n[model.terse]\nmodel = \"a/b\"\n").text("model") == "standard");
}
