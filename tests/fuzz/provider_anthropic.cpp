#include "fuzz/provider.hpp"

namespace llm {
extern const ProviderEntry provider_anthropic;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return llm::fuzz::feed(llm::provider_anthropic, data, size);
}
