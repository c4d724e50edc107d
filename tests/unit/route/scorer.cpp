#include "route/scorer.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace llm;

TEST_CASE("scorer: a check is read with its argument and its threshold") {
    const AnswerCheck judge = answer_check_of("judge:openai/gpt-5=.8");
    CHECK(judge.kind == AnswerCheck::Kind::judge);
    CHECK(judge.argument == "openai/gpt-5");
    CHECK(judge.threshold == Approx(0.8));
    const AnswerCheck regex = answer_check_of("regex:^a=1$");
    CHECK(regex.argument == "^a=1$");
    CHECK_FALSE(regex.threshold);
    CHECK(answer_check_of("agreement=.6").threshold == Approx(0.6));
    CHECK_FALSE(answer_check_of("logprob").threshold);
    CHECK(answer_check_of("scorer:s.json").argument == "s.json");
}

TEST_CASE("scorer: a check that cannot be meant is refused with the remedy") {
    const auto said = [](std::string_view spec) {
        try {
            answer_check_of(spec);
        } catch (const Error& e) {
            CHECK(e.fault == Fault::usage);
            return std::string{e.what()};
        }
        return std::string{"accepted"};
    };
    CHECK_THAT(said("jugde:x"), contains("did you mean 'judge'?"));
    CHECK_THAT(said("judge"), contains("judge:MODEL"));
    CHECK_THAT(said("no-hedge:x"), contains("takes nothing behind it"));
    CHECK_THAT(said("agreement=1.5"), contains("between 0 and 1"));
    CHECK_THAT(said("verify=.5"), contains("takes nothing"));
}

TEST_CASE("scorer: refusals and hedges are told from answers that only speak of them") {
    Completion c;
    c.text = "I\u2019m sorry, but I can\u2019t help with that.";
    CHECK(refuses(c));
    c.text = "On a grey Monday morning the clerk said that the office was closed on Mondays and that he could come back another day. He waited for an hour, wrote a letter to the mayor, "
             "walked slowly home through the rain, had his supper, and told everybody he met on the way what the clerk had answered: \"I cannot help you with your papers before Tuesday, and I am unable to change it.\"";
    CHECK_FALSE(refuses(c));
    c.text = "Here you are.";
    c.finish = "content_filter";
    CHECK(refuses(c));
    CHECK(hedges("I'm not sure, but it could be Lyon."));
    CHECK_FALSE(hedges("It is Lyon."));
}
