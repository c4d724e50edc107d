#include "route/agreement.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace llm;

TEST_CASE("agreement: a conclusion is what stands behind the last mark, a number without its unit") {
    CHECK(conclusion_of("3 + 4 = 7.\n#### 7") == "7");
    CHECK(conclusion_of("So the answer is $1,250.50.") == "1250.5");
    CHECK(conclusion_of("The answer is 4? No: the answer is (B).") == "b");
    CHECK(conclusion_of("Thus \\boxed{12} eggs") == "12");
    CHECK(conclusion_of("It is Paris.").empty());
}

TEST_CASE("agreement: answers are the same by conclusion, by value, or by words that do not contradict") {
    CHECK(same_answer("9 * 2 = 18\n#### 18", "She makes 18 dollars. The answer is 18."));
    CHECK_FALSE(same_answer("#### 18", "#### 17"));
    CHECK(same_answer(R"({"a":1,"b":[2]})", "```json\n{\"b\":[2],\"a\":1}\n```"));
    CHECK_FALSE(same_answer(R"({"a":1})", R"({"a":2})"));
    CHECK(same_answer("Paris", "It is Paris."));
    CHECK_FALSE(same_answer("It was built in 1889.", "It was built in 1887."));
    CHECK_FALSE(same_answer("The bridge is open.", "The bridge is not open."));
    CHECK(same_answer("", ""));
    CHECK_FALSE(same_answer("", "Paris"));
}

TEST_CASE("agreement: the largest group wins, of equal ones the earlier") {
    const std::vector<std::string> answers{"#### 4", "#### 5", "#### 5", "The answer is 5", "#### 4"};
    const Consensus c = consensus_of(answers);
    CHECK(c.best == 1);
    CHECK(c.share == Approx(0.6));
    const std::vector<std::string> even{"#### 1", "#### 2"};
    CHECK(consensus_of(even).best == 0);
    CHECK(consensus_of(even).share == Approx(0.5));
    CHECK(consensus_of({}).share == 0);
}
