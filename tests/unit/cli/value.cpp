#include "cli/value.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <cstdint>

using namespace llm;

namespace {
template <typename T>
T read(std::string_view word) {
    T v{};
    Value<T>::read(word, v);
    return v;
}
}  // namespace

TEST_CASE("value: whole numbers keep to their type's range") {
    CHECK(read<int>("-12") == -12);
    CHECK(read<long>("9000000000") == 9000000000);
    CHECK_THROWS_AS(read<int>("9000000000"), Error);
    CHECK_THROWS_AS(read<std::size_t>("-1"), Error);
    CHECK_THROWS_AS(read<int>("1.5"), Error);
    CHECK_THROWS_AS(read<int>(""), Error);
    CHECK_THROWS_AS(read<int>("7x"), Error);
}

TEST_CASE("value: a real number is finite and whole to its end") {
    CHECK(read<double>("1e-3") == Approx(0.001));
    CHECK_THROWS_AS(read<double>("nan"), Error);
    CHECK_THROWS_AS(read<double>("1,5"), Error);
}

TEST_CASE("value: times are read with units and shown as short as can be") {
    CHECK(read<Duration>("500ms") == Duration{500});
    CHECK(read<Duration>("30") == Duration{30'000});
    CHECK(read<Duration>("1h30m") == Duration{5'400'000});
    CHECK_THROWS_AS(read<Duration>("soon"), Error);
    CHECK_THROWS_AS(read<Duration>("-3s"), Error);
    CHECK(show_duration(Duration{90'000}) == "90s");
    CHECK(show_duration(Duration{120'000}) == "2m");
    CHECK(show_duration(Duration{1'500}) == "1500ms");
    CHECK(show_duration(Duration{0}) == "0s");
    for (const long ms : {0L, 1L, 999L, 60'000L, 86'400'000L, 3'600'001L})
        CHECK(read<Duration>(show_duration(Duration{ms})) == Duration{ms});
}

TEST_CASE("value: sizes are read with units and shown as they can be read again") {
    CHECK(read<ByteSize>("64KiB") == ByteSize{65536});
    CHECK(read<ByteSize>("10MB") == ByteSize{10'000'000});
    CHECK_THROWS_AS(read<ByteSize>("much"), Error);
    for (const std::uint64_t n : {0ULL, 1ULL, 1024ULL, 1536ULL, 1ULL << 30, 1ULL << 50})
        CHECK(read<ByteSize>(show_size(ByteSize{n})) == ByteSize{n});
}

TEST_CASE("value: an optional is absent until read, a vector grows") {
    std::optional<int> maybe;
    CHECK(Value<std::optional<int>>::show(maybe).empty());
    Value<std::optional<int>>::read("3", maybe);
    CHECK(maybe == 3);
    std::vector<std::string> many;
    Value<std::vector<std::string>>::read("a", many);
    Value<std::vector<std::string>>::read("b", many);
    CHECK(many == std::vector<std::string>{"a", "b"});
}
