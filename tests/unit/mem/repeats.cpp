#include "mem/repeats.hpp"
#include "support/catch.hpp"

using namespace llm;

TEST_CASE("repeats: the same said again, whole or within a longer text") {
    CHECK(repeats("The boiler was serviced in May.", "the boiler was serviced in May"));
    CHECK(repeats("The boiler was serviced in May.", "House notes. The boiler was serviced in May by Ms Roth, who found a leak."));
}

TEST_CASE("repeats: another fact with some of the words is another fact") {
    CHECK_FALSE(repeats("The boiler was replaced in June.", "The boiler was serviced in May."));
    CHECK(repeats("Anna sails.", "Anna sails and Ben rows, and both live by the lake in Bern."));
    CHECK_FALSE(repeats("Anna sails.", "Anna called yesterday. The red boat sails well."));
    CHECK_FALSE(repeats("", "text"));
}
