// Facts: Gemini API reference, models.batchEmbedContents (`requests[].content.parts[].text`, `embeddings[].values`, 100 a call; newer models
// add `usageMetadata.promptTokenCount`).
#include "embedders/remote.hpp"

namespace llm {
namespace {

class Gemini final : public RemoteEmbedder {
public:
    Gemini(const Endpoint& e, std::string model)
        : RemoteEmbedder(e, std::move(model), "https://generativelanguage.googleapis.com/v1beta", KeyHeader{"x-goog-api-key: "}) {}

    std::size_t batch() const override { return 100; }
    HttpCall request(std::span<const std::string> texts) const override {
        Json requests = Json::array();
        for (const std::string& text : texts) {
            Json parts = Json::array();
            parts.push_back(Json{{"text", text}});
            requests.push_back(Json{{"model", "models/" + model_}, {"content", Json{{"parts", std::move(parts)}}}});
        }
        return wire_.post("/models/" + in_path(model_) + ":batchEmbedContents", Json{{"requests", std::move(requests)}}, Json{});
    }
    Embedded answer(std::string_view bytes, std::size_t texts) const override {
        const Json body = read(bytes);
        return {read_vectors(member(body, "embeddings"), "values", texts), count(member(member(body, "usageMetadata"), "promptTokenCount"))};
    }
};

}  // namespace

extern const EmbedderEntry embedder_gemini;
const EmbedderEntry embedder_gemini{
    "gemini", "batchEmbedContents of the Gemini API",
    [](const Endpoint& e, const std::string& model) -> std::unique_ptr<Embedder> { return std::make_unique<Gemini>(e, model); }};

}  // namespace llm
