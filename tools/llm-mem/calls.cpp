#include "calls.hpp"

namespace llm {
namespace {

CallOptions options_of(const Tool& tool, const MemSession& s, const TalkFlags& talk) {
    CallOptions c;
    c.tool = tool.name();
    c.retries = static_cast<int>(s.settings.integer("retries").value_or(3));
    c.log = s.settings.boolean("log.enabled").value_or(true) ? CallOptions::Log::yes : CallOptions::Log::no;
    if (!talk.quiet) c.warn = [&tool](std::string_view line) { say(tool, line); };
    return c;
}

}  // namespace

ModelCalls::ModelCalls(const Tool& tool, MemSession& s, const TalkFlags& talk)
    : models(s.settings, s.environment), caller(s.loop, s.settings, s.environment, options_of(tool, s, talk)) {}

void model_option(Verb& verb, std::optional<std::string>& model) {
    verb.group("Request")
        .option("-m,--model", model, "NAME", "Ask this model. NAME is provider/name, or an alias or a tier (cheap, standard, strong) of the configuration.")
        .completes(Complete::model)
        .setting("model.default")
        .since("0.1");
}

}  // namespace llm
