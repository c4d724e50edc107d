// The ready entries of chat/endpoint.hpp: addresses and variables as the vendors' own documentation has them.
#include "chat/endpoint.hpp"

#include <array>

namespace llm {
namespace {

using enum ReadyEndpoint::Key;
using Place = ReadyEndpoint::Place;

constexpr Place remote = Place::remote, local = Place::local, inside = Place::inside;
constexpr std::string_view asked = ReadyEndpoint::asked;

// The members in the order of ReadyEndpoint.
constexpr auto table = std::to_array<ReadyEndpoint>({
    {"openai", "openai", "", "OPENAI_BASE_URL", "OPENAI_API_KEY", needed, remote, "gpt-5.6-luna", "openai"},
    {"anthropic", "anthropic", "", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", needed, remote,
     "claude-haiku-4-5", "anthropic"},
    {"gemini", "gemini", "", "GEMINI_BASE_URL", "GEMINI_API_KEY GOOGLE_API_KEY", needed, remote,
     "gemini-3.5-flash-lite", "gemini"},
    {"mistral", "openai", "https://api.mistral.ai/v1", "", "MISTRAL_API_KEY", needed, remote,
     "mistral-small-latest", "mistral"},
    {"deepseek", "openai", "https://api.deepseek.com", "", "DEEPSEEK_API_KEY", needed, remote,
     "deepseek-v4-flash", "deepseek"},
    {"xai", "openai", "https://api.x.ai/v1", "", "XAI_API_KEY", needed, remote, "grok-4-fast", "xai"},
    {"groq", "openai", "https://api.groq.com/openai/v1", "", "GROQ_API_KEY", needed, remote,
     "openai/gpt-oss-20b", "groq"},
    {"openrouter", "openai", "https://openrouter.ai/api/v1", "", "OPENROUTER_API_KEY", needed, remote,
     "openai/gpt-5-mini", "openrouter"},
    {"perplexity", "openai", "https://api.perplexity.ai", "", "PERPLEXITY_API_KEY", needed, remote, "sonar",
     "perplexity"},
    {"moonshot", "openai", "https://api.moonshot.ai/v1", "", "MOONSHOT_API_KEY", needed, remote, "kimi-k2.5",
     "moonshot"},
    {"deepinfra", "openai", "https://api.deepinfra.com/v1/openai", "", "DEEPINFRA_API_KEY DEEPINFRA_TOKEN",
     needed, remote, "openai/gpt-oss-20b", "deepinfra"},
    {"together", "openai", "https://api.together.xyz/v1", "", "TOGETHER_API_KEY", needed, remote, "",
     "together"},
    {"fireworks", "openai", "https://api.fireworks.ai/inference/v1", "", "FIREWORKS_API_KEY", needed, remote,
     "", "fireworks"},
    {"cerebras", "openai", "https://api.cerebras.ai/v1", "", "CEREBRAS_API_KEY", needed, remote, "",
     "cerebras"},
    {"openai-responses", "openai-responses", "", "OPENAI_BASE_URL", "OPENAI_API_KEY", needed, remote, "",
     "openai"},
    {"azure", "openai", asked, "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", needed, remote, "", "azure"},
    {"ollama", "ollama", "http://127.0.0.1:11434", "OLLAMA_HOST", "OLLAMA_API_KEY", optional, local, "",
     "ollama"},
    {"llamacpp", "openai", "http://127.0.0.1:8080/v1", "", "LLAMA_API_KEY", optional, local, "", "llamacpp"},
    {"lmstudio", "openai", "http://127.0.0.1:1234/v1", "", "LMSTUDIO_API_KEY", optional, local, "",
     "lmstudio"},
    {"vllm", "openai", "http://127.0.0.1:8000/v1", "", "VLLM_API_KEY", optional, local, "", "vllm"},
    {"builtin", "builtin", "", "", "", none, inside, "", "builtin"},
    {"replay", "replay", "", "", "", none, inside, "", "replay"},
});

}  // namespace

std::span<const ReadyEndpoint> ready_endpoints() noexcept { return table; }

const ReadyEndpoint* ready_endpoint(std::string_view name) noexcept {
    for (const ReadyEndpoint& ready : table)
        if (ready.name == name) return &ready;
    return nullptr;
}

}  // namespace llm
