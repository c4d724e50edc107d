#include "text/gate.hpp"

#include "support/catch.hpp"

#include <random>
#include <vector>

using namespace llm;

namespace {
std::string kind(std::string_view a, std::string_view b) {
    const auto there = differs(a, b), back = differs(b, a);
    CHECK(there.has_value() == back.has_value());
    return there ? std::string(name(there->kind)) : "same";
}
}  // namespace

TEST_CASE("gate: numbers differ by value, not by spelling") {
    CHECK(kind("send 5 parcels", "send 6 parcels") == "number");
    CHECK(kind("send five parcels", "send 5 parcels") == "same");
    CHECK(kind("I paid 1,250.50", "I paid 1250.5") == "same");
    CHECK(kind("the 2nd card", "the second card") == "same");
    CHECK(kind("the second card", "the third card") == "number");
    CHECK(kind("twenty five people", "25 people") == "same");
    CHECK(kind("two hundred and fifty people", "250 people") == "same");
    CHECK(kind("5k users", "5000 users") == "same");
    CHECK(kind("top 10 films", "top films") == "number");
    CHECK(kind("I need this one", "I need this") == "same");
    CHECK(kind("it is -5 outside", "it is 5 outside") == "number");
    CHECK(kind("due 12/03/2024", "due 03/12/2024") == "number");
    CHECK(kind("version 1.2", "version 1.3") == "number");
}

TEST_CASE("gate: units differ, their spellings do not") {
    CHECK(kind("run 5 km", "run 5 miles") == "unit");
    CHECK(kind("run 5km", "run 5 kilometers") == "same");
    CHECK(kind("pay $50", "pay 50 dollars") == "same");
    CHECK(kind("pay $50", "pay €50") == "unit");
    CHECK(kind("what is it in celsius", "what is it in fahrenheit") == "unit");
    CHECK(kind("a 10% fee", "a 10 percent fee") == "same");
    CHECK(kind("wait 10 minutes", "wait 10 hours") == "unit");
}

TEST_CASE("gate: a negation on one side only is refused, contraction or not") {
    CHECK(kind("I can open it", "I can't open it") == "negation");
    CHECK(kind("I can not open it", "I can't open it") == "same");
    CHECK(kind("why dont you answer", "why don't you answer") == "same");
    CHECK(kind("coffee with milk", "coffee without milk") != "same");
    CHECK(kind("It is inconvenient.", "It is not convenient.") == "same");
    CHECK(kind("It is inconvenient.", "It is not inconvenient.") == "negation");
    CHECK(kind("it never rains", "it rains") == "negation");
    CHECK(kind("why was my payment declined", "why was my payment not accepted") == "same");
    CHECK(kind("I don't know how to reset my pin", "how to reset my pin") == "same");
    CHECK(kind("do you know the way", "don't you know the way") == "negation");
}

TEST_CASE("gate: opposites are refused, by word or by prefix") {
    CHECK(kind("turn on the light", "turn off the light") == "antonym");
    CHECK(kind("enable logging", "disable logging") == "antonym");
    CHECK(kind("how to lock the account", "how to unlock the account") == "antonym");
    CHECK(kind("a useful tool", "a useless tool") == "antonym");
    CHECK(kind("increase the volume", "decrease the volume") == "antonym");
    CHECK(kind("increasing the volume", "lowered the volume") == "antonym");
    CHECK(kind("all cards work", "some cards work") == "antonym");
    CHECK(kind("the oldest tree", "the youngest tree") == "antonym");
    CHECK(kind("it went up", "it has gone up") == "same");
    CHECK(kind("You're not tired, are you?", "You're tired, aren't you?") == "negation");
    CHECK(kind("he slept, didn't he?", "he slept") == "same");
    CHECK(kind("That's not a bad idea", "That's a good idea") == "same");
    CHECK(kind("not on Friday, but on Saturday", "on Friday, not on Saturday") == "negation");
    CHECK(kind("it is untruthful", "it is true") == "antonym");
    CHECK(kind("raise the maximum", "lower the minimum") == "antonym");
    CHECK(kind("how do I change my address", "how can I change my address") == "same");
}

TEST_CASE("gate: names, identifiers and places differ in any case") {
    CHECK(kind("Who is the mayor of Leeds?", "Who is the mayor of York?") == "name");
    CHECK(kind("weather in paris", "weather in london") == "name");
    CHECK(kind("set max_tokens", "set min_tokens") == "name");
    CHECK(kind("is gpt-4o better", "is gpt-4 better") != "same");
    CHECK(kind("open config.yaml", "open config.toml") == "name");
    CHECK(kind("Can I use an ATM?", "can i use an atm?") == "same");
    CHECK(kind("the Syrian capital", "the capital of Syria") == "same");
    CHECK(kind("the capital of Austria", "the capital of Australia") == "name");
    CHECK(kind("the U.S. economy", "the US economy") == "same");
    CHECK(kind("Ask the World Health Organization", "Ask the WHO") == "same");
    CHECK(kind("choose plan A today", "choose plan B today") == "name");
}

