#include "text/asking.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
std::string asking(std::string_view a, std::string_view b) {
    const auto there = asking_differs(gate_words(a), gate_words(b)), back = asking_differs(gate_words(b), gate_words(a));
    CHECK(there.has_value() == back.has_value());
    return there ? std::string(name(there->kind)) : "same";
}
}  // namespace

TEST_CASE("asking: how, why, when, where and who ask for different things") {
    CHECK(asking("How do I reset my password?", "Why do I reset my password?") == "question");
    CHECK(asking("Where can I change my PIN?", "When can I change my PIN?") == "question");
    CHECK(asking("Where do I pay?", "How do I pay?") == "question");
    CHECK(asking("Who founded Ikea?", "When was Ikea founded?") == "question");
    CHECK(asking("What is a mutex?", "What is a mutex for?") == "question");
    CHECK(asking("Can I pay by card?", "How can I pay by card?") == "question");
    CHECK(asking("Is it raining?", "Why is it raining?") == "question");
    CHECK(asking("I need to freeze my account", "Why did you freeze my account?") == "question");
    CHECK(asking("Put bread on my list", "Did I put bread on my list?") == "question");
}

TEST_CASE("asking: the same is asked for in other words") {
    CHECK(asking("How do I activate my card?", "What do I need to do to activate my card?") == "same");
    CHECK(asking("How do I pay?", "What is the best way to pay?") == "same");
    CHECK(asking("Why was I charged?", "What is the reason I was charged?") == "same");
    CHECK(asking("When does it open?", "What time does it open?") == "same");
    CHECK(asking("How much is it?", "What does it cost?") == "same");
    CHECK(asking("What fees are there?", "Which fees are there?") == "same");
    CHECK(asking("Where can I find my PIN?", "How do I find my PIN?") == "same");
    CHECK(asking("How do I pay?", "I want to pay") == "same");
    CHECK(asking("How do I pay?", "Can you tell me how to pay?") == "same");
    CHECK(asking("Why was my card declined?", "My card was declined") == "same");
    CHECK(asking("It fails when I pay", "It fails if I pay") == "same");
}

TEST_CASE("asking: must is not can, and should have is not should") {
    CHECK(asking("Must I verify my identity?", "Can I verify my identity?") == "modality");
    CHECK(asking("Can I bring my dog?", "Should I bring my dog?") == "modality");
    CHECK(asking("Do I have to sign the form?", "Do I want to sign the form?") == "modality");
    CHECK(asking("You should restart the router", "You should have restarted the router") == "modality");
    CHECK(asking("I have paid the bill", "I have to pay the bill") == "modality");
    CHECK(asking("How can I pay?", "How should I pay?") == "same");
}

TEST_CASE("asking: what was is not what will be") {
    CHECK(asking("Did you ship my order?", "Will you ship my order?") == "tense");
    CHECK(asking("Was the server down?", "Is the server down?") == "tense");
    CHECK(asking("Who was the president of France?", "Who is the president of France?") == "tense");
    CHECK(asking("I cancelled my booking, what now?", "I am going to cancel my booking, what now?") == "tense");
    CHECK(asking("Why was my card declined?", "Why is my card declined?") == "same");
    CHECK(asking("My top-up was cancelled", "My top-up has been cancelled") == "same");
}
