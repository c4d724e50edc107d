#include "cli/describe.hpp"

#include "cli/help.hpp"

#include <algorithm>

namespace llm {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json{} : Json(text); }
Json number_or_null(const std::optional<double>& v) { return v ? Json(*v) : Json{}; }

Json value_of(const Option& o) {
    if (o.spec.kind == ValueKind::flag) return {};
    Json choices = Json::array();
    for (const auto& c : o.spec.choices) choices.push_back({{"name", c.name}, {"about", c.about}});
    return {{"kind", name(o.spec.kind)},
            {"name", o.spec.value_name},
            {"optional", o.spec.implied.has_value()},
            {"implied", o.spec.implied ? Json(*o.spec.implied) : Json{}},
            {"choices", choices},
            {"lowest", number_or_null(o.spec.lowest)},
            {"highest", number_or_null(o.spec.highest)},
            {"complete", name(o.spec.complete)}};
}

Json excludes(const Verb& verb, const Option& o) {
    Json out = Json::array();
    const auto mine = o.names();
    for (const auto& set : verb.exclusives()) {
        const bool in = std::ranges::any_of(set, [&](const auto& n) { return std::ranges::find(mine, n) != mine.end(); });
        if (!in) continue;
        for (const auto& n : set)
            if (std::ranges::find(mine, n) == mine.end()) out.push_back(n);
    }
    return out;
}

Json option_of(const Verb& verb, const Option& o) {
    std::vector<std::string> names = o.spec.shorts;
    names.insert(names.end(), o.spec.longs.begin(), o.spec.longs.end());
    return {{"names", names},
            {"opposites", o.spec.opposites},
            {"group", o.spec.group},
            {"text", o.spec.text},
            {"signature", signature(o)},
            {"value", value_of(o)},
            {"default", text_or_null(o.spec.default_text)},
            {"repeated", o.spec.repeated},
            {"since", text_or_null(o.spec.since)},
            {"env", text_or_null(o.spec.env)},
            {"env_value", text_or_null(o.spec.flag_value)},
            {"hidden", o.spec.hidden},
            {"excludes", excludes(verb, o)}};
}

void describe_verb(const Tool& tool, const Verb& verb, Json& to) {
    to["synopsis"] = synopsis_lines(tool, verb);
    to["options"] = Json::array();
    for (const auto& g : verb.groups())
        for (const auto& o : g.options()) to["options"].push_back(option_of(verb, o));
    to["arguments"] = Json::array();
    for (const auto& a : verb.arguments())
        to["arguments"].push_back({{"name", a.spec.argument_name},
                                   {"text", a.spec.text},
                                   {"required", a.spec.required},
                                   {"repeated", a.spec.repeated},
                                   {"value", value_of(a)}});
    to["top"] = verb.tops();
    to["examples"] = Json::array();
    for (const auto& e : verb.examples()) to["examples"].push_back({{"command", e.command}, {"about", e.about}});
}

}  // namespace

Json describe(const Tool& tool) {
    Json out{{"name", tool.name()}, {"version", version()}, {"about", tool.about()}};
    describe_verb(tool, tool, out);
    out["commands"] = Json::array();
    for (const auto& v : tool.verbs()) {
        Json command{{"name", v.name()}, {"about", v.about()}};
        describe_verb(tool, v, command);
        out["commands"].push_back(std::move(command));
    }
    out["exit"] = Json::array();
    for (const auto& e : tool.exits()) out["exit"].push_back({{"code", e.code}, {"meaning", e.meaning}});
    out["environment"] = Json::array();
    for (const auto& v : tool.variables()) out["environment"].push_back({{"name", v.name}, {"about", v.about}});
    out["files"] = Json::array();
    for (const auto& f : tool.files()) out["files"].push_back({{"path", f.name}, {"about", f.about}});
    out["see_also"] = tool.pages();
    return out;
}

std::string dump_described(const Json& j) { return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace llm
