#include "run.hpp"

#include <unistd.h>

namespace {

int ask(const llm::Tool& tool, const llm::AskFlags& flags) {
    if (flags.models) return llm::list_models(tool, flags);
    if (flags.budget_status) return llm::show_budget(tool, flags);
    if (flags.log != llm::LogVerb::none) return llm::read_log(tool, flags);
    if (flags.batch != llm::BatchVerb::none) return llm::batch(tool, flags);
    if (tool.find("--wait")->given()) throw llm::Error(llm::Fault::usage, "--wait goes with --batch submit and --batch collect");
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
