#include "chat/endpoint.hpp"

#include "base/ascii.hpp"
#include "base/paths.hpp"
#include "base/toml.hpp"
#include "chat/address.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

namespace llm {
namespace {

constexpr std::array<std::string_view, 16> own_members{
    "protocol", "base_url", "key_env", "key_command", "key_file", "headers", "command",
    "timeout", "idle_timeout", "connect_timeout", "allow_http", "key", "api_key", "rpm", "tpm",
    "batch_price"};

/// One entry's settings, read by their short names.
struct Entry {
    const Settings& settings;
    std::string path;

    std::string at(std::string_view member) const { return dotted(path, member); }
    bool has(std::string_view member) const { return !settings.at(at(member)).is_null(); }
    std::string text(std::string_view member) const { return settings.text(at(member)).value_or(""); }
    [[noreturn]] void wrong(std::string_view member, std::string_view what) const {
        throw Error(Fault::config, "{}{} {}", settings.place(at(member)), at(member), what);
    }
};

bool looks_like_key_header(std::string_view header) {
    const std::string name = lower_ascii(header);
    return std::ranges::any_of(
        std::array<std::string_view, 6>{"auth", "key", "token", "secret", "cookie", "password"},
        [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

/// True for what may be a variable's name and is not, as far as one can tell, a key put in its place.
bool is_variable_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    const bool small_letters = std::ranges::any_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
    return !name.empty() && std::ranges::all_of(name, allowed) &&
           !(name.front() >= '0' && name.front() <= '9') && !(small_letters && name.size() >= 20);
}

/// The first of the variables (blanks between) that is filled, else the first.
std::string pick_variable(std::string_view variables, const Environment& environment) {
    std::string first;
    while (!variables.empty()) {
        const std::size_t blank = variables.find(' ');
        const std::string name{variables.substr(0, blank)};
        if (environment.filled(name)) return name;
        if (first.empty()) first = name;
        variables = blank == std::string_view::npos ? std::string_view{} : variables.substr(blank + 1);
    }
    return first;
}

KeySource given_key_source(const Entry& entry) {
    for (const std::string_view member : {"key", "api_key"})
        if (entry.has(member))
            entry.wrong(member,
                        "would keep a key in the configuration; write key_env = \"VARIABLE\", "
                        "key_command = [\"program\", …] or key_file = \"path\" instead");
    if (entry.has("key_env") + entry.has("key_command") + entry.has("key_file") > 1)
        entry.wrong(entry.has("key_file") ? "key_file" : "key_command",
                    "is one source of the key too many; keep one of key_env, key_command, key_file");
    KeySource source;
    if (entry.has("key_env")) {
        source.variable = entry.text("key_env");
        if (!is_variable_name(source.variable))
            entry.wrong("key_env",
                        "must be the name of a variable, such as \"OPENAI_API_KEY\", not the key itself");
    }
    if (entry.has("key_command")) {
        source.command = entry.settings.words(entry.at("key_command")).value_or(std::vector<std::string>{});
        if (source.command.empty() || source.command.front().empty())
            entry.wrong("key_command", "names no program");
    }
    if (entry.has("key_file")) {
        source.file = entry.text("key_file");
        if (source.file.empty()) entry.wrong("key_file", "names no file");
    }
    return source;
}

KeySource ready_key_source(const ReadyEndpoint& ready, const Environment& environment) {
    KeySource source;
    source.variable = pick_variable(ready.key_variables, environment);
    if (ready.key == ReadyEndpoint::Key::optional && !environment.filled(source.variable))
        source.variable.clear();
    return source;
}

std::string without_slashes(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

std::string ready_base_url(const ReadyEndpoint& ready, const Environment& environment) {
    const auto given = ready.url_variable.empty() ? std::nullopt : environment.filled(ready.url_variable);
    if (given && ready.name == "ollama") return ollama_base_url(*given);
    if (given) return without_slashes(*given);
    return std::string{ready.base_url};
}

bool speaks_http(std::string_view protocol) {
    return protocol != "command" && protocol != "builtin" && protocol != "replay";
}

void check_base_url(const Endpoint& endpoint, const std::string& place) {
    if (endpoint.base_url == ReadyEndpoint::asked)
        throw Error(Fault::config, "{} has no base_url: set {}, or base_url under [provider.{}]",
                    endpoint.name, ready_endpoint(endpoint.name)->url_variable, endpoint.name);
    if (endpoint.base_url.empty()) return;
    const auto address = parse_address(endpoint.base_url);
    if (!address || (address->scheme != "http" && address->scheme != "https"))
        throw Error(Fault::config, "{}'{}' is no base_url for {}; write it like \"https://host/v1\"", place,
                    endpoint.base_url, endpoint.name);
    if (!address->userinfo.empty())
        throw Error(Fault::config,
                    "{}the base_url of {} holds a user or password; use key_env, key_command or key_file",
                    place, endpoint.name);
}

void read_headers(const Entry& entry, Endpoint& endpoint) {
    for (const auto& [name, value] : entry.settings.at(entry.at("headers")).items()) {
        const std::string text = value.get<std::string>();
        const auto control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; };
        const auto odd = [&](char c) { return control(c) || c == ' ' || c == ':' || c == '\t'; };
        if (name.empty() || std::ranges::any_of(name, odd) || std::ranges::any_of(text, control))
            entry.wrong("headers", "have a name or value that no header can have");
        endpoint.headers[name] = text;
    }
}

void read_others(const Json& given, Endpoint& endpoint) {
    for (const auto& [member, value] : given.items())
        if (std::ranges::find(own_members, member) == own_members.end()) {
            if (endpoint.settings.is_null()) endpoint.settings = Json::object();
            endpoint.settings[member] = value;
        }
}

double seconds(const Entry& entry, std::string_view member) {
    const auto own = entry.settings.duration(entry.at(member));
    return own ? *own : entry.settings.duration(member).value_or(0);
}

[[noreturn]] void no_such(std::string_view name, const Settings& settings) {
    const std::vector<std::string> names = endpoint_names(settings);
    const std::string near = nearest(name, names);
    if (!near.empty()) throw Error(Fault::config, "no provider '{}'; did you mean '{}'?", name, near);
    throw Error(Fault::config, "no provider '{}'; there are {}; others are made with [provider.{}] in {}",
                name, fmt::join(names, ", "), name,
                settings.file().empty() ? "config.toml" : settings.file());
}

}  // namespace

std::vector<std::string> endpoint_names(const Settings& settings) {
    std::vector<std::string> names;
    for (const auto& [name, entry] : member(settings.tree(), "provider").items()) names.push_back(name);
    for (const ReadyEndpoint& ready : ready_endpoints())
        if (std::ranges::find(names, ready.name) == names.end()) names.emplace_back(ready.name);
    return names;
}

Endpoint find_endpoint(std::string_view name, const Settings& settings, const Environment& environment) {
    const Json& given = member(member(settings.tree(), "provider"), name);
    const ReadyEndpoint* const ready = ready_endpoint(name);
    if (given.is_null() && !ready) no_such(name, settings);
    const Entry entry{settings, dotted("provider", name)};
    settings.check(entry.path);

    Endpoint endpoint;
    endpoint.name = name;
    endpoint.where = settings.origin(entry.path).where;
    if (ready) {
        endpoint.protocol = ready->protocol;
        endpoint.base_url = ready_base_url(*ready, environment);
        endpoint.key_source = ready_key_source(*ready, environment);
        if (ready->name == "azure") {
            const std::string variable =
                pick_variable("AZURE_OPENAI_API_VERSION OPENAI_API_VERSION", environment);
            if (const auto version = environment.filled(variable))
                endpoint.settings = Json{{"api_version", *version}};
        }
    }
    if (entry.has("command"))
        endpoint.command = settings.words(entry.at("command")).value_or(std::vector<std::string>{});
    if (entry.has("base_url")) endpoint.base_url = without_slashes(entry.text("base_url"));
    if (entry.has("protocol")) endpoint.protocol = entry.text("protocol");
    else if (!ready && entry.has("command")) endpoint.protocol = "command";
    else if (!ready && entry.has("base_url")) endpoint.protocol = "openai";
    if (endpoint.protocol.empty())
        throw Error(Fault::config,
                    "{}[{}] says neither protocol nor base_url nor command; write for example base_url = "
                    "\"https://host/v1\"",
                    settings.place(entry.path), entry.path);
    if (endpoint.protocol == "command" && (endpoint.command.empty() || endpoint.command.front().empty()))
        throw Error(Fault::config, "{}[{}] has no command; write command = [\"program\", \"argument\"]",
                    settings.place(entry.path), entry.path);

    if (const KeySource own = given_key_source(entry); !own.empty()) endpoint.key_source = own;
    endpoint.key_env = endpoint.key_source.variable;
    if (entry.has("headers")) read_headers(entry, endpoint);
    read_others(given, endpoint);
    if (name == "azure" && member(endpoint.settings, "api_version").is_null())
        endpoint.base_url = azure_base_url(endpoint.base_url);
    endpoint.timeout = seconds(entry, "timeout");
    endpoint.idle_timeout = seconds(entry, "idle_timeout");
    endpoint.connect_timeout = seconds(entry, "connect_timeout");
    endpoint.allow_http = settings.boolean(entry.at("allow_http")).value_or(false);
    if (speaks_http(endpoint.protocol)) check_base_url(endpoint, settings.place(entry.at("base_url")));
    return endpoint;
}

void check_transport(const Endpoint& endpoint) {
    if (!speaks_http(endpoint.protocol)) return;
    check_base_url(endpoint, "");
    const bool secret =
        !endpoint.key.empty() || !endpoint.key_source.empty() ||
        std::ranges::any_of(endpoint.headers, [](const auto& h) { return looks_like_key_header(h.first); });
    if (endpoint.base_url.empty() || endpoint.allow_http || !secret) return;
    const auto address = parse_address(endpoint.base_url);
    if (address->scheme == "https" || is_loopback(address->host)) return;
    throw Error(Fault::config,
                "the key of {} would go unencrypted to {}; use https in its base_url, or write allow_http = "
                "true under [provider.{}]",
                endpoint.name, address->host, endpoint.name);
}

void fetch_key(Endpoint& endpoint, const Environment& environment) {
    check_transport(endpoint);
    if (!endpoint.key.empty() || endpoint.key_source.empty()) return;
    try {
        if (auto key = read_key(endpoint.key_source, environment)) {
            endpoint.key = *std::move(key);
            return;
        }
    } catch (const Error& e) {
        throw Error(e.fault, "no key for {}: {}", endpoint.name, e.what());
    }
    throw Error(Fault::auth, "no key for {}: set {}, or write key_command or key_file under [provider.{}]",
                endpoint.name, endpoint.key_source.variable, endpoint.name);
}

bool key_at_hand(const Endpoint& endpoint, const Environment& environment) {
    const KeySource& source = endpoint.key_source;
    if (!endpoint.key.empty() || source.empty() || !source.command.empty()) return true;
    if (!source.file.empty()) return ::access(expand_home(source.file, environment).c_str(), R_OK) == 0;
    return environment.filled(source.variable).has_value();
}

std::string redact(std::string_view text, const Endpoint& endpoint) {
    std::string out = redact(text, endpoint.key);
    for (const auto& [name, value] : endpoint.headers)
        if (looks_like_key_header(name)) {
            out = redact(out, value);
            if (const std::size_t blank = value.rfind(' '); blank != std::string::npos)
                out = redact(out, std::string_view{value}.substr(blank + 1));
        }
    return out;
}

std::vector<std::pair<std::string, Error>> check_all(const Settings& settings,
                                                     const Environment& environment) {
    std::vector<std::pair<std::string, Error>> wrong;
    for (const auto& [name, entry] : member(settings.tree(), "provider").items()) {
        try {
            check_transport(find_endpoint(name, settings, environment));
        } catch (const Error& e) {
            wrong.emplace_back(name, e);
        }
    }
    return wrong;
}

}  // namespace llm
