#include "call/retry.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
Error with_status(Fault f, int status) {
    Error e(f, "x");
    e.status = status;
    return e;
}
}  // namespace

TEST_CASE("retry: what may pass by itself is tried again, the rest is not") {
    for (const Fault f : {Fault::rate_limit, Fault::timeout, Fault::unreachable, Fault::provider}) CHECK(passes_by_itself(Error(f, "x")));
    for (const Fault f : {Fault::usage, Fault::config, Fault::data, Fault::refused, Fault::auth, Fault::schema, Fault::budget, Fault::io})
        CHECK_FALSE(passes_by_itself(Error(f, "x")));
    Error certificate(Fault::unreachable, "x");
    certificate.for_good = true;
    CHECK_FALSE(passes_by_itself(certificate));
}

TEST_CASE("retry: the status decides where there is one") {
    for (const int status : {408, 409, 425, 429, 500, 502, 503, 529}) CHECK(passes_by_itself(with_status(Fault::provider, status)));
    for (const int status : {301, 400, 402, 404, 413, 422}) CHECK_FALSE(passes_by_itself(with_status(Fault::provider, status)));
}

TEST_CASE("retry: waits double up to a bound, and the provider's own wish comes first") {
    const Error e(Fault::provider, "x");
    CHECK(delay_before(2, e, 1) == Approx(.5));
    CHECK(delay_before(3, e, 1) == Approx(1));
    CHECK(delay_before(4, e, 1) == Approx(2));
    CHECK(delay_before(40, e, 1) == Approx(30));
    CHECK(delay_before(4, e, 0) == 0);
    CHECK(delay_before(4, e, .25) == Approx(.5));
    Error asked(Fault::rate_limit, "x");
    asked.retry_after = 17;
    CHECK(delay_before(2, asked, .3) == 17);
}
