/// What the tests of the HTTP providers share: a provider by name, a body fed in pieces.
#pragma once

#include "base/error.hpp"
#include "chat/provider.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llm::test {

inline constexpr const char* secret = "sk-very-secret-0123";

inline Endpoint endpoint(std::string_view protocol) {
    const ProviderEntry& entry = provider_entry(protocol);
    Endpoint e;
    e.name = entry.name;
    e.protocol = entry.name;
    e.base_url = entry.base_url;
    e.key = secret;
    e.key_env = entry.key_env;
    return e;
}
inline std::unique_ptr<Provider> make(const Endpoint& e) { return provider_entry(e.protocol).make(e); }
inline std::unique_ptr<Provider> make(std::string_view protocol) { return make(endpoint(protocol)); }

inline Request ask(std::string text = "Hi", bool stream = false) {
    Request r;
    r.model = "m-1";
    r.messages = {Message::of(Role::user, std::move(text))};
    r.stream = stream;
    return r;
}
inline Json body_of(const Provider& p, const Request& r) { return Json::parse(p.request(r).body); }

struct Heard {
    Completion completion;
    std::string text, reasoning;
    std::size_t deltas = 0;
};

/// Feeds `body` in pieces of `piece` bytes.
inline Heard hear(const Provider& p, const Request& r, std::string_view body, std::size_t piece = std::string::npos) {
    Heard h;
    const auto reply = p.reply(r);
    const DeltaSink sink = [&h](const Delta& d) {
        (d.kind == Delta::Kind::text ? h.text : h.reasoning).append(d.text);
        ++h.deltas;
    };
    for (std::size_t i = 0; i < body.size(); i += std::min(piece, body.size())) reply->feed(body.substr(i, piece), sink);
    h.completion = reply->finish();
    return h;
}

/// Feeds `body` in two pieces, cut at `at`.
inline Heard hear_cut(const Provider& p, const Request& r, std::string_view body, std::size_t at) {
    Heard h;
    const auto reply = p.reply(r);
    const DeltaSink sink = [&h](const Delta& d) {
        (d.kind == Delta::Kind::text ? h.text : h.reasoning).append(d.text);
        ++h.deltas;
    };
    reply->feed(body.substr(0, at), sink);
    reply->feed(body.substr(at), sink);
    h.completion = reply->finish();
    return h;
}

/// The error that `body` makes; fails the test where there is none.
inline Error error_of(const Provider& p, const Request& r, std::string_view body) {
    try {
        hear(p, r, body);
    } catch (const Error& e) {
        CHECK(std::string_view{e.what()}.find(secret) == std::string_view::npos);
        return e;
    }
    FAIL("no error for: " << body.substr(0, 200));
    throw Error(Fault::internal, "unreachable");
}

/// The error that forming the request makes.
inline Error request_error(const Provider& p, const Request& r) {
    try {
        p.request(r);
    } catch (const Error& e) {
        return e;
    }
    FAIL("the request was formed");
    throw Error(Fault::internal, "unreachable");
}

inline bool has_header(const HttpCall& call, std::string_view line) {
    for (const std::string& h : call.headers)
        if (h == line) return true;
    return false;
}

}  // namespace llm::test
