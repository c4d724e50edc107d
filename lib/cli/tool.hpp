/// The front door of every tool. A main declares its command line, then hands over its body:
///
///     int main(int argc, char** argv) {
///         llm::Tool tool{"llm-ask", "give each record a model's answer"};
///         std::optional<std::string> model;
///         tool.group("Request").option("-m,--model", model, "NAME", "Ask this model. Long text for the manual.")
///             .env("LLMUTILS_MODEL", llm::Env::settings).completes(llm::Complete::model).since("0.1");
///         std::optional<std::string> prompt;
///         tool.argument("PROMPT", prompt, "What to ask.");
///         tool.top({"--model"}).example("llm-ask 'Why is the sky blue?'", "ask one question");
///         tool.completes(llm::Complete::model, [](std::string_view prefix) { return models(prefix); });
///         return tool.run(argc, argv, [&] { return ask(prompt, model); });
///     }
///
/// The bound variables must live until run() has returned.
#pragma once

#include "cli/verb.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Candidate {
    std::string word;
    std::string about;  ///< one line, may be empty
};
/// What the shell may offer. It may throw; nothing is offered then. It should answer within 50 ms.
using Completer = std::function<std::vector<Candidate>(std::string_view prefix)>;

struct ExitCode {
    std::string code;  ///< "0", "130, 143"
    std::string meaning;
};
struct Named {
    std::string name;
    std::string about;
};

class Tool : public Verb {
public:
    /// `name` as it is installed ("llm-ask"), `about` a short clause for headings and apropos.
    Tool(std::string_view name, std::string_view about);
    Tool(const Tool&) = delete;
    Tool& operator=(const Tool&) = delete;

    /// Changes or adds a line of the table of exit codes, which starts as llm-record(5) has it.
    Tool& exit(std::string code, std::string meaning);
    // Each of these replaces what was said of the same name before.
    /// A variable no option names ("OPENAI_API_KEY").
    Tool& environment(std::string variable, std::string about);
    Tool& file(std::string path, std::string about);
    /// "llm-record(5)"
    Tool& see_also(std::string page);
    Tool& completes(Complete, Completer);

    /// Parses, answers --help, --version, --describe and the shell's questions, and else runs `body`.
    /// SIGPIPE and SIGXFSZ are ignored from here on (a child process wants them set back). Returns the exit code:
    /// body's; 2 for wrong use; an Error's own, its message "llm-ask: …" on stderr; 5 for any other
    /// exception; 0 where nobody reads stdout any more (NobodyReads).
    int run(int argc, const char* const* argv, const Body& body);
    /// The same with the bodies of the verbs.
    int run(int argc, const char* const* argv);

    /// The subcommand that was chosen, by name; empty before run() and where there is none.
    const std::string& chosen() const { return chosen_; }

    const std::vector<ExitCode>& exits() const { return exits_; }
    /// Those given by environment() and those of the options, sorted by name.
    std::vector<Named> variables() const;
    const std::vector<Named>& files() const { return files_; }
    const std::vector<std::string>& pages() const { return pages_; }

private:
    int guarded(const std::vector<std::string>& words, const Body& body);
    int answer(const std::vector<std::string>& words, const Body& body);
    int offer(const std::vector<std::string>& words) const;

    std::vector<ExitCode> exits_;
    std::vector<Named> variables_, files_;
    std::vector<std::string> pages_;
    std::map<Complete, Completer> completers_;
    std::string chosen_;
    bool help_ = false, version_ = false, describe_ = false;
    std::vector<KeyValue> complete_;
};

/// "0.1.0"
std::string_view version() noexcept;

}  // namespace llm
