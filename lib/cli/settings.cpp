#include "cli/settings.hpp"

namespace llm {
namespace {

void lay_over(Settings& settings, const Verb& verb) {
    for (const auto& g : verb.groups()) {
        for (const auto& o : g.options()) {
            if (!o.given() || o.spec.setting.empty()) continue;
            const bool flag = o.spec.kind == ValueKind::flag;
            settings.set(o.spec.setting, flag ? o.spec.flag_value : o.spec.last, o.long_name());
        }
    }
}

}  // namespace

Settings settings_of(const Tool& tool, const Environment& environment) {
    Settings settings = Settings::load(environment);
    lay_over(settings, tool);
    for (const auto& v : tool.verbs())
        if (v.name() == tool.chosen()) lay_over(settings, v);
    return settings;
}

}  // namespace llm
