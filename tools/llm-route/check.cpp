#include "session.hpp"
#include "verbs.hpp"

#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "route/check.hpp"

#include <memory>

namespace llm {
namespace {

struct CheckFlags {
    PolicyFlags policy;
    std::string file;
    bool json = false;
};

int check_policy(const Tool& tool, const CheckFlags& f) {
    const Environment environment;
    const Settings settings = settings_of(tool, environment);
    const Models models{settings, environment};
    const std::filesystem::path file = policy_file(f.file.empty() ? f.policy.policy : f.file, settings, environment);
    const Policy policy = read_policy(file);
    const std::vector<Finding> found = findings_of(policy, models, settings);
    for (const Finding& finding : found) {
        if (f.json) put(dump(Json{{"file", file.string()}, {"line", finding.line}, {"message", finding.text}}) + "\n");
        else put(fmt::format("{}:{}: {}\n", file.string(), finding.line, finding.text));
    }
    if (found.empty() && !f.json)
        put(fmt::format("{}: nothing is wrong ({} rule{}, {} route{})\n", file.string(), policy.rules.size(), policy.rules.size() == 1 ? "" : "s", policy.routes.size(),
                        policy.routes.size() == 1 ? "" : "s"));
    return found.empty() ? 0 : 1;
}

}  // namespace

void declare_check(Tool& tool) {
    const auto f = std::make_shared<CheckFlags>();
    auto& verb = tool.verb("check", "look for rules nobody reaches, unknown models and bad thresholds", [&tool, f] { return check_policy(tool, *f); });
    verb.argument("POLICY", f->file, "The policy. Without it the one that --policy or the configuration names.").spec.complete = Complete::file;
    policy_options(verb, f->policy);
    verb.group("Output").flag("--json", f->json, "Print JSON Lines: file, line, message.").since("0.1");
    tool.example("llm-route check policy.toml", "find what is wrong with a policy");
}

}  // namespace llm
