#include "run.hpp"

#include "chat/endpoint.hpp"
#include "chat/request.hpp"
#include "cli/settings.hpp"
#include "cli/table.hpp"

#include <map>

namespace llm {
namespace {

Json known(const std::optional<double>& v) { return v ? Json(*v) : Json(); }
Json known(const std::optional<long>& v) { return v ? Json(*v) : Json(); }
Json known(const std::optional<bool>& v) { return v ? Json(*v) : Json(); }

}  // namespace

int list_models(const Tool& tool, const AskFlags& f) {
    const Environment environment;
    const Settings settings = settings_of(tool, environment);
    const Models models{settings, environment};
    Table table{{{"model", "MODEL", Align::left, true},
                 {"reach", "NOW", Align::left, false},
                 {"input", "IN $/M", Align::right, false},
                 {"output", "OUT $/M", Align::right, false},
                 {"context", "CONTEXT", Align::right, false},
                 {"about", "ABOUT", Align::left, true}}};
    // servers on this machine are asked whether they are there, each once
    Loop loop;
    Caller caller{loop, settings, environment, {}};
    std::map<std::string, std::string> asked;
    const auto running = [&](const std::string& provider) -> std::string_view {
        const auto [at, fresh] = asked.try_emplace(provider, "no_answer");
        if (fresh && caller.probe(find_endpoint(provider, settings, environment))) at->second = name(Reach::ready);
        return at->second;
    };
    const std::string& pattern = f.prompt ? *f.prompt : std::string{};
    for (const ListedName& n : models.names()) {
        if (n.name.find(pattern) == std::string::npos) continue;
        table.add(Json{{"model", n.name}, {"reach", n.wrong.empty() ? "alias" : "wrong"}, {"about", n.wrong.empty() ? "stands for " + n.model : n.wrong}});
    }
    for (const ListedModel& m : models.list()) {
        const std::string full = m.info.provider + "/" + (m.info.name.empty() ? "…" : m.info.name);
        if (full.find(pattern) == std::string::npos) continue;
        Json row{{"model", full}, {"reach", m.reach == Reach::unprobed ? running(m.info.provider) : name(m.reach)}};
        row["input"] = known(m.info.price.input);
        row["output"] = known(m.info.price.output);
        row["cached"] = known(m.info.price.cached);
        row["context"] = known(m.info.context);
        row["max_output"] = known(m.info.max_output);
        row["vision"] = known(m.info.vision);
        row["tools"] = known(m.info.tools);
        row["schema"] = known(m.info.schema);
        row["reasoning"] = known(m.info.reasoning);
        row["date"] = m.info.date.empty() ? Json() : Json(m.info.date);
        row["source"] = m.info.source.empty() ? Json() : Json(m.info.source);
        row["about"] = !m.info.about.empty() ? Json(m.info.about) : m.needs.empty() ? Json() : Json("needs " + m.needs);
        table.add(std::move(row));
    }
    put(table, f.loop.json ? Listing::json : Listing::table);
    return table.size() > 0 ? 0 : 1;
}

std::vector<Candidate> model_candidates(std::string_view prefix) {
    const Environment environment;
    const Settings settings = Settings::load(environment);
    const Models models{settings, environment};
    std::vector<Candidate> out;
    for (const ListedName& n : models.names())
        if (n.name.starts_with(prefix)) out.push_back({n.name, n.model});
    for (const ListedModel& m : models.list()) {
        const std::string full = m.info.provider + "/" + m.info.name;
        if ((m.reach == Reach::ready || m.reach == Reach::inside || m.reach == Reach::unprobed || !prefix.empty()) && full.starts_with(prefix))
            out.push_back({full, m.info.about});
    }
    return out;
}

std::vector<Candidate> option_candidates(std::string_view prefix) {
    std::vector<Candidate> out;
    for (const std::string& n : option_names())
        if (n.starts_with(prefix)) out.push_back({n, ""});
    return out;
}

}  // namespace llm