TEST_CASE("gate: quotations and dates must agree") {
    CHECK(kind("what does \"ephemeral\" mean", "what does \"eternal\" mean") == "quote");
    CHECK(kind("what does \"ephemeral\" mean", "what does ephemeral mean") == "same");
    CHECK(kind("open on Monday", "open on Tuesday") == "date");
    CHECK(kind("what's on tomorrow", "what's on yesterday") == "date");
    CHECK(kind("sales last week", "sales next week") == "date");
    CHECK(kind("is it open today", "is it open") == "same");
    CHECK(kind("on 5 March", "on 5 May") == "date");
    CHECK(kind("may I leave", "can I leave") == "same");
    CHECK(kind("at 5 am", "at 5 pm") == "date");
}

TEST_CASE("gate: languages must agree, whether asked for or written in") {
    CHECK(kind("translate this to french", "translate this to german") == "language");
    CHECK(kind("sort a list in python", "sort a list in java") == "language");
    CHECK(kind("How do I change my address here?", "Wie kann ich hier meine Adresse ändern?") == "language");
}

TEST_CASE("gate: what stands on either side of a relation must stay there") {
    CHECK(kind("Is A over B?", "Is B over A?") == "order");
    CHECK(kind("from savings to checking", "from checking to savings") == "order");
    CHECK(kind("convert euros to dollars", "convert dollars to euros") == "order");
    CHECK(kind("is tea better than coffee", "is coffee better than tea") == "order");
    CHECK(kind("copy a.txt to b.txt", "copy b.txt to a.txt") == "order");
    CHECK(kind("flights from berlin to rome", "berlin to rome flights") == "same");
    CHECK(kind("the dog bit the man", "the man bit the dog") == "order");
    CHECK(kind("I owe you money", "you owe me money") != "same");
    CHECK(kind("flights from the capital", "flights to the capital") == "order");
    CHECK(kind("salt and pepper", "pepper and salt") == "same");
    CHECK(kind("what is the weather today", "today what is the weather") == "same");
}

TEST_CASE("gate: a refusal says which pieces differ") {
    const auto r = differs("run 5 km", "run 5 miles");
    REQUIRE(r);
    CHECK(spelling(*r) == "unit: '5 km' / '5 miles'");
    const auto n = differs("turn it on", "turn it off");
    REQUIRE(n);
    CHECK(n->left == "on");
    CHECK(n->right == "off");
}

TEST_CASE("gate: a text never differs from itself, and the gate is symmetric, whatever the text") {
    const char* some[] = {"not ",  "on ",  "off ",    "5 ",     "km ",  "$",    "Paris ", "to ",
                          "from ", "\"",   "dog ",    "bites ", "man ", "A ",   "un",     "happy ",
                          ". ",    "'",    "monday ", "first ", "é",    "\xFF", "never ", "all ",
                          "few ",  "2nd ", "-",       "/",      "x_y "};
    std::mt19937 random(23);
    const auto text = [&] {
        std::string t;
        for (std::size_t i = random() % 12; i > 0; --i) t += some[random() % std::size(some)];
        return t;
    };
    for (int n = 0; n < 4000; ++n) {
        const std::string a = text(), b = text();
        INFO(a << " // " << b);
        CHECK_FALSE(differs(a, a));
        CHECK(differs(a, b).has_value() == differs(b, a).has_value());
        CHECK_FALSE(differs(a, a + "\n"));
    }
}

namespace {
std::string questions(std::string_view a, std::string_view b) {
    const auto there = questions_differ(a, b, nullptr), back = questions_differ(b, a, nullptr);
    CHECK(there.has_value() == back.has_value());
    return there ? std::string(name(there->kind)) : "same";
}
}  // namespace

TEST_CASE("gate: a long text beside the question hides nothing") {
    std::string text;
    for (const char* sentence : {"When did they go there?", "Why was that?", "Who wrote it?", "Caroline studies law. Melanie studies art.", "Was it on or off?", "I can and I must."})
        for (int i = 0; i < 20; ++i) text.append(sentence).push_back(' ');
    CHECK(questions(text + "When did she go?", text + "Why did she go?") == "question");
    CHECK(questions(text + "What does Caroline study?", text + "What does Melanie study?") == "word");
    CHECK(questions(text + "Summarise this.", text + "Translate this.") == "word");
    CHECK(questions(text + "Turn it on.", text + "Turn it off.") == "antonym");
    CHECK(questions(text + "Summarise this.", text + "Please summarise this.") == "same");
}

TEST_CASE("gate: what changes places word for word") {
    CHECK(questions("What is 2^10?", "What is 10^2?") == "order");
    CHECK(questions("Run SELECT a FROM b", "Run SELECT b FROM a") == "order");
    CHECK(questions("A man is carrying a canoe with a dog", "A dog is carrying a man in a canoe") == "order");
    CHECK(questions("He was here not ten minutes ago", "He was not here ten minutes ago") == "negation");
    CHECK(questions("red, blue", "blue, red") == "same");
}

TEST_CASE("gate: left is beside right, and before yesterday was another day") {
    CHECK(questions("My left knee hurts", "My right knee hurts") == "antonym");
    CHECK(questions("List the users who have paid", "List the users who have yet to pay") == "negation");
    CHECK(questions("Book it for tomorrow", "Book it for the day after tomorrow") == "date");
}
