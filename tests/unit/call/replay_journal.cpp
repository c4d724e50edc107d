// Stands here, because neither `providers` nor `log` may see the other.
#include "chat/provider.hpp"
#include "support/catch.hpp"
#include "unit/log/support.hpp"

using namespace llm;
using namespace llm::test;

TEST_CASE("replay: the journal gives the newest answer to the same question, by its index") {
    Folder folder;
    {
        Journal journal(options_for(folder.file()));
        Call old = call_of("q", "old", noon), young = call_of("q", "young", noon + 5);
        young.completion.usage.output = 7;
        young.completion.reasoning = "hm";
        journal.push(std::move(young));
        journal.push(std::move(old));
        journal.push(failed_call(Fault::provider, noon + 9));
    }
    Endpoint endpoint;
    endpoint.settings = {{"journal", folder.file().string()}};
    const auto provider = provider_entry("replay").make(endpoint);
    Request request = *call_of("q", "").request;
    request.model = "journal";
    const Completion c = provider->answer(request, nullptr);
    CHECK(c.text == "young");
    CHECK(c.reasoning == "hm");
    CHECK(c.model == "small-2026");
    CHECK(c.finish == "stop");
    CHECK(c.usage.output == 7);
    request.messages = {Message::of(Role::user, "another")};
    try {
        provider->answer(request, nullptr);
        FAIL("answered");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::refused);
    }
    auto db = open_store(folder.file());
    auto plan = db.prepare("EXPLAIN QUERY PLAN SELECT gen_ai_output_messages FROM call WHERE substr(request_key, 1, 12) ="
                           " substr(?1, 1, 12) AND +request_key = ?1 AND error_type IS NULL ORDER BY id DESC LIMIT 1");
    REQUIRE(plan.step());
    CHECK(plan.column<std::string>(3).find("call_by_key") != std::string::npos);
}
