#include "run.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

namespace {

using enum llm::LogVerb;

/// An option that means something beside some verbs only.
struct Companion {
    std::string_view option, partner;
    std::array<llm::LogVerb, 3> verbs{none, none, none};
};
constexpr std::array companions{Companion{"--since", "--log list, show and stats", {list, show, stats}},
                                Companion{"--until", "--log list, show and stats", {list, show, stats}},
                                Companion{"--fault", "--log list, show and stats", {list, show, stats}},
                                Companion{"--tool", "--log list, show and stats", {list, show, stats}},
                                Companion{"--limit", "--log list", {list}},
                                Companion{"--older", "--log prune", {prune}},
                                Companion{"--yes", "--log prune and --batch rm", {prune}},
                                Companion{"--wait", "--batch submit and --batch collect"}};

/// What stands alone and would be passed over; --batch sees to its own.
void refuse_strays(const llm::Tool& tool, const llm::AskFlags& flags) {
    const bool reads_log = flags.log != none && !flags.models && !flags.budget_status;
    for (const Companion& c : companions)
        if (tool.find(c.option)->given() && !(reads_log && std::ranges::find(c.verbs, flags.log) != c.verbs.end()))
            throw llm::Error(llm::Fault::usage, "{} goes with {}", c.option, c.partner);
}

int ask(const llm::Tool& tool, const llm::AskFlags& flags) {
    if (flags.batch == llm::BatchVerb::none) refuse_strays(tool, flags);
    if (flags.models) return llm::list_models(tool, flags);
    if (flags.budget_status) return llm::show_budget(tool, flags);
    if (flags.log != llm::LogVerb::none) return llm::read_log(tool, flags);
    if (flags.batch != llm::BatchVerb::none) return llm::batch(tool, flags);
    if (flags.chat) {
        llm::AskSession session{tool, flags};
        const int code = llm::converse(session, tool, flags, llm::conversation_of(session, flags));
        session.caller.close();
        return code;
    }
    if (!flags.prompt && ::isatty(0) == 1)
        throw llm::Error(llm::Fault::usage, "nothing to ask: give a prompt ('llm-ask \"Why is the sky blue?\"'), or records on stdin");
    llm::AskSession session{tool, flags};
    if (flags.prompt) return llm::ask_one(session, tool, flags, llm::prompt_with_stdin(tool, flags));
    return llm::ask_records(session, tool, flags);
}

}  // namespace

int main(int argc, char** argv) {
    llm::Tool tool{"llm-ask", "give each record a model's answer"};
    llm::AskFlags flags;
    llm::declare(tool, flags);
    tool.completes(llm::Complete::model, llm::model_candidates);
    tool.completes(llm::Complete::option_name, llm::option_candidates);
    return tool.run(argc, argv, [&] { return ask(tool, flags); });
}
