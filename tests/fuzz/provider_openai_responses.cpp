#include "fuzz/provider.hpp"

namespace llm {
extern const ProviderEntry provider_openai_responses;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return llm::fuzz::feed(llm::provider_openai_responses, data, size);
}
