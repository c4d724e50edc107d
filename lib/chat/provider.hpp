/// Somewhere a request can be sent.
///
/// To add a provider: write lib/providers/NAME.cpp that defines
/// `extern const ProviderEntry provider_NAME{…}` (hyphens of the entry's name are underscores in file and symbol).
/// The build writes the roster from the file names; a file without its entry fails to link, by name, and the
/// contract suite (tests/unit/providers/contract.cpp) runs over the roster.
///
/// A provider does no I/O: `request` says what to send, a `Reply` is fed what comes back. The engine in `net`
/// moves the bytes, `call` retries, paces and journals. So every provider is tested and fuzzed without a socket.
#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "chat/completion.hpp"
#include "chat/request.hpp"
#include "net/http_call.hpp"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// A configured place: `[provider.NAME]` with its defaults filled in.
struct Endpoint {
    std::string name;                            ///< "openai", "groq", the user's own
    std::string protocol;                        ///< a name of the roster
    std::string base_url;                        ///< without slash at the end; the protocol's default where empty
    std::string key;                             ///< resolved secret; empty where none is needed
    std::string key_env;                         ///< name of the variable it comes from, for messages
    std::map<std::string, std::string> headers;  ///< sent as they are, after the provider's own
    std::vector<std::string> command;            ///< argv, protocol `command`
    Json settings;                               ///< other members of the entry (api_version, prompt_cache, …), or null
    KeySource key_source;                        ///< where `key` is to be had; empty where none is needed (chat/endpoint.hpp)
    double timeout = 600;                        ///< seconds for a whole call with all its attempts; 0 = no bound
    double idle_timeout = 120;                   ///< seconds of silence; 0 = no bound
    double connect_timeout = 10;                 ///< seconds to reach the server; 0 = no bound
    bool allow_http = false;                     ///< the key may go over plain http to other machines
    std::string where;                           ///< "config.toml:12" of the entry, empty for a ready one
};

struct Delta {
    enum class Kind { text, reasoning } kind = Kind::text;
    std::string_view text;  ///< valid during the call only; whole UTF-8 characters
};
using DeltaSink = std::function<void(const Delta&)>;

/// Takes in the body of one successful answer (status 2xx), streamed or whole.
class Reply {
public:
    virtual ~Reply() = default;
    /// Bytes as they arrive, cut anywhere. Throws Error{provider, refused, rate_limit, …} for an error inside the body or
    /// stream, and Error{provider} for what breaks the protocol or passes 64 MiB.
    virtual void feed(std::string_view bytes, const DeltaSink&) = 0;
    /// True once the answer is complete although more bytes could come (`[DONE]`, `message_stop`, a command's line).
    virtual bool done() const { return false; }
    /// The connection ended. Throws Error{provider} where the answer is not complete.
    virtual Completion finish() = 0;
};

enum class Transport { http, process, local };

class Provider {
public:
    virtual ~Provider() = default;
    virtual Transport transport() const { return Transport::http; }

    /// http: what to POST. process: `body` is the line to write (without newline). Throws Error{refused} for an option,
    /// attachment or schema it cannot honour, Error{auth} where a key is needed and missing (naming the variable).
    virtual HttpCall request(const Request&) const;
    virtual std::unique_ptr<Reply> reply(const Request&) const;
    /// http: what a status other than 2xx means. The default maps by status (chat/failure.hpp) and digs the message out
    /// of `{"error":{"message"}}`; override for codes that say more. `body` is at most 1 MiB of it.
    virtual Error failure(int status, const Headers&, std::string_view body) const;

    /// process: the program and its arguments.
    virtual std::vector<std::string> command() const;

    /// local: the answer itself.
    virtual Completion answer(const Request&, const DeltaSink&) const;
};

struct ProviderEntry {
    std::string_view name;         ///< protocol name: "openai-responses"
    std::string_view about;        ///< one line for people
    std::string_view base_url;     ///< default, may be empty
    std::string_view key_env;      ///< default variable, empty where no key is needed
    std::unique_ptr<Provider> (*make)(const Endpoint&);
};

/// All of lib/providers, by name; written by the build.
std::span<const ProviderEntry* const> providers();
/// The entry of that protocol; throws Error{config} with the nearest name.
const ProviderEntry& provider_entry(std::string_view protocol);

}  // namespace llm
