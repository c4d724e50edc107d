#include "cli/help.hpp"

#include "cli/describe.hpp"
#include "cli/groups.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {
struct Sample {
    Tool tool{"llm-x", "try things"};
    LoopFlags loop;
    RequestFlags request;
    CallFlags call;
    std::optional<std::string> prompt;
    Sample() {
        request_options(tool, request);
        call_options(tool, call);
        loop_options(tool, loop);
        tool.argument("PROMPT", prompt, "What to ask.");
        tool.top({"--model", "--jobs"}).example("llm-x 'a question'", "ask");
    }
};
}  // namespace

TEST_CASE("help: no line is wider than eighty columns, or than a narrow terminal") {
    Sample s;
    for (const std::size_t columns : {200u, 80u, 50u}) {
        const std::string text = help_text(s.tool, s.tool, Colour::no, columns);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            const std::string line = text.substr(at, end - at);
            CAPTURE(line);
            CHECK(display_width(line) <= std::min<std::size_t>(columns, 80));
            at = end + 1;
        }
    }
}

TEST_CASE("help: the most used options come first, the example last, each option once") {
    Sample s;
    const std::string text = help_text(s.tool, s.tool, Colour::no, 80);
    CHECK(text.find("--model") < text.find("--jobs"));
    CHECK(text.find("--jobs") < text.find("--system"));
    CHECK(text.find("--model NAME", text.find("--model NAME") + 1) == std::string::npos);
    CHECK(text.ends_with("  # ask\n  llm-x 'a question'\n"));
}

TEST_CASE("help: the first sentence stands alone") {
    bool b = false;
    OptionGroup g{"G"};
    CHECK(g.flag("--a", b, "Do this. Then that.").help() == "Do this");
    CHECK(g.flag("--b", b, "Do 1.5 of it.").help() == "Do 1.5 of it");
}

TEST_CASE("describe: an option says all there is to know of it") {
    Sample s;
    const Json d = describe(s.tool);
    CHECK(d["name"] == "llm-x");
    CHECK(d["exit"].size() == 8);
    const auto& options = d["options"];
    const auto it = std::ranges::find_if(options, [](const Json& o) { return o["names"].back() == "--jobs"; });
    REQUIRE(it != options.end());
    CHECK((*it)["names"] == Json{"-j", "--jobs"});
    CHECK((*it)["group"] == "Records");
    CHECK((*it)["value"]["kind"] == "integer");
    CHECK((*it)["value"]["lowest"] == 1);
    CHECK((*it)["default"] == "4");
    CHECK((*it)["env"] == "LLMUTILS_JOBS");
    CHECK((*it)["since"] == "0.1");
}
