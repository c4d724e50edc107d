#include "chat/model.hpp"

#include "base/toml.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t longest_chain = 16;

const Json& user_models(const Settings& settings) { return member(settings.tree(), "model"); }
const Json& user_tiers(const Settings& settings) { return member(settings.tree(), "tier"); }

std::string path_of(std::string_view alias) { return dotted("model", alias); }

bool is_alias(const Json& entry) { return entry.is_string() || entry.contains("model"); }

/// "a", "a or b", "a, b or c" with `/name` behind each.
std::string choices(const std::vector<std::string>& providers, std::string_view name) {
    std::string out;
    for (std::size_t i = 0; i < providers.size(); ++i) {
        if (i > 0) out += i + 1 == providers.size() ? " or " : ", ";
        out += fmt::format("{}/{}", providers[i], name);
    }
    return out;
}

/// What the file says under `[model."provider/name"]`, laid over what is known.
void lay_over(ModelInfo& info, const Settings& settings, const std::string& path) {
    const Json& given = settings.at(path);
    if (!given.is_object()) return;
    const auto rate = [&](const Json& from, std::string_view key) -> std::optional<double> {
        const Json& value = member(from, key);
        if (value.is_null()) return std::nullopt;
        if (!value.is_number() || value.get<double>() < 0)
            throw Error(Fault::config, "{}{} of {} must be dollars per million tokens, 0 or more",
                        settings.place(path), key, path);
        return value.get<double>();
    };
    const auto rates = [&](const Json& from) {
        return Rates{rate(from, "input"), rate(from, "output"), rate(from, "cached"),
                     rate(from, "cache_write")};
    };
    if (const Rates own = rates(given); own != Rates{}) {
        info.price = Price{};
        static_cast<Rates&>(info.price) = own;
    }
    if (const Json& steps = member(given, "steps"); !steps.is_null()) {
        info.price.steps.clear();
        long before = 0;
        for (const Json& step : steps) {
            const Json& above = member(step, "above");
            if (!above.is_number_integer() || above.get<long>() <= before)
                throw Error(Fault::config,
                            "{}steps of {} must be a list of tables with a rising `above` each, such as "
                            "[{{above = 200000, input = 6, output = 22.5}}]",
                            settings.place(path), path);
            before = above.get<long>();
            info.price.steps.push_back({rates(step), before});
        }
    }
    const auto take = [&](auto& to, std::string_view key) {
        if (const Json& value = member(given, key); !value.is_null())
            to = value.get<typename std::decay_t<decltype(to)>::value_type>();
    };
    take(info.context, "context");
    take(info.max_output, "max_output");
    take(info.vision, "vision");
    take(info.tools, "tools");
    take(info.schema, "schema");
    if (const Json& can = member(given, "reasoning"); !can.is_null()) {
        if (!can.is_boolean())
            throw Error(Fault::config,
                        "{}reasoning of {} says whether the model can, true or false; for an option write an "
                        "alias with model = \"…\"",
                        settings.place(path), path);
        info.reasoning = can.get<bool>();
    }
    info.date = text_of(given, "date");
    info.source = text_of(given, "source", settings.origin(path).where);
    info.about = text_of(given, "about", info.about);
}

/// What the alias says, over what the alias behind it said.
void take_options(ResolvedModel& model, const Json& alias, const Settings& settings,
                  const std::string& path) {
    Json options = Json::object();
    for (const std::string& name : option_names())
        if (const Json& value = member(alias, name); !value.is_null()) options[name] = value;
    model.system = text_of(alias, "system", model.system);
    if (options.empty()) return;
    Json all = to_json(model.options);
    if (!all.is_object()) all = Json::object();
    try {
        for (const auto& [name, value] : options.items()) all[name] = value;
        model.options = options_of(all);
    } catch (const Error& e) {
        throw Error(Fault::config, "{}[{}]: {}", settings.place(path), path, e.what());
    }
}

}  // namespace

Models::Models(const Settings& settings, const Environment& environment)
    : settings_(settings),
      environment_(environment) {}

ResolvedModel Models::resolve(std::string_view asked) const {
    std::vector<std::string> path;
    ResolvedModel model = resolve(asked, path);
    model.asked = asked;
    return model;
}

ResolvedModel Models::resolve(std::string_view asked, std::vector<std::string>& path) const {
    if (std::ranges::find(path, asked) != path.end() || path.size() >= longest_chain)
        throw Error(Fault::config, "the alias '{}' leads back to itself: {}", path.front(),
                    fmt::join(path, " → "));
    path.emplace_back(asked);
    if (auto found = by_alias(asked, path)) return *std::move(found);
    if (auto found = by_provider(asked)) return *std::move(found);

    const std::vector<std::string> providers = providers_of(asked);
    if (providers.size() > 1)
        throw Error(Fault::config, "'{}' is at several providers; write {}", asked,
                    choices(providers, asked));
    if (providers.empty()) unknown(asked);
    return *by_provider(providers.front() + '/' + std::string{asked});
}

