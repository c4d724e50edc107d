/// The scanner and the splices: whatever the line, what is spliced in is there afterwards, and the line stays valid.
#include "record/record.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    llm::Record r;
    if (!r.load({reinterpret_cast<const char*>(data), size}, 1)) {
        (void)r.reject();
        return 0;
    }
    try {
        llm::check_reserved(r.scanned(), r.line());
    } catch (const llm::Error&) {
    }
    const auto valid = [&r] {
        llm::Scan again;
        llm::scan(r.line(), again);
        if (again.kind != llm::Scan::Kind::object || again.members.size() != r.scanned().members.size()) std::abort();
    };
    r.set_raw("response", R"({"text":"x"})");
    valid();
    if (r.raw("response") != R"({"text":"x"})") std::abort();
    r.set_raw("id", "\"line-1\"");
    valid();
    r.erase("response");
    valid();
    if (r.has("response")) std::abort();
    return 0;
}
