/// The one door to the network.
#pragma once

#include "base/error.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "net/http_call.hpp"

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace llm {

struct HttpLimits {
    double connect = 15;                                          ///< seconds to a connection
    double idle = std::numeric_limits<double>::infinity();        ///< seconds without a byte, once connected
    Instant deadline = Instant::max();                            ///< of the whole exchange
};

struct HttpOutcome {
    int status = 0;
    Headers headers;
    std::string error_body;         ///< of a status other than 2xx, at most 1 MiB
    Instant first_byte{};           ///< of the body
};

class Http {
public:
    virtual ~Http() = default;
    /// Takes the body of a 2xx answer as it arrives. May throw; that ends the exchange and is rethrown by post. False: the answer is
    /// complete; what else comes is ignored and waited for at most a quarter of a second (so that the connection can be used again).
    using OnBody = std::function<bool(std::string_view)>;
    /// Redirects are not followed: a 3xx is an outcome like any other. Certificates are always checked.
    /// A request goes out once: what a connection that was used before swallows is an error here, for the caller to count and try again.
    /// Throws Error{timeout}, Error{unreachable} or Error{provider} (the connection broke amid the answer), each with `unsent` where it is sure.
    virtual Task<HttpOutcome> post(const HttpCall&, HttpLimits, OnBody) = 0;
    /// The same as GET, for small answers (is a server there?).
    virtual Task<HttpOutcome> get(const HttpCall&, HttpLimits, OnBody) = 0;
    /// The same as DELETE.
    virtual Task<HttpOutcome> remove(const HttpCall&, HttpLimits, OnBody) = 0;
};

/// Over libcurl, which is opened at the first call and not before: loading it costs 4 ms.
std::unique_ptr<Http> make_curl_http(Loop&);

}  // namespace llm
