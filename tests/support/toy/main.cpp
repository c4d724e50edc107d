// A tool that does nothing but show what the command line said: the front door is tried on it.
#include "cli/terminal.hpp"
#include "cli/tool.hpp"

#include <stdexcept>

namespace {

enum class When { automatic, always, never };

struct Given {
    std::optional<std::string> model;
    std::vector<llm::KeyValue> options;
    std::vector<std::string> files;
    std::optional<double> near;
    std::optional<bool> stream;
    std::optional<std::string> fault;
    When when = When::automatic;
    llm::Duration timeout{120'000};
    llm::ByteSize keep{1u << 30};
    int jobs = 4, verbose = 0;
    bool quiet = false, secret = false;
    std::optional<std::string> prompt;
    std::vector<std::string> words;
};

std::string shown(const Given& g) {
    std::string out;
    const auto add = [&out](std::string_view name, const auto& value) { out += fmt::format("{}={}\n", name, value); };
    if (g.model) add("model", *g.model);
    for (const auto& [k, v] : g.options) add("option", k + ":" + v);
    for (const auto& f : g.files) add("file", f);
    if (g.near) add("near", *g.near);
    if (g.stream) add("stream", *g.stream);
    add("when", static_cast<int>(g.when));
    add("timeout", g.timeout.count());
    add("keep", g.keep.bytes);
    add("jobs", g.jobs);
    add("verbose", g.verbose);
    add("quiet", g.quiet);
    if (g.prompt) add("prompt", *g.prompt);
    for (const auto& w : g.words) add("word", w);
    return out;
}

int body(const Given& g) {
    if (g.fault == "exception") throw std::runtime_error("something broke");
    if (g.fault) throw llm::Error(llm::fault_named(*g.fault).value(), "a fault was asked for: '{}'", *g.fault);
    llm::put(shown(g));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    llm::Tool tool{"llm-toy", "show what the command line said"};
    Given g;
    auto& request = tool.group("Request");
    request.option("-m,--model", g.model, "NAME",
                   "Ask this model. It is `provider/name`, or an alias or tier of the configuration.")
        .env("LLMUTILS_MODEL", llm::Env::settings)
        .completes(llm::Complete::model)
        .since("0.1");
    request.option("-o,--option", g.options, "KEY VALUE", "Set an option of the request. May be given several times.")
        .completes(llm::Complete::option_name);
    request.option("-a,--attachment", g.files, "FILE", "Attach a file.").completes(llm::Complete::file);
    request.option("--near", g.near, "T", "Take an answer that is near enough. T is a similarity from 0 to 1.")
        .between(0, 1)
        .implies("0.9");
    request.toggle("--stream", "--no-stream", g.stream, "Print the answer as it comes, or when it is whole.");
    auto& loop = tool.group("Loop");
    loop.option("-j,--jobs", g.jobs, "N", "Keep N records in flight.").at_least(1).env("LLMUTILS_JOBS");
    loop.option("--timeout", g.timeout, "TIME", "Give up on a call after this time, all its retries together.");
    loop.option("--keep", g.keep, "SIZE", "Keep at most this much.");
    loop.choice("--colour", g.when,
                {llm::EnumChoice{When::automatic, "auto", "on terminals"},
                 llm::EnumChoice{When::always, "always"},
                 llm::EnumChoice{When::never, "never"}},
                "WHEN", "Use colour.");
    loop.flag("-q,--quiet", g.quiet, "Say nothing on stderr but errors.");
    loop.count("-v,--verbose", g.verbose, "Say more; twice, much more.");
    loop.flag("--secret", g.secret, "Nothing a person needs.").hidden();
    loop.option("--fault", g.fault, "NAME", "Fail with this fault.");
    tool.argument("PROMPT", g.prompt, "What to show.");
    tool.exclusive({"--quiet", "--verbose"})
        .top({"--model", "--option", "--jobs", "--timeout", "--near"})
        .example("llm-toy -m cheap 'a question'", "show one line")
        .example("llm-toy --near --jobs 2", "leave the value out");
    auto& list = tool.verb("list", "list the words given", [&g] { return body(g); });
    bool reverse = false;
    list.group("List").flag("--reverse", reverse, "Last word first.");
    list.argument("WORD", g.words, "Any words.");
    tool.completes(llm::Complete::model, [](std::string_view) {
        return std::vector<llm::Candidate>{{"openai/gpt-5-mini", "cheap"}, {"openai/gpt-5", ""}, {"builtin/echo", "no LLM"}};
    });
    tool.completes(llm::Complete::option_name, [](std::string_view) {
        return std::vector<llm::Candidate>{{"temperature", ""}, {"top_p", ""}};
    });
    return tool.run(argc, argv, [&g] { return body(g); });
}
