#include "net/sse.hpp"

#include "base/error.hpp"

#include "support/catch.hpp"

#include <utility>
#include <vector>

using namespace llm;

namespace {
using Events = std::vector<std::pair<std::string, std::string>>;

Events read(std::string_view stream, std::size_t piece) {
    Events out;
    Sse sse;
    const SseSink sink = [&out](const SseEvent& e) { out.emplace_back(e.type, e.data); };
    for (std::size_t i = 0; i < stream.size(); i += piece) sse.feed(stream.substr(i, piece), sink);
    sse.end(sink);
    return out;
}

void check_sse(std::string_view stream, const Events& expected) {
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        INFO("pieces of " << piece);
        REQUIRE(read(stream, piece) == expected);
    }
}
}  // namespace

TEST_CASE("sse: events come out whole however the stream is cut") {
    check_sse("data: a\n\nevent: x\ndata: b\n\n", {{"message", "a"}, {"x", "b"}});
    check_sse("event: x\r\ndata: {\"é\":\"€😀\"}\r\n\r\ndata: 2\r\n\r\n", {{"x", "{\"é\":\"€😀\"}"}, {"message", "2"}});
    check_sse("data: a\r\rdata: b\r\r", {{"message", "a"}, {"message", "b"}});
}

TEST_CASE("sse: data lines are joined, one blank after the colon belongs to the field") {
    check_sse("data: a\ndata:b\ndata:  c\ndata\ndata:\n\n", {{"message", "a\nb\n c\n\n"}});
}

TEST_CASE("sse: a byte order mark, comments and other fields are skipped") {
    check_sse("\xEF\xBB\xBF: hello\ndata: a\nid: 7\nretry: 10\nnonsense\n\n", {{"message", "a"}});
    check_sse("\xEF\xBB" "data: a\n\ndata: b\n\n", {{"message", "b"}});
}

TEST_CASE("sse: an event without data is none, and its name does not stick") {
    check_sse("event: ping\n\ndata: a\n\n", {{"message", "a"}});
    check_sse(":\n\n\n\n", {});
}

TEST_CASE("sse: a last event without its blank line is still delivered") {
    check_sse("data: a\n\ndata: b", {{"message", "a"}, {"message", "b"}});
    check_sse("data: a\n\ndata: b\n", {{"message", "a"}, {"message", "b"}});
}

TEST_CASE("sse: an event beyond 64 MiB is an error of the provider") {
    Sse sse;
    const SseSink sink = [](const SseEvent&) { FAIL("delivered"); };
    const std::string mebibyte(1 << 20, 'x');
    sse.feed("data: ", sink);
    bool thrown = false;
    for (int i = 0; i < 65 && !thrown; ++i) {
        try {
            sse.feed(mebibyte, sink);
        } catch (const Error& e) {
            CHECK(e.fault == Fault::provider);
            thrown = true;
        }
    }
    CHECK(thrown);
}
