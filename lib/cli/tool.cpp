#include "cli/tool.hpp"

#include "cli/describe.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "cli/terminal.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#ifndef LLM_VERSION
#define LLM_VERSION "0.0.0"
#endif

namespace llm {
namespace {

/// A descriptor that was closed (">&-") would be taken by the next file that is opened, and what is meant for people or pipes be written into it. Put in its
/// place is one that cannot be read or written, or, for words to people, that swallows them.
void fill_closed_descriptors() {
    for (const auto& [fd, mode] : {std::pair{0, O_WRONLY}, std::pair{1, O_RDONLY}, std::pair{2, O_WRONLY}})
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", mode) < 0) return;
}

void complain(const std::string& tool, std::string_view message) {
    const std::string line = fmt::format("{}: {}\n", tool, message);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void set(std::vector<Named>& all, std::string name, std::string about) {
    const auto it = std::ranges::find(all, name, &Named::name);
    if (it != all.end()) {
        it->about = std::move(about);
    } else {
        all.push_back({std::move(name), std::move(about)});
    }
}

}  // namespace

std::string_view version() noexcept { return LLM_VERSION; }

Tool::Tool(std::string_view name, std::string_view about) : Verb(name, about) {
    exits_ = {{"0", "done"},
              {"1", "the answer to the question asked is no"},
              {"2", "wrong use or bad configuration; nothing was done"},
              {"3", "some records failed; each says why in its error member"},
              {"4", "refused for good: refused, auth, data or schema"},
              {"5", "try again later: rate_limit, timeout, unreachable, provider, locked, io or internal"},
              {"6", "the budget is spent"},
              {"130, 143", "interrupted, terminated: what was done is kept"}};
    variables_ = {{"NO_COLOR", "where set, nothing is printed in colour"},
                  {"LLMUTILS_CONFIG", "the configuration file, instead of config.toml in its usual folder"},
                  {"XDG_CONFIG_HOME", "where configuration lies; ~/.config where unset"},
                  {"XDG_DATA_HOME", "where stores lie; ~/.local/share where unset"},
                  {"XDG_CACHE_HOME", "where stores lie that can be made again; ~/.cache where unset"},
                  {"XDG_STATE_HOME", "where limits, budgets and health are kept; ~/.local/state where unset"}};
    files_ = {{"$XDG_CONFIG_HOME/llm-utils/config.toml", "configuration: providers, models, tiers, defaults"},
              {"$XDG_DATA_HOME/llm-utils/log.db", "the journal of calls"},
              {"$XDG_STATE_HOME/llm-utils/pace.db", "limits, budgets and health, shared by all runs"}};
    pages_ = {"jq(1)", "llm-config(5)", "llm-record(5)", "llm-utils(7)"};
}

Tool& Tool::exit(std::string code, std::string meaning) {
    const auto it = std::ranges::find(exits_, code, &ExitCode::code);
    if (it != exits_.end()) {
        it->meaning = std::move(meaning);
    } else {
        exits_.push_back({std::move(code), std::move(meaning)});
    }
    return *this;
}

Tool& Tool::environment(std::string variable, std::string about) {
    set(variables_, std::move(variable), std::move(about));
    return *this;
}

Tool& Tool::file(std::string path, std::string about) {
    set(files_, std::move(path), std::move(about));
    return *this;
}

Tool& Tool::see_also(std::string page) {
    if (std::ranges::find(pages_, page) == pages_.end()) pages_.push_back(std::move(page));
    return *this;
}

Tool& Tool::completes(Complete what, Completer completer) {
    completers_[what] = std::move(completer);
    return *this;
}

std::vector<Named> Tool::variables() const {
    std::vector<Named> all = variables_;
    const auto add = [&all](const Verb& v) {
        for (const auto& g : v.groups())
            for (const auto& o : g.options())
                if (!o.spec.env.empty() && !o.spec.hidden)
                    all.push_back({o.spec.env, o.spec.flag_value.empty()
                                                   ? fmt::format("value of {} where it is not given", o.long_name())
                                                   : fmt::format("where {}, the same as {}", o.spec.flag_value, o.long_name())});
    };
    add(*this);
    for (const auto& v : verbs()) add(v);
    std::ranges::stable_sort(all, {}, &Named::name);
    all.erase(std::unique(all.begin(), all.end(), [](const Named& a, const Named& b) { return a.name == b.name; }),
              all.end());
    return all;
}

int Tool::run(int argc, const char* const* argv, const Body& body) {
    fill_closed_descriptors();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a write that fails
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    return guarded(words, body);
}

int Tool::run(int argc, const char* const* argv) { return run(argc, argv, Body{}); }

int Tool::guarded(const std::vector<std::string>& words, const Body& body) {
    try {
        return answer(words, body);
    } catch (const NobodyReads&) {
        return 0;
    } catch (const Error& e) {
        complain(name(), e.what());
        if (e.fault == Fault::usage)
            complain(name(), fmt::format("see '{}{}{} --help'", name(), chosen_.empty() ? "" : " ", chosen_));
        return exit_code(e.fault);
    } catch (const std::exception& e) {
        complain(name(), fmt::format("internal error, our mistake: {}", e.what()));
        return exit_code(Fault::internal);
    }
}

int Tool::answer(const std::vector<std::string>& words, const Body& body) {
    const bool alone = words.size() == 1;
    if (alone && words[0] == "--version") {
        put(fmt::format("{} {}\n", name(), version()));
        return 0;
    }
    OptionGroup& general = group("General");
    if (!find("--help")) {
        general.flag("-h,--help", help_, "Print this help and exit.");
        general.flag("--version", version_, "Print name and version and exit.");
        general.flag("--describe", describe_, "Print the command line as JSON and exit. "
                                              "Manual page and completions are made from it.");
        general.option("--complete", complete_, "KIND PREFIX", "Print what the shell may offer.").hidden();
    }
    if (alone && (words[0] == "--help" || words[0] == "-h")) {
        put(help_text(*this, *this, colour_of(1), terminal_width(1)));
        return 0;
    }
    if (alone && words[0] == "--describe") {
        put(dump_described(describe(*this)));
        return 0;
    }
    if (!words.empty() && words[0] == "--complete") return offer(words);

    const Parsed parsed = parse(*this, words);
    if (parsed.verb != this) chosen_ = parsed.verb->name();
    for (const auto& given : parsed.options) {
        if (given.option == find("--help")) {
            put(help_text(*this, *parsed.verb, colour_of(1), terminal_width(1)));
            return 0;
        }
        if (given.option == find("--version")) return answer({"--version"}, body);
        if (given.option == find("--describe")) return answer({"--describe"}, body);
    }
    store(parsed);
    if (body) return body();
    if (parsed.verb->body()) return parsed.verb->body()();
    throw Error(Fault::internal, "'{}' has no body", parsed.verb->name());
}

int Tool::offer(const std::vector<std::string>& words) const {
    const Complete kind = complete_named(words.size() > 1 ? words[1] : "").value_or(Complete::none);
    const std::string prefix = words.size() > 2 ? words[2] : std::string{};
    const auto it = completers_.find(kind);
    if (it == completers_.end()) return 0;
    std::string out;
    try {
        for (const auto& c : it->second(prefix)) {
            if (!c.word.starts_with(prefix)) continue;
            out += c.word;
            if (!c.about.empty()) out += "\t" + c.about;
            out += '\n';
        }
    } catch (const std::exception&) {
        return 0;  // a shell has no place to show why
    }
    put(out);
    return 0;
}

}  // namespace llm
