#include "base/hash.hpp"

#include "base/sha256_x86.hpp"
#include "support/catch.hpp"

#include <sha2.h>

#include <random>
#include <set>

using namespace llm;

namespace {
Sha256Sum portable(std::string_view bytes) {
    Sha256Sum sum;
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    SHA256Final(sum.data(), &context);
    return sum;
}
}  // namespace

TEST_CASE("hash: sha256 gives the sums of FIPS 180-4's examples") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("hash: sha256 by the processor equals sha256 by the library at every length") {
    if (!sha256_in_hardware()) {
        WARN("this processor has no SHA instructions");
        return;
    }
    std::mt19937 random(7);
    std::string bytes;
    for (int length = 0; length < 300; ++length) {
        INFO("length " << length);
        CHECK(sha256_x86(bytes) == portable(bytes));
        bytes += static_cast<char>(random());
    }
}

TEST_CASE("hash: fast_hash is XXH3 and its seed matters") {
    CHECK(fast_hash("") == 0x2d06800538d394c2ULL);
    CHECK(fast_hash("a", 1) != fast_hash("a", 2));
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(fast_hash(std::to_string(i)));
    CHECK(seen.size() == 1000);
}
