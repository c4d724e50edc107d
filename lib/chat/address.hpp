/// Addresses of servers, as far as the configuration has to understand them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llm {

struct Address {
    std::string scheme;    ///< lower case
    std::string userinfo;  ///< what stands before an @, empty mostly
    std::string host;      ///< lower case, IPv6 without its brackets
    std::string port;      ///< empty where none is given
    std::string path;      ///< from the first slash on, may be empty
};

/// Nothing where the text is no `scheme://host…`.
std::optional<Address> parse_address(std::string_view);

/// localhost and names below it, 127.0.0.0/8 and ::1: what never leaves the machine.
bool is_loopback(std::string_view host) noexcept;

/// The base URL that a value of OLLAMA_HOST means to a client: "box", "box:1234", ":1234", "http://box",
/// "[::1]:1234". Port 11434 where none is given, but 80 or 443 after a scheme; an address to listen on
/// (0.0.0.0, ::) becomes loopback.
std::string ollama_base_url(std::string_view host);

/// The base URL of Azure's v1 API below the endpoint that AZURE_OPENAI_ENDPOINT names; one that has a path
/// keeps it.
std::string azure_base_url(std::string_view endpoint);

}  // namespace llm
