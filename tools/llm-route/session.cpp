#include "session.hpp"

#include "base/paths.hpp"
#include "cli/settings.hpp"
#include "record/writer.hpp"

namespace llm {
namespace {

RequestSpec spec_of(const RequestFlags& f) {
    RequestSpec s;
    s.model = f.model;
    s.system = f.system;
    s.template_text = f.template_text;
    for (const auto& [key, value] : f.options) s.options.emplace_back(key, value);
    s.attachments = f.attachments;
    s.schema = f.schema;
    s.wins = f.override_record ? RequestSpec::Wins::flags : RequestSpec::Wins::record;
    s.context = f.no_context ? RequestSpec::Context::left_out : RequestSpec::Context::given;
    return s;
}

CallOptions call_options_of(const Tool& tool, const Settings& settings, Say say) {
    CallOptions o;
    o.tool = tool.name();
    o.retries = static_cast<int>(settings.integer("retries").value_or(3));
    o.log = settings.boolean("log.enabled").value_or(true) ? CallOptions::Log::yes : CallOptions::Log::no;
    o.warn = std::move(say);
    return o;
}

}  // namespace

Say say_as(const Tool& tool) {
    return [&tool](std::string_view text) { write_all(2, fmt::format("{}: {}\n", tool.name(), text), "standard error"); };
}

std::filesystem::path policy_file(const std::string& named, const Settings& settings, const Environment& environment) {
    std::string name = named.empty() ? settings.text("route.policy").value_or("") : named;
    if (name.empty()) {
        auto usual = config_folder(environment) / "policy.toml";
        if (!std::filesystem::exists(usual))
            throw Error(Fault::config, "there is no policy: write {} (llm-policy(5) shows how) or name one with --policy", usual.string());
        return usual;
    }
    if (name.find('/') == std::string::npos && !name.ends_with(".toml")) return config_folder(environment) / (name + ".toml");
    return expand_home(name, environment);
}

RouteSession::RouteSession(const Tool& tool, const PolicyFlags& f, const RequestFlags& request)
    : settings(settings_of(tool, environment)), models(settings, environment), form(spec_of(request)),
      caller(loop, settings, environment, call_options_of(tool, settings, say_as(tool))), policy(read_policy(policy_file(f.policy, settings, environment))),
      say(say_as(tool)) {}

DeciderNeeds RouteSession::needs() {
    const std::string given = settings.text("route.path").value_or("");
    std::filesystem::path store = given.empty() ? cache_folder(environment) / "route.db" : expand_home(given, environment);
    return {models, settings, environment, loop, caller, std::move(store), say};
}

}  // namespace llm
