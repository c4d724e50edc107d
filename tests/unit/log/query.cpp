#include "log/query.hpp"

#include "log/when.hpp"
#include "support/catch.hpp"
#include "unit/log/support.hpp"

using namespace llm;
using namespace llm::test;

namespace {

constexpr std::int64_t minute = 60'000'000, one_day = 1440 * minute;

Call by_model(Call call, std::string provider, std::string model) {
    auto request = std::make_shared<Request>(*call.request);
    request->model = std::move(model);
    call.request = std::move(request);
    call.provider = std::move(provider);
    return call;
}

Call priced(Call call, double cost, long input, long output, double ms) {
    call.cost = cost;
    call.completion.usage.input = input;
    call.completion.usage.output = output;
    call.ms = ms;
    return call;
}

void write(const std::filesystem::path& path, std::vector<Call> calls) {
    Journal journal(options_for(path));
    for (Call& call : calls) journal.push(std::move(call));
}

std::vector<LoggedCall> listed(const std::filesystem::path& path, const CallFilter& filter = {}, std::size_t limit = 0) {
    std::vector<LoggedCall> all;
    JournalReader(path).list(filter, limit, [&](const LoggedCall& c) {
        all.push_back(c);
        return true;
    });
    return all;
}

/// The minutes after noon at which the calls found began, newest first.
std::string found(const std::filesystem::path& path, const CallFilter& filter) {
    std::string text;
    for (const LoggedCall& c : listed(path, filter)) text += std::to_string((c.time - noon) / minute) + " ";
    return text;
}

}  // namespace

TEST_CASE("query: a list is newest first, short, and ends where it is told to") {
    Folder folder;
    Call call = call_of("What is\nit? " + std::string(300, 'x'), "A long\nanswer", noon + minute);
    call.conversation = "01C";
    call.record_id = "7";
    call.first_ms = 4;
    call = priced(std::move(call), 0.5, 10, 20, 30);
    write(folder.file(), {call_of("first", "1"), call, failed_call(Fault::timeout, noon + 2 * minute)});
    const auto all = listed(folder.file());
    REQUIRE(all.size() == 3);
    CHECK(all[0].fault == "timeout");
    CHECK(all[0].message == "it went wrong");
    CHECK(all[0].answer.empty());
    CHECK(all[1].question.starts_with("What is it? xxx"));
    CHECK(all[1].question.ends_with("…"));
    CHECK(all[1].answer == "A long answer");
    CHECK(all[2].question == "first");
    CHECK(dump(to_json(all[1])).starts_with(
        R"({"id":1795435260000000,"time":"2026-11-23T12:01:00.000Z","tool":"llm-ask","record":"7","conversation":"01C",)"
        R"("model":"openai/small","answered":"small-2026","attempts":1,"ms":30.0,"first_ms":4.0,"input":10,"output":20,"cost":0.5,)"));
    CHECK(listed(folder.file(), {}, 2).size() == 2);
    int seen = 0;
    JournalReader(folder.file()).list({}, 0, [&](const LoggedCall&) { return ++seen < 2; });
    CHECK(seen == 2);
}

TEST_CASE("query: filters by time, model, fault, tool, record and conversation") {
    Folder folder;
    std::vector<Call> calls{call_of("a", "1"), by_model(call_of("b", "2", noon + minute), "groq", "llama-70b"),
                            failed_call(Fault::auth, noon + 2 * minute), call_of("d", "4", noon + 3 * minute)};
    calls[1].tool = "llm-eval";
    calls[1].record_id = "r1";
    calls[3].conversation = "01C";
    const auto path = folder.file();
    write(path, calls);
    const auto with = [](auto set) {
        CallFilter f;
        set(f);
        return f;
    };
    CHECK(found(path, {}) == "3 2 1 0 ");
    CHECK(found(path, with([](auto& f) { f.since = noon + minute; })) == "3 2 1 ");
    CHECK(found(path, with([](auto& f) { f.until = noon + minute; })) == "0 ");
    CHECK(found(path, with([](auto& f) { f.model = "llama*"; })) == "1 ");
    CHECK(found(path, with([](auto& f) { f.model = "openai/*"; })) == "3 2 0 ");
    CHECK(found(path, with([](auto& f) { f.model = "small-20??"; })) == "3 1 0 ");
    CHECK(found(path, with([](auto& f) { f.fault = "any"; })) == "2 ");
    CHECK(found(path, with([](auto& f) { f.fault = "auth"; })) == "2 ");
    CHECK(found(path, with([](auto& f) { f.fault = "timeout"; })).empty());
    CHECK(found(path, with([](auto& f) { f.fault = "none"; })) == "3 1 0 ");
    CHECK(found(path, with([](auto& f) { f.tool = "llm-eval"; })) == "1 ");
    CHECK(found(path, with([](auto& f) { f.record = "r1"; })) == "1 ");
    CHECK(found(path, with([](auto& f) { f.conversation = "01C"; })) == "3 ");
    CHECK(found(path, with([](auto& f) { f.fault = "none"; f.since = noon + 2 * minute; })) == "3 ");
    CHECK_NOTHROW(check_fault("any"));
    CHECK_NOTHROW(check_fault("rate_limit"));
    CHECK_THROWS_AS(check_fault("rate-limits"), Error);
}

