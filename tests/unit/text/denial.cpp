#include "text/denial.hpp"

#include "support/catch.hpp"

using llm::contract_denials;

TEST_CASE("denial: an adjective with a not before it becomes the one that says so by itself") {
    CHECK(contract_denials("This is not correct.") == "This is incorrect.");
    CHECK(contract_denials("This isn't correct.") == "This is incorrect.");
    CHECK(contract_denials("This isn’t correct.") == "This is incorrect.");
    CHECK(contract_denials("why isnt it possible to pay?") == "why is it impossible to pay?");
    CHECK(contract_denials("I am not unable") == "I am able");
    CHECK(contract_denials("Not a good idea, is it not true?") == "a bad idea, is it false?");
    CHECK(contract_denials("My card is NOT VALID") == "My card is invalid");
}

TEST_CASE("denial: what is denied otherwise, or has no such word, stays as it is") {
    for (const char* text :
         {"", "My card does not work.", "It is not hot.", "not only possible but likely", "Is it possible, not hot?",
          "Not all of it is correct.", "I cannot bind it", "note the correct knot", "nichts ist möglich", "not",
          "not \xff correct"})
        CHECK(contract_denials(text) == text);
}
