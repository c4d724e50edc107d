// Facts: ollama/ollama docs/api.md, "Generate Embeddings" (POST /api/embed, `input` text or list, `embeddings` in order,
// `prompt_eval_count`).
#include "embedders/remote.hpp"

namespace llm {
namespace {

class Ollama final : public RemoteEmbedder {
public:
    Ollama(const Endpoint& e, std::string model)
        : RemoteEmbedder(e, std::move(model), "http://127.0.0.1:11434", KeyHeader{"Authorization: Bearer "}) {}

    std::size_t batch() const override { return 64; }
    HttpCall request(std::span<const std::string> texts) const override {
        Json body{{"model", model_}, {"input", std::vector<std::string>(texts.begin(), texts.end())}};
        return wire_.post(wire_.base_url().ends_with("/api") ? "/embed" : "/api/embed", std::move(body), Json{});
    }
    Embedded answer(std::string_view bytes, std::size_t texts) const override {
        const Json body = read(bytes);
        return {read_vectors(member(body, "embeddings"), {}, texts), count(member(body, "prompt_eval_count"))};
    }
};

}  // namespace

extern const EmbedderEntry embedder_ollama;
const EmbedderEntry embedder_ollama{
    "ollama", "/api/embed of Ollama",
    [](const Endpoint& e, const std::string& model) -> std::unique_ptr<Embedder> { return std::make_unique<Ollama>(e, model); }};

}  // namespace llm
