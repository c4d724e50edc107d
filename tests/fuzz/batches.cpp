// Whatever a batch API says, it is read or refused with an Error.
#include "providers/batch.hpp"

#include <array>
#include <cstdint>
#include <memory>

namespace {

std::unique_ptr<llm::BatchApi> api_of(std::string_view protocol) {
    llm::Endpoint e;
    e.name = e.protocol = protocol;
    e.key = "sk-fuzz-key";
    return llm::batch_api(e);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::array<std::unique_ptr<llm::BatchApi>, 3> apis{api_of("openai"), api_of("openai-responses"), api_of("anthropic")};
    const std::string_view said{reinterpret_cast<const char*>(data), size};
    for (const auto& api : apis) {
        const auto read = [&](const auto& what) {
            try {
                what();
            } catch (const llm::Error&) {
            }
        };
        read([&] { api->leftovers("b", "f", api->progress(said).files); });
        read([&] { api->list(api->listed(said).next); });
        read([&] { api->line(said); });
        read([&] { api->staged(said); });
    }
    return 0;
}
