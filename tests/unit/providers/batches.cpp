// What batch APIs say, read.
#include "providers/batch.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {

std::unique_ptr<BatchApi> api_of(std::string protocol) {
    Endpoint e;
    e.name = "p";
    e.protocol = std::move(protocol);
    e.base_url = "http://127.0.0.1:9/v1";
    return batch_api(e);
}

}  // namespace

TEST_CASE("batches: a list is read page by page") {
    const auto api = api_of("openai");
    const BatchPage page = api->listed(R"({"data":[{"id":"b2","status":"in_progress"},{"id":"b1","status":"completed"}],"has_more":true,"last_id":"b1"})");
    REQUIRE(page.batches.size() == 2);
    CHECK(page.next == "b1");
    CHECK_THAT(api->list(page.next).url, contains("limit=100") && contains("after=b1"));
    CHECK_THAT(api->list("").url, !contains("after"));
    CHECK(api->listed(R"({"data":[{"id":"b1","status":"completed"}],"has_more":true})").next == "b1");
    CHECK(api->listed(R"({"data":[{"id":"b1","status":"completed"}],"has_more":false,"last_id":"b1"})").next.empty());
    CHECK(api->listed(R"({"data":[],"has_more":true})").next.empty());
    CHECK_THAT(api_of("anthropic")->list("m1").url, contains("after_id=m1") && contains("limit=1000"));
}

TEST_CASE("batches: states count whatever their letters") {
    const auto api = api_of("openai");
    for (const char* word : {"completed", "COMPLETED", "Expired", "CANCELLED", "canceled"})
        CHECK(api->progress(fmt::format(R"({{"id":"b","status":"{}"}})", word)).phase == BatchPhase::ended);
    for (const char* word : {"validating", "IN_PROGRESS", "finalizing", "cancelling"}) {
        const BatchProgress p = api->progress(fmt::format(R"({{"id":"b","status":"{}"}})", word));
        CHECK(p.phase == BatchPhase::running);
        CHECK(p.known_status);
    }
    const BatchProgress p = api->progress(R"({"id":"b","status":"PONDERING"})");
    CHECK(p.phase == BatchPhase::running);
    CHECK_FALSE(p.known_status);
    CHECK(api_of("anthropic")->progress(R"({"id":"m","processing_status":"ended"})").phase == BatchPhase::ended);
}

TEST_CASE("batches: too many tokens waiting is told from other reasons, with the limit") {
    const auto api = api_of("openai");
    const BatchProgress full = api->progress(
        R"({"id":"b","status":"failed","errors":{"data":[{"code":"token_limit_exceeded","message":"Enqueued token limit reached for gpt in organization org-1. Limit: 2,000,000 enqueued tokens. Please try again once some in_progress batches have been completed."}]}})");
    CHECK(full.phase == BatchPhase::failed);
    REQUIRE(full.error);
    CHECK(full.error->fault == Fault::rate_limit);
    CHECK(full.room == 2'000'000);
    const BatchProgress other = api->progress(R"({"id":"b","status":"failed","errors":{"data":[{"code":"billing_hard_limit_exceeded","message":"no money","line":3}]}})");
    REQUIRE(other.error);
    CHECK(other.error->fault == Fault::refused);
    CHECK_THAT(other.error->what(), contains("line 3: no money"));
}

TEST_CASE("batches: what is left there can be deleted") {
    const auto files = api_of("openai")->leftovers("b", "file-1", {"out", "err"});
    REQUIRE(files.size() == 3);
    CHECK(files[0].url == "http://127.0.0.1:9/v1/files/file-1");
    CHECK(files[2].url == "http://127.0.0.1:9/v1/files/err");
    CHECK(files[0].body.empty());
    CHECK(api_of("openai")->leftovers("b", "", {}).empty());
    const auto whole = api_of("anthropic")->leftovers("m1", "", {});
    REQUIRE(whole.size() == 1);
    CHECK(whole[0].url == "http://127.0.0.1:9/v1/messages/batches/m1");
}
