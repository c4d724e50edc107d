#include "call/common.hpp"

#include "base/paths.hpp"
#include "chat/address.hpp"

#include <cstdlib>
#include <utility>

namespace llm {

HttpCall::Proxy proxy_for(const Endpoint& endpoint) {
    const auto address = parse_address(endpoint.base_url);
    const bool here = address && address->scheme == "http" && is_loopback(address->host);
    return here && !endpoint.allow_http ? HttpCall::Proxy::none : HttpCall::Proxy::of_environment;
}

Error redirected(const Endpoint& endpoint, int status, const Headers& headers) {
    const auto to = headers.find("location");
    Error e(Fault::provider, "{} answers with a redirect ({}){}; redirects are not followed, so that the key stays where it belongs: correct base_url", endpoint.name, status,
            to == headers.end() ? "" : " to " + redact(to->second, endpoint));
    e.status = status;
    return e;
}

std::unique_ptr<Journal> make_journal(const Settings& settings, const Environment& environment, std::function<void(std::string_view)> warn) {
    JournalOptions o;
    const std::string path = settings.text("log.path").value_or("");
    o.path = path.empty() ? data_folder(environment) / "log.db" : expand_home(path, environment);
    o.keep = settings.keep("log.keep").value_or(default_keep);
    o.warn = std::move(warn);
    return std::make_unique<Journal>(std::move(o));
}

Call call_to(const ResolvedModel& model) {
    Call c;
    c.provider = model.endpoint.name;
    if (const auto address = parse_address(model.endpoint.base_url)) {
        c.server = address->host;
        c.port = address->port.empty() ? (address->scheme == "https" ? 443 : 80) : std::atoi(address->port.c_str());
    }
    c.rates = model.info.price;
    return c;
}

}  // namespace llm
