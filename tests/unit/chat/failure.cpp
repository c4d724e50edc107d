#include "chat/failure.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("failure: a status tells what to do next") {
    const auto fault = [](int status) { return failure(status, {}, "").fault; };
    for (const int s : {400, 402, 404, 405, 413, 422}) CHECK(fault(s) == Fault::refused);
    for (const int s : {401, 403}) CHECK(fault(s) == Fault::auth);
    for (const int s : {408, 504}) CHECK(fault(s) == Fault::timeout);
    for (const int s : {409, 425, 429}) CHECK(fault(s) == Fault::rate_limit);
    for (const int s : {301, 307, 418, 500, 502, 503, 529}) CHECK(fault(s) == Fault::provider);
    CHECK(failure(529, {}, "").status == 529);
}

TEST_CASE("failure: the provider's words, wherever it puts them") {
    CHECK(failure_message(R"({"error":{"message":"no such model","type":"x"}})") == "no such model");
    CHECK(failure_message(R"({"error":"model not found"})") == "model not found");
    CHECK(failure_message(R"({"message":"nope"})") == "nope");
    CHECK(failure_message(R"({"detail":"nope"})") == "nope");
    CHECK(failure_message(R"({"detail":[{"loc":["body"],"msg":"field required"}]})") == "field required");
    CHECK(failure_message(R"([{"error":{"message":"API key not valid"}}])") == "API key not valid");
    CHECK(failure_message("<html><head><style>a{b}</style><title>502 Bad Gateway</title></head><body>x</body></html>") ==
          "502 Bad Gateway");
    CHECK(failure_message("upstream connect error\nmore") == "upstream connect error");
    CHECK(failure_message("{\"error\": {\"mess") == "{\"error\": {\"mess");
    CHECK(failure_message("") == "");
    CHECK(failure_message("\xff\xfe") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(failure_message(std::string(100000, '[')).size() > 0);
}

TEST_CASE("failure: a long message is cut, the key never told") {
    const Error e = failure(401, {}, "Incorrect API key provided: sk-secret-123. " + std::string(1000, 'x'), "sk-secret-123");
    const std::string what = e.what();
    CHECK(what.find("sk-secret") == what.npos);
    CHECK_THAT(what, contains("provided: ***."));
    CHECK(what.size() < 520);
}

TEST_CASE("failure: retry-after in seconds, in milliseconds and as a date") {
    const double now = 784111777;  // 1994-11-06T08:49:37Z
    CHECK(retry_after({{"retry-after", "12"}}, now) == 12);
    CHECK(retry_after({{"retry-after", "1.5"}}, now) == 1.5);
    CHECK(retry_after({{"retry-after-ms", "250"}, {"retry-after", "12"}}, now) == 0.25);
    CHECK(retry_after({{"retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"}}, now) == 10);
    CHECK(retry_after({{"retry-after", "Sunday, 06-Nov-94 08:49:47 GMT"}}, now) == 10);
    CHECK(retry_after({{"retry-after", "Sun Nov  6 08:49:47 1994"}}, now) == 10);
    CHECK(retry_after({{"retry-after", "90000"}}, now) == 90000);
    for (const char* bad : {"", "-1", "soon", "31622401", "784111777", "nan", "inf", "1e300", "Sun, 99 Nov 1994 08:49:47 GMT",
                            "Sun, 06 Nov 1994 08:49:27 GMT", ", ", "Sun"})
        CHECK_FALSE(retry_after({{"retry-after", bad}}, now));
    CHECK_FALSE(retry_after({}, now));
}

TEST_CASE("failure: a date is counted from the answer's own date") {
    const Error e = failure(429, {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"}}, "slow");
    CHECK(e.retry_after == 3);
}
