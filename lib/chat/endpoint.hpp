/// Places a request can be sent to: the ready ones, and `[provider.NAME]` of the settings.
///
/// A user's entry lies over the ready one of its name. Where it says nothing, well-known variables speak
/// (OPENAI_BASE_URL, OLLAMA_HOST, …), then the ready entry. An entry of a new name takes its protocol from
/// `protocol`, else `command` makes it "command" and `base_url` "openai". Settings of its protocol go to
/// Endpoint::settings. Azure is spoken to by its v1 API, but by its dated one where `api_version` or
/// AZURE_OPENAI_API_VERSION names one. A new entry has no key unless it names one: OPENAI_API_KEY never goes
/// to a server it was not made for.
#pragma once

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/settings.hpp"
#include "chat/provider.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

struct ReadyEndpoint {
    enum class Key { needed, optional, none };
    /// local: a server on this machine, to be probed; inside: no server at all
    enum class Place { remote, local, inside };

    static constexpr std::string_view asked = "?";

    std::string_view name;
    std::string_view protocol;
    std::string_view base_url;       ///< empty: the protocol's own; `asked`: the user must give one
    std::string_view url_variable;   ///< well-known variable that overrides it, may be empty
    std::string_view key_variables;  ///< well-known variables of the key, blanks between, the first preferred
    Key key;
    Place place;
    std::string_view default_model;  ///< a cheap one to begin with, empty where nobody can say
    std::string_view catalogue;      ///< provider under whose name the catalogue has its models
};

/// Sorted as for people: the big ones first.
std::span<const ReadyEndpoint> ready_endpoints() noexcept;
/// Null where there is none of that name.
const ReadyEndpoint* ready_endpoint(std::string_view name) noexcept;

/// Names of all there are, the user's own first.
std::vector<std::string> endpoint_names(const Settings&);

/// The endpoint with everything but its key (no command is started, no file read). Throws Error{config}: no
/// such name (with the nearest), a mistake in the entry (with its place), a base URL that is missing or none.
Endpoint find_endpoint(std::string_view name, const Settings&, const Environment&);

/// Throws Error{config} where a key (or a header that looks like one) would go over plain http to another
/// machine without allow_http, or the base URL holds a password.
void check_transport(const Endpoint&);

/// Makes the endpoint fit for use: check_transport, then reads the key into `key`. Throws Error{auth} that
/// says how to give a key where one is needed and missing, and what read_key throws (base/secret.hpp). Do it
/// once a run, when the endpoint is first used.
void fetch_key(Endpoint&, const Environment&);

/// Whether fetch_key is likely to succeed, told without starting a command: a variable must be filled, a file
/// be there.
bool key_at_hand(const Endpoint&, const Environment&);

/// The text without the endpoint's key and without values of headers that look like keys.
std::string redact(std::string_view text, const Endpoint&);

/// Every entry that cannot be used, with what is wrong with it; keys are not looked at.
std::vector<std::pair<std::string, Error>> check_all(const Settings&, const Environment&);

}  // namespace llm
