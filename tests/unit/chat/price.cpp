#include "chat/price.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
Price price(std::optional<double> input, std::optional<double> output) {
    Price p;
    p.input = input;
    p.output = output;
    return p;
}

Usage usage(std::optional<long> input, std::optional<long> output, std::optional<long> cached = {},
            std::optional<long> written = {}) {
    Usage u;
    u.input = input;
    u.output = output;
    u.cached = cached;
    u.cache_write = written;
    return u;
}
}  // namespace

TEST_CASE("price: tokens in and out are charged by the million") {
    CHECK(*cost(price(2.5, 10), usage(1000, 500)) == Approx(0.0075));
    CHECK(*cost(price(0, 0), usage(1000, 500)) == 0.0);
    CHECK(*cost(price(2.5, std::nullopt), usage(1000, 0)) == Approx(0.0025));
}

TEST_CASE("price: what is unknown is never 0") {
    CHECK_FALSE(cost(Price{}, usage(1000, 500)));
    CHECK_FALSE(cost(price(2.5, std::nullopt), usage(1000, 500)));
    CHECK_FALSE(cost(price(2.5, 10), usage(std::nullopt, 500)));
    CHECK_FALSE(cost(price(2.5, 10), usage(1000, std::nullopt)));
    CHECK_FALSE(cost(price(2.5, 10), Usage{}));
}

TEST_CASE("price: cached tokens have their own rate, else the full one") {
    Price p = price(2, 0);
    CHECK(*cost(p, usage(1'000'000, 0, 400'000)) == Approx(2.0));
    p.cached = 0.5;
    CHECK(*cost(p, usage(1'000'000, 0, 400'000)) == Approx(1.2 + 0.2));
}

TEST_CASE("price: tokens written to the cache need a rate of their own") {
    Price p = price(2, 0);
    CHECK_FALSE(cost(p, usage(1000, 0, 0, 100)));
    p.cache_write = 2.5;
    CHECK(*cost(p, usage(1'000'000, 0, 100'000, 200'000)) == Approx(1.4 + 0.2 + 0.5));
}

TEST_CASE("price: a long request is charged at the rates of its step as a whole") {
    Price p = price(1, 10);
    Price::Step step, next;
    step.input = 2;
    step.output = 15;
    step.above = 200'000;
    next.input = 4;
    next.output = 20;
    next.above = 500'000;
    p.steps = {step, next};
    CHECK(*cost(p, usage(200'000, 0)) == Approx(0.2));
    CHECK(*cost(p, usage(200'001, 1'000'000)) == Approx(0.400002 + 15));
    CHECK(*cost(p, usage(600'000, 0)) == Approx(2.4));
}

TEST_CASE("price: counts that cannot be are no cost") {
    CHECK_FALSE(cost(price(1, 1), usage(100, 10, 200)));
    CHECK_FALSE(cost(price(1, 1), usage(100, -10)));
}

TEST_CASE("price: what is known to be free costs nothing, counted or not") {
    llm::Price price;
    price.input = price.output = 0;
    CHECK(llm::cost(price, llm::Usage{}) == 0.0);
    price.output.reset();
    CHECK_FALSE(llm::cost(price, llm::Usage{}).has_value());
}
