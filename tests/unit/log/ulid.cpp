#include "log/ulid.hpp"

#include "support/catch.hpp"

#include <set>

using namespace llm;

TEST_CASE("ulid: 26 characters of Crockford's alphabet that sort by time and differ") {
    CHECK(new_ulid(1'469'918'176'385'000).substr(0, 10) == "01ARYZ6S41");
    CHECK(new_ulid(1'000) < new_ulid(2'000));
    std::set<std::string> all;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = new_ulid(1'795'435'200'000'000);
        CHECK(id.size() == 26);
        CHECK(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == id.npos);
        all.insert(id);
    }
    CHECK(all.size() == 1000);
}
