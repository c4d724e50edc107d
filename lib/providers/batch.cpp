#include "providers/batch.hpp"

#include "providers/batches.hpp"
#include "providers/wire.hpp"

namespace llm {

std::optional<HttpCall> BatchApi::stage(std::string&&, std::string_view) const { return std::nullopt; }

Json BatchApi::object_of(std::string_view answer, std::string_view what) {
    auto json = parse_json(answer);
    if (!json || !json->is_object())
        throw Error(Fault::provider, "{} is no JSON object; it begins: {}", what, answer.substr(0, std::min<std::size_t>(answer.size(), 200)));
    return std::move(*json);
}

std::string BatchApi::staged(std::string_view answer) const {
    std::string id = text_of(object_of(answer, "the answer to an uploaded file"), "id");
    if (id.empty()) throw Error(Fault::provider, "the answer to an uploaded file has no id");
    return id;
}

BatchPage BatchApi::listed(std::string_view answer) const {
    const Json list = object_of(answer, "the list of batches");
    BatchPage out;
    if (const Json& data = member(list, "data"); data.is_array())
        for (const Json& one : data) out.batches.push_back(read(one));
    if (const Json& more = member(list, "has_more"); more.is_boolean() && more.get<bool>() && !out.batches.empty())
        out.next = text_of(list, "last_id", out.batches.back().id);
    return out;
}

// https://openai.com/api/pricing, https://platform.claude.com/docs/en/about-claude/pricing, https://console.groq.com/docs/batch: half of it, each.
double batch_price(std::string_view endpoint) noexcept {
    for (const std::string_view half : {"openai", "openai-responses", "anthropic", "groq"})
        if (endpoint == half) return .5;
    return 1;
}

std::unique_ptr<BatchApi> batch_api(const Endpoint& e) {
    if (e.protocol == "openai") return openai_batches(e, "/v1/chat/completions");
    if (e.protocol == "openai-responses") return openai_batches(e, "/v1/responses");
    if (e.protocol == "anthropic") return anthropic_batches(e);
    return nullptr;
}

}  // namespace llm