std::optional<ResolvedModel> Models::by_alias(std::string_view asked, std::vector<std::string>& path) const {
    if (const Json& alias = member(user_models(settings_), asked); !alias.is_null() && is_alias(alias)) {
        const bool shorthand = alias.is_string();
        ResolvedModel model = resolve(shorthand ? alias.get<std::string>() : text_of(alias, "model"), path);
        if (!shorthand) take_options(model, alias, settings_, path_of(asked));
        return model;
    }
    if (const Json& tier = member(user_tiers(settings_), asked); tier.is_string())
        return resolve(tier.get<std::string>(), path);
    return std::nullopt;
}

std::optional<ResolvedModel> Models::by_provider(std::string_view asked) const {
    const std::size_t slash = asked.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == asked.size()) return std::nullopt;
    const std::string_view provider = asked.substr(0, slash), name = asked.substr(slash + 1);
    if (!ready_endpoint(provider) && member(member(settings_.tree(), "provider"), provider).is_null())
        return std::nullopt;
    ResolvedModel model;
    model.endpoint = find_endpoint(provider, settings_, environment_);
    model.model = name;
    model.info = info(provider, name);
    return model;
}

std::vector<std::string> Models::providers_of(std::string_view name) const {
    std::vector<std::string> found;
    const auto add = [&](std::string_view provider) {
        if (std::ranges::find(found, provider) == found.end()) found.emplace_back(provider);
    };
    for (const auto& [key, entry] : user_models(settings_).items()) {
        const std::size_t slash = key.find('/');
        if (!is_alias(entry) && slash != std::string::npos && std::string_view{key}.substr(slash + 1) == name)
            add(key.substr(0, slash));
    }
    std::string_view last;
    for (std::size_t i = 0; i < catalogue_size(); ++i) {
        if (catalogue_provider(i) == last) continue;
        last = catalogue_provider(i);
        if (find_in_catalogue(last, name)) add(last);
    }
    return found;
}

void Models::unknown(std::string_view asked) const {
    const std::string file = settings_.file().empty() ? "config.toml" : settings_.file();
    if (!member(user_models(settings_), asked).is_null() && asked.find('/') == std::string_view::npos)
        throw Error(Fault::config,
                    "{}[{}] says nothing of the model it stands for; write model = \"provider/name\"",
                    settings_.place(path_of(asked)), path_of(asked));
    if (const std::size_t slash = asked.find('/');
        slash != std::string_view::npos && slash > 0 && slash + 1 < asked.size())
        find_endpoint(asked.substr(0, slash), settings_, environment_);
    if (asked == "cheap" || asked == "standard" || asked == "strong")
        throw Error(Fault::config,
                    "the tier '{}' is not set; write {} = \"provider/name\" under [tier] in {}", asked, asked,
                    file);

    const std::vector<std::string> providers = endpoint_names(settings_);
    if (std::ranges::find(providers, asked) != providers.end())
        throw Error(Fault::config, "'{}' is a provider; name a model of it too: {}/NAME", asked, asked);
    std::vector<std::string> known = providers;
    for (const auto& [name, entry] : user_models(settings_).items()) known.push_back(name);
    for (const auto& [name, entry] : user_tiers(settings_).items()) known.push_back(name);
    for (std::size_t i = 0; i < catalogue_size(); ++i) known.emplace_back(catalogue_name(i));
    const std::string near = nearest(asked, known);
    throw Error(Fault::config, "no model '{}'; {}write provider/name for one that is not in the catalogue",
                asked, near.empty() ? "" : "did you mean '" + near + "'? If not, ");
}

std::string Models::default_model(const Probe& probe) const {
    if (const Json& given = settings_.at("model.default"); !given.is_null())
        return given.is_string() ? given.get<std::string>() : "default";

    for (const ReadyEndpoint& ready : ready_endpoints()) {
        if (ready.default_model.empty()) continue;
        try {
            const Endpoint endpoint = find_endpoint(ready.name, settings_, environment_);
            if (!endpoint.key_source.empty() && key_at_hand(endpoint, environment_))
                return fmt::format("{}/{}", ready.name, ready.default_model);
        } catch (const Error&) {
            // An entry that is wrong is told to who asks for it by name.
        }
    }
    if (probe)
        for (const std::string_view server : {"ollama", "llamacpp"})
            if (const auto name = probe(find_endpoint(server, settings_, environment_)))
                return fmt::format("{}/{}", server, *name);

    throw Error(Fault::config,
                "no model is named and none was found; set OPENAI_API_KEY or another provider's key, "
                "or start Ollama or llama-server on this machine, or write model = \"provider/name\" in {}",
                settings_.file().empty() ? "llm-utils/config.toml" : settings_.file());
}

ModelInfo Models::info(std::string_view provider, std::string_view name) const {
    const ReadyEndpoint* const ready = ready_endpoint(provider);
    ModelInfo info = find_in_catalogue(ready ? ready->catalogue : provider, name).value_or(ModelInfo{});
    info.provider = provider;
    info.name = name;
    const std::string any = fmt::format("{}/*", provider), exact = fmt::format("{}/{}", provider, name);
    const Json& given = user_models(settings_);
    if (const Json& entry = member(given, exact); !entry.is_null() && !is_alias(entry))
        lay_over(info, settings_, path_of(exact));
    else if (const Json& all = member(given, any); !all.is_null() && !is_alias(all))
        lay_over(info, settings_, path_of(any));
    return info;
}

}  // namespace llm
