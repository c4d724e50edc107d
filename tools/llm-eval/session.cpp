#include "session.hpp"

#include "cli/settings.hpp"
#include "record/writer.hpp"

#include <poll.h>

namespace llm {
namespace {

CallOptions call_options_of(const Tool& tool, const EvalFlags& f, const Settings& settings) {
    CallOptions c;
    c.tool = tool.name();
    if (f.calls.timeout) c.timeout = settings.duration("timeout");
    if (f.calls.idle_timeout) c.idle_timeout = settings.duration("idle_timeout");
    c.retries = static_cast<int>(settings.integer("retries").value_or(3));
    c.record = f.calls.record;
    c.replay = f.calls.replay;
    c.missing = f.calls.replay_missing == Missing::ask ? CallOptions::Missing::ask : CallOptions::Missing::refuse;
    if (!f.talk.quiet) c.warn = [&tool](std::string_view line) { say(tool, line); };
    c.log = settings.boolean("log.enabled").value_or(true) ? CallOptions::Log::yes : CallOptions::Log::no;
    return c;
}

}  // namespace

EvalSession::EvalSession(const Tool& tool, const EvalFlags& f, const std::filesystem::path& folder)
    : settings(settings_of(tool, environment)), models(settings, environment), caller(loop, settings, environment, call_options_of(tool, f, settings)),
      tools(caller, models, loop, settings, environment) {
    tools.needs.judges = f.judges;
    if (!f.embedder.empty()) tools.needs.embedder = f.embedder;
    tools.needs.prompts = f.prompts;
    tools.needs.folder = folder;
}

bool nobody_reads(int fd) {
    pollfd p{fd, 0, 0};
    return ::poll(&p, 1, 0) == 1 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

void say(const Tool& tool, std::string_view text) { write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error"); }

}  // namespace llm
