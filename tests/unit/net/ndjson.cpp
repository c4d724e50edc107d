#include "net/ndjson.hpp"

#include "base/error.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace llm;

namespace {
void check(std::string_view stream, const std::vector<std::string>& expected) {
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        INFO("pieces of " << piece);
        std::vector<std::string> out;
        Ndjson lines;
        const LineSink sink = [&out](std::string_view line) { out.emplace_back(line); };
        for (std::size_t i = 0; i < stream.size(); i += piece) lines.feed(stream.substr(i, piece), sink);
        lines.end(sink);
        REQUIRE(out == expected);
    }
}
}  // namespace

TEST_CASE("ndjson: lines come out whole however the stream is cut") {
    check("{\"a\":\"€\"}\n{}\n", {"{\"a\":\"€\"}", "{}"});
    check("1\r\n2\r\n", {"1", "2"});
    check("1\n2", {"1", "2"});
}

TEST_CASE("ndjson: empty lines and a byte order mark are skipped") {
    check("\xEF\xBB\xBF{}\n\n \r\n{}\n\n", {"{}", "{}"});
}

TEST_CASE("ndjson: a line beyond 64 MiB is an error of the provider") {
    Ndjson lines;
    const LineSink sink = [](std::string_view) { FAIL("delivered"); };
    const std::string mebibyte(1 << 20, 'x');
    CHECK_THROWS_AS([&] { for (int i = 0; i < 65; ++i) lines.feed(mebibyte, sink); }(), Error);
}
