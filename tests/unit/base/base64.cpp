#include "base/base64.hpp"

#include "support/catch.hpp"

#include <random>

using namespace llm;

TEST_CASE("base64: the examples of RFC 4648, both ways") {
    const std::pair<const char*, const char*> examples[] = {{"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},
                                                            {"foo", "Zm9v"},  {"foob", "Zm9vYg=="},  {"fooba", "Zm9vYmE="},
                                                            {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : examples) {
        CHECK(to_base64(plain) == coded);
        CHECK(from_base64(coded) == std::string{plain});
    }
}

TEST_CASE("base64: any bytes of any length come back") {
    std::mt19937 random(3);
    std::string bytes;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(from_base64(to_base64(bytes)) == bytes);
        bytes += static_cast<char>(random());
    }
}

TEST_CASE("base64: line breaks, missing padding and the URL alphabet are taken") {
    CHECK(from_base64("Zm9v\r\nYmFy\n") == "foobar");
    CHECK(from_base64("Z m\t9vY\ng") == "foob");
    CHECK(from_base64("Zg") == "f");
    CHECK(from_base64("-_-_") == from_base64("+/+/"));
}

TEST_CASE("base64: what cannot be base64 is refused") {
    CHECK_FALSE(from_base64("Zm9v!"));
    CHECK_FALSE(from_base64("A"));
    CHECK_FALSE(from_base64("Zm9vY"));
    CHECK_FALSE(from_base64("Zg==Zg=="));
    CHECK_FALSE(from_base64(std::string_view("Zm\0v", 4)));
}