TEST_CASE("query: a call is shown whole, JSON as JSON, and none under a foreign id") {
    Folder folder;
    write(folder.file(), {call_of("What?", "That.")});
    JournalReader reader(folder.file());
    const auto shown = reader.show(noon);
    REQUIRE(shown);
    CHECK((*shown)["time"] == "2026-11-23T12:00:00.000Z");
    CHECK((*shown)["gen_ai_input_messages"][0]["parts"][0]["content"] == "What?");
    CHECK((*shown)["gen_ai_output_messages"][0]["parts"][0]["content"] == "That.");
    CHECK((*shown)["gen_ai_response_finish_reasons"][0] == "stop");
    CHECK((*shown)["duration_ms"] == 12.5);
    CHECK_FALSE(shown->contains("cost_usd"));
    CHECK_FALSE(reader.show(noon + 1));
}

TEST_CASE("query: sums by day and model, with cost, failures and percentiles") {
    Folder folder;
    std::vector<Call> calls;
    for (int i = 1; i <= 100; ++i)
        calls.push_back(priced(call_of("q", "a", noon + i), 0.01, 10, 2, i));
    calls.push_back(failed_call(Fault::provider, noon + minute));
    calls.push_back(by_model(call_of("q", "a", noon + minute), "ollama", "llama"));
    calls.push_back(priced(call_of("q", "a", noon + one_day), 0.5, 1000, 1, 7));
    write(folder.file(), calls);
    JournalReader reader(folder.file());

    const auto both = reader.stats({}, StatsBy::day_and_model);
    REQUIRE(both.size() == 3);
    CHECK(both[0].day == local_day(noon));
    CHECK(both[0].model == "openai/small");
    CHECK(both[0].calls == 101);
    CHECK(both[0].failed == 1);
    CHECK(both[0].unpriced == 0);
    CHECK(both[0].input == 1000);
    CHECK(both[0].output == 200);
    CHECK(both[0].cost == Approx(1.0));
    CHECK(both[0].p50_ms == 50);
    CHECK(both[0].p95_ms == 95);
    CHECK_FALSE(both[0].p50_first_ms);
    CHECK(both[1].model == "ollama/llama");
    CHECK(both[1].unpriced == 1);
    CHECK_FALSE(to_json(both[1]).contains("cost"));
    CHECK(both[2].day == local_day(noon + one_day));

    CHECK(reader.stats({}, StatsBy::day).size() == 2);
    CHECK(reader.stats({}, StatsBy::model)[0].cost == Approx(1.5));
    const auto all = reader.stats({}, StatsBy::all);
    REQUIRE(all.size() == 1);
    CHECK(all[0].calls == 103);
    CHECK(to_json(all[0])["unpriced"] == 1);
    CallFilter today;
    today.since = noon + one_day;
    CHECK(reader.stats(today, StatsBy::all)[0].calls == 1);
    CHECK(stats_by("model,day") == StatsBy::day_and_model);
    CHECK_THROWS_AS(stats_by("week"), Error);
}

TEST_CASE("query: a conversation goes on where its newest answer ended, attachments and all") {
    Folder folder;
    Call first = call_of("What is this?", "A cat.");
    auto request = std::make_shared<Request>(*first.request);
    request->messages.insert(request->messages.begin(), Message::of(Role::system, "Be brief."));
    Part image{Part::Kind::media, {}, {}};
    image.media.type = "image/png";
    image.media.data = "PNG";
    request->messages[1].parts.push_back(image);
    first.request = request;
    first.conversation = "01A";
    Call second = first;
    auto longer = std::make_shared<Request>(*request);
    longer->messages.push_back(Message::of(Role::assistant, "A cat."));
    longer->messages.push_back(Message::of(Role::user, "What colour?"));
    second.request = longer;
    second.completion.text = "Black.";
    second.completion.provider = {{"signature", "x"}};
    second.started += minute;
    Call failed = failed_call(Fault::timeout, noon + 2 * minute);
    failed.conversation = "01A";
    Call other = call_of("x", "y", noon - minute);
    other.conversation = "01B";
    write(folder.file(), {second, first, failed, other, call_of("no conversation", "z", noon + 3 * minute)});

    JournalReader reader(folder.file());
    CHECK(reader.last_conversation() == "01A");
    const auto turns = reader.conversation("01A");
    REQUIRE(turns.size() == 5);
    CHECK(turns[0].role == Role::system);
    CHECK(turns[1].parts[1].media.data == "PNG");
    CHECK(turns[4].role == Role::assistant);
    CHECK(turns[4].text() == "Black.");
    CHECK(turns[4].provider["signature"] == "x");
    CHECK_THROWS_AS(reader.conversation("01Z"), Error);
}

TEST_CASE("query: a journal that is not there is empty, one of a newer release is refused") {
    Folder folder;
    JournalReader reader(folder.file());
    CHECK(listed(folder.file()).empty());
    CHECK_FALSE(reader.show(1));
    CHECK(reader.stats({}, StatsBy::all).empty());
    CHECK_FALSE(reader.last_conversation());
    CHECK(reader.plan(default_keep, noon).calls == 0);
    CHECK(prune_journal(folder.file(), default_keep, noon).calls == 0);
    CHECK_FALSE(std::filesystem::exists(folder.file()));
    {
        auto db = open_store(folder.file());
        db.run("INSERT INTO migration VALUES ('log/9999_future', 0)");
    }
    try {
        JournalReader newer(folder.file());
        FAIL("opened");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::config);
    }
}
