// Facts: openai/openai-openapi, CreateEmbeddingRequest and CreateEmbeddingResponse (2,048 inputs a call at most; entries carry `index`; `usage.prompt_tokens`).
#include "embedders/remote.hpp"

#include <algorithm>

namespace llm {
namespace {

class OpenAi final : public RemoteEmbedder {
public:
    OpenAi(const Endpoint& e, std::string model)
        : RemoteEmbedder(e, std::move(model), "https://api.openai.com/v1", KeyHeader{"Authorization: Bearer "}) {}

    std::size_t batch() const override { return 256; }
    HttpCall request(std::span<const std::string> texts) const override {
        Json body{{"model", model_}, {"input", std::vector<std::string>(texts.begin(), texts.end())}, {"encoding_format", "float"}};
        return wire_.post("/embeddings", std::move(body), Json{});
    }
    Embedded answer(std::string_view bytes, std::size_t texts) const override {
        Json body = read(bytes);
        Json data = member(body, "data");
        if (data.is_array()) {
            const auto place = [](const Json& item) {
                const Json& index = member(item, "index");
                return index.is_number_integer() ? index.get<long>() : 0;
            };
            std::stable_sort(data.begin(), data.end(), [&](const Json& a, const Json& b) { return place(a) < place(b); });
        }
        return {read_vectors(data, "embedding", texts), count(member(member(body, "usage"), "prompt_tokens"))};
    }
};

}  // namespace

extern const EmbedderEntry embedder_openai;
const EmbedderEntry embedder_openai{
    "openai", "/embeddings of OpenAI and of every server that speaks it",
    [](const Endpoint& e, const std::string& model) -> std::unique_ptr<Embedder> { return std::make_unique<OpenAi>(e, model); }};

}  // namespace llm
