#include "text/refusal.hpp"

#include "support/catch.hpp"

#include <string>

using namespace llm;

TEST_CASE("refusal: known wordings are found whatever their quotes and case, and where they begin") {
    const auto found = refusal_wording("I\xE2\x80\x99M UNABLE to do that.");
    REQUIRE(found);
    CHECK(found->wording == "i'm unable to");
    CHECK(found->at == 0);
    CHECK(refusal_wording("Well: sorry, I cannot.")->at > 0);
    CHECK_FALSE(refusal_wording("Press the green button."));
    CHECK_FALSE(refusal_wording(std::string(500, 'a') + " I must decline"));
}
