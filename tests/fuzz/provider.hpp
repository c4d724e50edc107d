/// What the fuzz targets of the providers share: any bytes, whole or streamed, cut anywhere, end in a completion or in an Error.
#pragma once

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "chat/provider.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace llm::fuzz {

inline int feed(const ProviderEntry& entry, const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    Endpoint e;
    e.name = entry.name;
    e.protocol = entry.name;
    e.key = "sk-fuzz-key";
    const auto provider = entry.make(e);
    Request r;
    r.model = "m";
    r.messages = {Message::of(Role::user, "Hi")};
    r.stream = (data[0] & 1) != 0;
    const std::size_t piece = std::size_t{data[1]} + 1;
    const std::string_view body{reinterpret_cast<const char*>(data) + 2, size - 2};
    std::string heard;
    const DeltaSink sink = [&heard](const Delta& d) {
        if (!is_utf8(d.text)) std::abort();
        if (d.kind == Delta::Kind::text) heard.append(d.text);
    };
    try {
        const auto reply = provider->reply(r);
        for (std::size_t i = 0; i < body.size() && !reply->done(); i += piece) reply->feed(body.substr(i, piece), sink);
        const Completion c = reply->finish();
        if (!c.text.starts_with(heard)) std::abort();
        r.messages.push_back(Message::of(Role::assistant, c.text));
        r.messages.back().tool_calls = c.tool_calls;
        r.messages.back().provider = c.provider;
        provider->request(r);
    } catch (const Error&) {
    }
    provider->failure(429, {}, body);
    return 0;
}

}  // namespace llm::fuzz
