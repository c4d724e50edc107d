// Whatever the bytes and the cuts, the lines are the same as in one piece.
#include "net/ndjson.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = std::size_t{data[0]} % 17 + 1;
    const std::string_view stream{reinterpret_cast<const char*>(data) + 1, size - 1};
    std::string whole, cut;
    const auto into = [](std::string& to) { return [&to](std::string_view line) { to.append(line).append(1, '\n'); }; };
    llm::Ndjson a, b;
    a.feed(stream, into(whole));
    a.end(into(whole));
    for (std::size_t i = 0; i < stream.size(); i += piece) b.feed(stream.substr(i, piece), into(cut));
    b.end(into(cut));
    if (whole != cut) std::abort();
    return 0;
}
