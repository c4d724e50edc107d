/// The first line is a template, the rest a record.
#include "record/template.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all{reinterpret_cast<const char*>(data), size};
    const std::size_t end = all.find('\n');
    if (end == std::string_view::npos) return 0;
    try {
        const llm::Template t{std::string{all.substr(0, end)}, "fuzz"};
        llm::Record r;
        if (r.load(all.substr(end + 1), 1)) (void)t.render(r);
    } catch (const llm::Error&) {
    }
    return 0;
}
