#include "text/scope.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
std::string scoped(std::string_view a, std::string_view b) {
    const auto there = scope_differs(gate_words(a), gate_words(b)), back = scope_differs(gate_words(b), gate_words(a));
    CHECK(there.has_value() == back.has_value());
    return there ? std::string(name(there->kind)) : "same";
}
}  // namespace

TEST_CASE("scope: who does it, and to whom") {
    CHECK(scoped("Who beat Nadal?", "Who did Nadal beat?") == "order");
    CHECK(scoped("Which banks own Visa?", "Which banks does Visa own?") == "order");
    CHECK(scoped("Who taught Aristotle?", "Who did Aristotle teach?") == "order");
    CHECK(scoped("Who called you?", "Who did you call?") == "order");
    CHECK(scoped("Who owes me money?", "Who do I owe money?") == "order");
    CHECK(scoped("What companies bought YouTube", "what companies YouTube bought") == "order");
    CHECK(scoped("List people who invited Anna", "List people Anna invited") == "order");
    CHECK(scoped("Who was kissed by Anna?", "Who was Anna kissed by?") == "order");
}

TEST_CASE("scope: the same done, said otherwise") {
    CHECK(scoped("What does a transfer cost?", "What is the cost of a transfer?") == "same");
    CHECK(scoped("What does pending payment mean?", "What is the meaning of a pending payment?") == "same");
    CHECK(scoped("What do frogs eat?", "What is eaten by frogs?") == "same");
    CHECK(scoped("Which documents do I need?", "Which documents are needed?") == "same");
    CHECK(scoped("How do I report a lost card?", "What must I do to report my card lost?") == "same");
    CHECK(scoped("How do I undo a commit in git?", "How to undo a git commit?") == "same");
}

TEST_CASE("scope: what a not and an only are about") {
    CHECK(scoped("Which is not a mammal: whale or shark?", "Which is a mammal: whale or not shark?") == "negation");
    CHECK(scoped("Not the red car is fast", "The red car is not fast") == "negation");
    CHECK(scoped("I only paid Bob", "I paid only Bob") == "link");
    CHECK(scoped("My card is not working", "My card does not work") == "same");
    CHECK(scoped("I don't see my deposit in my account", "My deposit is not in my account") == "same");
    CHECK(scoped("I only paid Bob", "I only paid Bob once") == "same");
}

TEST_CASE("scope: the first of several, and questions in the perfect") {
    CHECK(scoped("Who is the mayor of London?", "Who was the first mayor of London?") == "number");
    CHECK(scoped("First, who is the mayor of London?", "Who is the mayor of London?") == "same");
    CHECK(scoped("Which company bought LinkedIn?", "Which companies has LinkedIn bought?") == "order");
    CHECK(scoped("Who can fire Anna?", "Who can Anna fire?") == "order");
    CHECK(scoped("My card is going to expire, what do I do?", "What do I do after my card expires?") == "same");
    CHECK(scoped("What hobbies do you like doing?", "What do you do for hobbies?") == "same");
}
