#include "cli/parse.hpp"

#include "cli/groups.hpp"
#include "support/catch.hpp"

#include <cstdlib>

using namespace llm;
using Words = std::vector<std::string>;

namespace {

enum class Colouring { automatic, always, never };

struct Line {
    Verb verb{"llm-x", "try"};
    std::optional<std::string> model, prompt;
    std::vector<KeyValue> options;
    std::vector<std::string> files, words;
    std::optional<double> near;
    std::optional<std::string> schema;
    std::optional<bool> stream;
    Colouring colour = Colouring::automatic;
    int jobs = 4, verbose = 0;
    bool quiet = false;
    Verb* list;

    Line() {
        auto& g = verb.group("All");
        g.option("-m,--model", model, "NAME", "Model.");
        g.option("-o,--option", options, "KEY VALUE", "Option.");
        g.option("-a,--attachment", files, "FILE", "File.");
        g.option("-N,--near", near, "T", "Near.").between(0, 1).implies("0.9");
        g.option("--schema", schema, "SCHEMA", "Schema.");
        g.toggle("--stream", "--no-stream", stream, "Stream.");
        g.option("-j,--jobs", jobs, "N", "Jobs.").at_least(1).env("LLM_TEST_JOBS");
        g.count("-v,--verbose", verbose, "Verbose.");
        g.flag("-q,--quiet", quiet, "Quiet.");
        g.choice("--colour", colour,
                 {EnumChoice{Colouring::automatic, "auto"}, EnumChoice{Colouring::always, "always"},
                  EnumChoice{Colouring::never, "never"}},
                 "WHEN", "Colour.");
        verb.argument("PROMPT", prompt, "Prompt.");
        verb.exclusive({"--quiet", "--verbose"});
        list = &verb.verb("list", "list");
        list->argument("WORD", words, "Words.");
    }
    Line& read(Words given) {
        store(parse(verb, given));
        return *this;
    }
};

std::string complaint(Words given) {
    Line line;
    try {
        line.read(std::move(given));
    } catch (const Error& e) {
        return std::string{name(e.fault)} + ": " + e.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("parse: long, short, joined and clustered options are read") {
    Line line;
    line.read({"-mfirst", "--jobs=3", "-vv", "-a", "x", "-a", "y", "what?"});
    CHECK(line.model == "first");
    CHECK(line.jobs == 3);
    CHECK(line.verbose == 2);
    CHECK(line.files == Words{"x", "y"});
    CHECK(line.prompt == "what?");
}

TEST_CASE("parse: of an option that holds one value the last counts") {
    Line line;
    CHECK(line.read({"-m", "a", "--model", "b"}).model == "b");
    Line toggled;
    CHECK(toggled.read({"--stream", "--no-stream"}).stream == false);
}

TEST_CASE("parse: a value may look like anything") {
    for (const std::string value : {"-x", "--model", "[1,2]", "{}", "[]", "", "-1", "a,b", "%%", "{\"a\": [1]}", "'q'", "\"q\""}) {
        Line line;
        CAPTURE(value);
        CHECK(line.read({"--schema", value}).schema == value);
    }
}

TEST_CASE("parse: an argument may look like anything after --, and like JSON before") {
    for (const std::string value : {"[1,2]", "{}", "", "-", "-5", "list"}) {
        Line line;
        CAPTURE(value);
        CHECK(line.read({"--", value}).prompt == value);
    }
    CHECK(Line{}.read({"[1,2]"}).prompt == "[1,2]");
    CHECK(Line{}.read({"-"}).prompt == "-");
    CHECK(Line{}.read({"-5"}).prompt == "-5");
    CHECK(Line{}.read({"--", "--model"}).prompt == "--model");
    CHECK(Line{}.read({"list", "list", "--", "-q"}).words == Words{"list", "-q"});
}

TEST_CASE("parse: an option is what the command at hand calls so") {
    bool flag = false;
    Line line;
    line.list->group("All").flag("--near", flag, "Near, without a value.");
    line.read({"list", "--near", "0.5"});
    CHECK(flag);
    CHECK(line.words == Words{"0.5"});
    Line other;
    CHECK(other.read({"--near", "0.5"}).near == 0.5);
}

TEST_CASE("parse: a key and a value stay together") {
    Line line;
    line.read({"-o", "temperature", "0", "-o", "stop", "[\"a\"]", "why"});
    CHECK(line.options == std::vector<KeyValue>{{"temperature", "0"}, {"stop", "[\"a\"]"}});
    CHECK(line.prompt == "why");
}

TEST_CASE("parse: an optional value takes the next word only where it reads as one") {
    CHECK(Line{}.read({"--near", "0.5", "why"}).near == 0.5);
    CHECK(Line{}.read({"--near=0.5", "why"}).near == 0.5);
    Line line;
    line.read({"--near", "why"});
    CHECK(line.near == 0.9);
    CHECK(line.prompt == "why");
    CHECK(Line{}.read({"why", "-N"}).near == 0.9);
    CHECK(Line{}.read({"--near", "-q"}).quiet);
}

TEST_CASE("parse: an enum is told by its name") {
    CHECK(Line{}.read({"--colour", "never"}).colour == Colouring::never);
    CHECK(complaint({"--colour", "nevr"}) == "usage: --colour: no 'nevr'; did you mean 'never'? (choices: auto, always, never)");
}

TEST_CASE("parse: options of the tool count before and behind the subcommand") {
    Line line;
    line.read({"-q", "list", "a", "-j", "2", "b"});
    CHECK(line.quiet);
    CHECK(line.jobs == 2);
    CHECK(line.words == Words{"a", "b"});
}

TEST_CASE("parse: a variable fills an option that is not given, and its fault is the configuration's") {
    ::setenv("LLM_TEST_JOBS", "7", 1);
    CHECK(Line{}.read({}).jobs == 7);
    CHECK(Line{}.read({"-j1"}).jobs == 1);
    ::setenv("LLM_TEST_JOBS", "many", 1);
    CHECK(complaint({}) == "config: variable LLM_TEST_JOBS: 'many' is no whole number");
    ::unsetenv("LLM_TEST_JOBS");
}

TEST_CASE("parse: wrong use is told with the nearest right one") {
    CHECK(complaint({"--modle", "x"}) == "usage: unknown option '--modle'; did you mean '--model'?");
    CHECK(complaint({"--modle=x"}) == "usage: unknown option '--modle'; did you mean '--model'?");
    CHECK(complaint({"-Z"}) == "usage: unknown option '-Z'");
    CHECK(complaint({"--model"}) == "usage: --model needs NAME");
    CHECK(complaint({"-o", "key"}) == "usage: --option needs KEY VALUE");
    CHECK(complaint({"-j", "0"}) == "usage: --jobs: '0' is less than 1");
    CHECK(complaint({"--near=2"}) == "usage: --near: '2' is more than 1");
    CHECK(complaint({"--near", "2"}) == "usage: --near: '2' is more than 1");
    CHECK(complaint({"-q", "-v"}) == "usage: --quiet and --verbose exclude each other");
    CHECK(complaint({"a", "b"}).starts_with("usage: one argument too many: 'b'"));
}

TEST_CASE("parse: a tool without arguments names the commands it has") {
    Verb tool{"llm-y", "try"};
    tool.verb("get", "get");
    tool.verb("put", "put");
    const auto told = [&tool](Words words) {
        try {
            store(parse(tool, words));
        } catch (const Error& e) {
            return std::string{e.what()};
        }
        return std::string{"none"};
    };
    CHECK(told({}) == "a command is needed: get, put");
    CHECK(told({"gte"}) == "no command 'gte'; did you mean 'get'?");
    CHECK(told({"get"}) == "none");
}

TEST_CASE("parse: an option that only the command knows may stand in front of it") {
    Verb tool{"llm-y", "try"};
    long jobs = 1;
    std::string name;
    Verb& get = tool.verb("get", "get");
    get.group("G").option("--jobs", jobs, "N", "n").since("0.1");
    get.group("G").option("--name", name, "NAME", "n").since("0.1");
    get.argument("WORD", name, "w");
    store(parse(tool, {"--jobs", "3", "--name=get", "get"}));
    CHECK(jobs == 3);
    CHECK(name == "get");
    store(parse(tool, {"get", "--jobs", "4"}));
    CHECK(jobs == 4);
}

TEST_CASE("groups: the shared options fill their structs") {
    Tool tool{"llm-z", "try"};
    LoopFlags loop;
    RequestFlags request;
    CallFlags call;
    TalkFlags talk;
    loop_options(tool, loop);
    request_options(tool, request);
    call_options(tool, call);
    talk_options(tool, talk);
    store(parse(tool, {"-j8", "--unordered", "--when", ".a", "--wrap", "x", "-0", "-m", "cheap", "-o", "seed", "1", "--timeout",
                       "2m", "-n", "--no-stream", "--replay-missing", "ask", "-vv"}));
    const FilterOptions options = filter_options(tool, loop);
    CHECK(options.tool == "llm-z");
    CHECK(options.jobs == 8);
    CHECK(options.order == Order::free);
    CHECK(options.output == Output::text_nul);
    CHECK(options.when == ".a");
    CHECK(options.wrap == Words{"x"});
    CHECK(request.any());
    CHECK(request.model == "cheap");
    CHECK(call.timeout == Duration{120'000});
    CHECK(call.no_log);
    CHECK(call.stream == false);
    CHECK(call.replay_missing == Missing::ask);
    CHECK(talk.verbose == 2);
    CHECK(tool.find("--timeout")->spec.env == "LLMUTILS_TIMEOUT");
    CHECK(tool.find("--timeout")->spec.default_text == "10m");
}
