// What `llm-ask --models` shows: Models::list and Models::names.
#include "chat/address.hpp"
#include "chat/model.hpp"

namespace llm {
namespace {

struct Standing {
    Reach reach;
    std::string needs;
};

bool is_local(const Endpoint& endpoint) {
    const auto address = parse_address(endpoint.base_url);
    return address && is_loopback(address->host);
}

std::string with_or(std::string_view variables) {
    std::string out;
    for (const char c : variables) out += c == ' ' ? std::string{" or "} : std::string{c};
    return out;
}

Standing standing_of(const std::string& name, const Settings& settings, const Environment& environment) {
    const ReadyEndpoint* const ready = ready_endpoint(name);
    const bool own = !member(member(settings.tree(), "provider"), name).is_null();
    if (ready && ready->place == ReadyEndpoint::Place::inside) return {Reach::inside, ""};
    if (ready && !own && ready->base_url == ReadyEndpoint::asked && !environment.filled(ready->url_variable))
        return {Reach::no_key, fmt::format("{} and {}", ready->url_variable, with_or(ready->key_variables))};
    try {
        const Endpoint endpoint = find_endpoint(name, settings, environment);
        check_transport(endpoint);
        if (!key_at_hand(endpoint, environment)) {
            const bool own_variable =
                !ready || ready->key_variables.find(endpoint.key_env) == std::string_view::npos;
            const bool file = endpoint.key_env.empty();
            return {Reach::no_key, file           ? endpoint.key_source.file
                                   : own_variable ? endpoint.key_env
                                                  : with_or(ready->key_variables)};
        }
        const bool served_here = (ready && ready->place == ReadyEndpoint::Place::local) || is_local(endpoint);
        return {served_here ? Reach::unprobed : Reach::ready, ""};
    } catch (const Error& e) {
        return {Reach::wrong, e.what()};
    }
}

}  // namespace

std::string_view name(Reach reach) noexcept {
    switch (reach) {
        case Reach::inside: return "inside";
        case Reach::ready: return "ready";
        case Reach::unprobed: return "unprobed";
        case Reach::no_key: return "no_key";
        case Reach::wrong: return "wrong";
    }
    return "";
}

std::vector<ListedModel> Models::list() const {
    std::vector<ListedModel> models;
    for (const std::string& provider : endpoint_names(settings_)) {
        const Standing standing = standing_of(provider, settings_, environment_);
        const std::size_t before = models.size();
        const auto add = [&](std::string_view name) {
            try {
                models.push_back({info(provider, name), standing.reach, standing.needs});
            } catch (const Error& e) {
                models.push_back({{}, Reach::wrong, e.what()});
                models.back().info.provider = provider;
                models.back().info.name = name;
            }
        };
        for (const auto& [key, entry] : member(settings_.tree(), "model").items()) {
            const bool facts =
                entry.is_object() && !entry.contains("model") && key.starts_with(provider + '/');
            const std::string_view name =
                facts ? std::string_view{key}.substr(provider.size() + 1) : std::string_view{};
            if (facts && name != "*" && !find_in_catalogue(provider, name)) add(name);
        }
        for (std::size_t i = 0; i < catalogue_size(); ++i)
            if (catalogue_provider(i) == provider) add(catalogue_name(i));
        if (models.size() == before) add("");
    }
    return models;
}

std::vector<ListedName> Models::names() const {
    std::vector<ListedName> names;
    const auto add = [&](const std::string& name) {
        try {
            names.push_back({name, resolve(name).full_name(), ""});
        } catch (const Error& e) {
            names.push_back({name, "", e.what()});
        }
    };
    for (const auto& [name, entry] : member(settings_.tree(), "model").items())
        if (entry.is_string() || entry.contains("model")) add(name);
    for (const auto& [name, tier] : member(settings_.tree(), "tier").items()) add(name);
    return names;
}

}  // namespace llm
