// Taking results in: one bad thing costs one record, one part's trouble is no other's, and what must wait waits.
#include "scene.hpp"

#include <fstream>

using namespace llm;

namespace {

std::vector<std::string> faults(BatchScene& s, const std::string& id) {
    std::vector<std::string> out;
    for (const Json& o : s.outcomes(id)) out.push_back(o.is_null() ? "open" : text_of(o, "fault", "answered"));
    return out;
}
const auto one_each = [](BatchSetup& b) { b.part_requests = 1; };

void turn_down(FakeApi::Batch& b, std::string_view message = "Enqueued token limit reached for m. Limit: 90,000 enqueued tokens.") {
    b.status = "failed";
    b.errors = Json{{"data", {{{"code", "token_limit_exceeded"}, {"message", message}}}}};
}

}  // namespace

TEST_CASE("batch: lines that cannot be read or are of something else cost nobody his answer") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(3);
    api.before_results = "{\"custom_id\": oops\n[]\n" + dump(Json{{"custom_id", "someone-else-1"}, {"response", {{"status_code", 200}, {"body", FakeApi::text("not ours")}}}}) + "\n" +
                         dump(Json{{"custom_id", id + "-99"}, {"response", {{"status_code", 200}, {"body", FakeApi::text("no such")}}}}) + "\n";
    api.files["file-1"].pop_back();
    api.newest().requests.pop_back();
    api.end_all();
    for (int time = 1; time < 5; ++time) CHECK(s.fetch(id));
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered", "answered", "provider"});
    CHECK_THAT(text_of(s.outcomes(id)[2], "message"), contains("3 lines of its results could not be read"));
}

TEST_CASE("batch: a line without end is passed over in little memory") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(2);
    api.before_results = std::string((std::size_t{64} << 20) + 1, 'a') + "\n";
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered", "answered"});
}

TEST_CASE("batch: attachments are not read again when it is collected") {
    FakeApi api;
    BatchHome home;
    std::filesystem::create_directories(home.folder);
    const std::filesystem::path file = home.folder / "note.txt";
    std::ofstream{file} << "what it says";
    BatchScene s{api, home};
    const std::string id = s.read(std::vector<Json>{Json{{"prompt", "read"}, {"attachments", {{{"path", file.string()}}}}}, Json{{"prompt", "other"}}});
    s.batches.send(id);
    std::filesystem::remove(file);
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered", "answered"});
}

TEST_CASE("batch: what an alias said is kept with the requests") {
    FakeApi api;
    BatchHome home;
    std::string id;
    {
        BatchScene s{api, home, "[model.terse]\nmodel = \"p/m\"\nsystem = \"Be brief.\"\nmax_tokens = 5\n"};
        id = s.read(std::vector<Json>{Json{{"prompt", "x"}, {"model", "terse"}}});
        s.batches.send(id);
    }
    BatchScene s{api, home};  // the alias is no more
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered"});
    CHECK(s.store.db().value<std::string>("SELECT text FROM shape").value() == R"({"options":{"max_tokens":5},"system":"Be brief."})");
}

TEST_CASE("batch: collected answers tell no times that nobody took") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(1);
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    const Json answer = s.outcomes(id)[0];
    for (const char* name : {"ms", "first_ms", "attempts"}) CHECK(member(answer, name).is_null());
    CHECK(text_of(answer, "text") == "fine");
}

TEST_CASE("batch: results that are gone fail their own records, after they were asked for again") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}, one_each};
    const std::string id = s.submit(3);
    api.gone.insert("b2");
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered", "provider", "answered"});
    CHECK_THAT(text_of(s.outcomes(id)[1], "message"), contains("gone") && contains("--retry-failed"));
    CHECK(s.waited == std::vector<double>{1, 4});
    CHECK(s.spent() == 2 * one_answer + s.part(id, 1).worst);  // it was answered, and is paid
}

TEST_CASE("batch: results that came incomplete are fetched again") {
    const std::string page = "<html>502 Bad gateway</html>";
    for (const bool of_anthropic : {false, true})
        for (const std::string_view bad : {"half", "page", "nothing"}) {
            CAPTURE(of_anthropic, bad);
            FakeApi api;
            api.anthropic = of_anthropic;
            api.counts = true;
            BatchHome home;
            BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}, one_each};
            s.batches.send(s.read(1, "other"));
            BatchScene two{api, home, dear + std::string{"[budget]\nday = 100\n"}};
            const std::string id = two.submit(4);
            const Nano worst = two.spent();
            api.last = [&, n = 0](std::string_view call, FakeReply& reply) mutable {
                if (!call.ends_with("b2/content") && !call.ends_with("b2/results")) return;
                if (n++ > 0) return;
                if (bad == "half")
                    reply.body.resize(reply.body.size() / 2);
                else
                    reply.body = bad == "page" ? page : "";
            };
            api.end_all();
            const auto first = two.fetch(id);
            REQUIRE(first);
            CHECK(first->fault == Fault::provider);
            CHECK_THAT(first->what(), contains("incomplete") && contains("of b2"));
            CHECK(two.part(id).state == PartState::ended);
            CHECK_THAT(two.part(id).why, contains("fetched again"));
            CHECK(two.spent() == worst);
            CHECK_FALSE(two.fetch(id));
            CHECK(faults(two, id) == std::vector<std::string>(4, "answered"));
            CHECK(two.caller.tally().calls == 4);  // each once
        }
}

TEST_CASE("batch: a part whose results came incomplete holds up no other, and is done after some times") {
    FakeApi api;
    api.counts = true;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}, one_each};
    const std::string id = s.submit(3);
    api.last = [](std::string_view call, FakeReply& reply) {
        if (call == "GET /files/out-b1/content") reply.body = "";
    };
    api.end_all();
    for (int time = 1; time < 5; ++time) {
        CHECK(s.fetch(id));
        CHECK(faults(s, id) == std::vector<std::string>{"open", "answered", "answered"});
    }
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id)[0] == "provider");
    CHECK_THAT(text_of(s.outcomes(id)[0], "message"), contains("1 of the results that there are said to be did not come"));
    CHECK(s.spent() == 2 * one_answer + s.part(id).worst);
}

TEST_CASE("batch: results of an expired or cancelled batch that are gone or cannot be read may have been paid") {
    for (const std::string_view status : {"expired", "cancelled"})
        for (const bool are_gone : {true, false}) {
            CAPTURE(status, are_gone);
            FakeApi api;
            BatchHome home;
            BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
            const std::string id = s.submit(2);
            const Nano worst = s.spent();
            api.newest().status = status;
            if (are_gone)
                api.gone.insert("b1");
            else
                api.last = [](std::string_view call, FakeReply& reply) {
                    if (call.ends_with("/content")) reply.body = "<html>502</html>";
                };
            while (s.fetch(id)) {
            }
            CHECK(faults(s, id) == std::vector<std::string>{"provider", "provider"});
            CHECK_THAT(text_of(s.outcomes(id)[0], "message"), contains(are_gone ? "are gone" : "could not be read"));
            CHECK(s.spent() == worst);
        }
}

TEST_CASE("batch: what an expired batch has no result for was not asked, and costs nothing") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
    const std::string id = s.submit(2);
    api.newest().status = "expired";
    api.newest().requests.pop_back();
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered", "timeout"});
    CHECK(s.spent() == one_answer);
}

TEST_CASE("batch: of an expired batch only answers that were counted and did not come are waited for") {
    for (const long counted : {1, 2}) {
        CAPTURE(counted);
        FakeApi api;
        BatchHome home;
        BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
        const std::string id = s.submit(3);
        api.newest().status = "expired";
        api.newest().requests.resize(1);
        api.last = [&](std::string_view call, FakeReply& reply) {
            if (call != "GET /batches/b1") return;
            Json batch = read_json(reply.body);
            batch["request_counts"] = {{"total", 3}, {"completed", counted}, {"failed", 3 - counted}};
            reply.body = dump(batch);
        };
        int fetches = 1;
        while (s.fetch(id)) ++fetches;
        CHECK(fetches == (counted == 1 ? 1 : 5));
        CHECK(faults(s, id)[0] == "answered");
        CHECK(faults(s, id)[2] == (counted == 1 ? "timeout" : "provider"));
        CHECK((s.spent() == one_answer) == (counted == 1));
    }
}

TEST_CASE("batch: what waits and was to be given up while nobody answered is not sent again") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(1);
    turn_down(api.newest(), "Enqueued token limit reached.");
    CHECK_FALSE(s.fetch(id));
    s.store.db().run("UPDATE part SET over = 0");
    api.first = [](std::string_view) -> std::optional<FakeReply> { return FakeReply::error(503, "unavailable"); };
    CHECK_THROWS_AS(s.batches.cancel(id), Error);
    CHECK(s.part(id).state == PartState::waiting);
    CHECK(s.fetch(id));
    api.first = {};
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"refused"});
    CHECK(api.batches.size() == 1);
}

TEST_CASE("batch: an answer takes the place of an error of the same request, and no answer is taken twice") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
    const std::string id = s.submit(2);
    const auto failed = [&](int place) { return dump(Json{{"custom_id", fmt::format("{}-{}", id, place)}, {"response", nullptr}, {"error", {{"code", "server_error"}, {"message", "boom"}}}}) + "\n"; };
    api.before_results = failed(1);
    api.last = [&](std::string_view call, FakeReply& reply) {
        if (call.ends_with("/content")) reply.body += failed(1) + dump(Json{{"custom_id", id + "-2"}, {"response", {{"status_code", 200}, {"body", FakeApi::text("late")}}}}) + "\n";
    };
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered", "answered"});
    CHECK(text_of(s.outcomes(id)[1], "text") == "fine");
    CHECK(s.spent() == 2 * one_answer);
    CHECK(s.caller.tally().calls == 2);
}

TEST_CASE("batch: only ids that were given are anybody's") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(2);
    const auto wrong = [](const std::string& custom_id) { return dump(Json{{"custom_id", custom_id}, {"response", {{"status_code", 200}, {"body", FakeApi::text("wrong")}}}}) + "\n"; };
    for (const char* end : {"-0001", "-01", "-1 ", "-+1", "--1", "-0", "-1x", "1"}) api.before_results += wrong(id + end);
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    for (const Json& o : s.outcomes(id)) CHECK(text_of(o, "text") == "fine");
}

TEST_CASE("batch: a part whose server fails is no other's trouble") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, "", one_each};
    const std::string id = s.submit(3);
    api.end_all();
    api.first = [](std::string_view call) -> std::optional<FakeReply> {
        if (call == "GET /batches/b1") return FakeReply::error(401, "not with this key");
        return std::nullopt;
    };
    const auto failed = s.fetch(id);
    REQUIRE(failed);
    CHECK(failed->fault == Fault::auth);
    CHECK(faults(s, id) == std::vector<std::string>{"open", "answered", "answered"});
    api.first = {};
    CHECK_FALSE(s.fetch(id));
    CHECK(s.job(id).all(PartState::fetched));
}

TEST_CASE("batch: a server that does not answer is asked once, not for each part of each job") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, "", one_each};
    const std::string one = s.submit(2), two = s.submit(2);
    api.calls.clear();
    api.first = [](std::string_view) -> std::optional<FakeReply> { throw Broken{}; };
    BatchJob first = s.job(one), second = s.job(two);
    s.batches.look(first);
    s.batches.look(second);
    CHECK(api.calls.size() == 4);  // with its repetitions
    for (const BatchJob* j : {&first, &second})
        for (const BatchPart& p : j->parts) CHECK(p.stale);
    CHECK(s.part(one).state == PartState::sent);
}

TEST_CASE("batch: a part that cannot be sent holds up no other, and can be sent again") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, "", one_each};
    api.first = [n = 0](std::string_view call) mutable -> std::optional<FakeReply> {
        if (call == "POST /batches" && ++n == 2) return FakeReply::error(400, "no");
        return std::nullopt;
    };
    const std::string id = s.read(3);
    CHECK_THROWS_WITH(s.batches.send(id), contains("no"));
    CHECK(s.part(id, 0).state == PartState::sent);
    CHECK(s.part(id, 1).state == PartState::ready);
    CHECK(s.part(id, 2).state == PartState::sent);
    s.batches.send(id);
    CHECK_FALSE(s.job(id).unsent());
    CHECK(api.batches.size() == 3);
}

TEST_CASE("batch: cancelling goes on past a part that cannot be cancelled") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, "", one_each};
    const std::string id = s.submit(3);
    api.first = [](std::string_view call) -> std::optional<FakeReply> {
        if (call == "POST /batches/b1/cancel") return FakeReply::error(500, "broken");
        if (call == "POST /batches/b2/cancel") return FakeReply::error(404, "No batch found");
        return std::nullopt;
    };
    CHECK_THROWS_WITH(s.batches.cancel(id), contains("broken"));
    CHECK(api.of("b3").status == "cancelling");
    CHECK(faults(s, id) == std::vector<std::string>{"open", "provider", "open"});  // what nobody knows any more can be given up
    CHECK(s.job(id).cancelled);
    CHECK(s.part(id, 0).may_run());
    CHECK_FALSE(s.part(id, 2).may_run());
}

TEST_CASE("batch: a wish to cancel that was not taken leaves it running, and the same records find it") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(2);
    CHECK_FALSE(Batches::may_be_forgotten(s.job(id)));
    api.first = [](std::string_view call) -> std::optional<FakeReply> {
        if (call.ends_with("/cancel")) return FakeReply::error(503, "unavailable");
        return std::nullopt;
    };
    CHECK_THROWS_AS(s.batches.cancel(id), Error);
    CHECK_FALSE(Batches::may_be_forgotten(s.job(id)));
    CHECK(s.read(2, "p", BatchStore::Done::when_collected) == id);

    SECTION("until it is taken") {
        api.first = {};
        s.batches.cancel(id);
        CHECK(s.part(id).stopping);
        CHECK(Batches::may_be_forgotten(s.job(id)));
        CHECK(s.read(2, "p", BatchStore::Done::when_collected) != id);
    }
    SECTION("until it is said to be under way") {
        api.first = [](std::string_view call) -> std::optional<FakeReply> {
            if (call.ends_with("/cancel")) return FakeReply::error(409, "it is being cancelled");
            return std::nullopt;
        };
        api.newest().status = "cancelling";
        s.batches.cancel(id);
        CHECK(Batches::may_be_forgotten(s.job(id)));
    }
    SECTION("until it has ended") {
        api.end_all();
        BatchJob job = s.job(id);
        s.batches.look(job);
        CHECK(Batches::may_be_forgotten(s.job(id)));
    }
    SECTION("until no batch could be running any more") {
        s.store.db().run("UPDATE part SET tried = ?1", unix_microseconds() - 49 * 3'600'000'000LL);
        CHECK(Batches::may_be_forgotten(s.job(id)));
    }
}

TEST_CASE("batch: an old batch that nobody tried to cancel is not forgotten") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(1);
    s.store.db().run("UPDATE part SET tried = ?1", unix_microseconds() - 49 * 3'600'000'000LL);
    CHECK_FALSE(Batches::may_be_forgotten(s.job(id)));
}

TEST_CASE("batch: states count whatever their letters, and an unknown one as running") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(1);
    api.newest().status = "PONDERING";
    CHECK_FALSE(s.fetch(id));
    CHECK_FALSE(s.fetch(id));
    REQUIRE(s.said.size() == 1);
    CHECK_THAT(s.said[0], contains("'pondering'"));
    CHECK(s.part(id).state == PartState::sent);
    api.newest().status = "COMPLETED";
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered"});
}

TEST_CASE("batch: a file that was uploaded just now is asked for again while it is not known") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    int unknown = 3;
    api.first = [&unknown](std::string_view call) -> std::optional<FakeReply> {
        if (call == "POST /batches" && unknown-- > 0) return FakeReply::error(400, "Cannot find file file-1, or project p does not have access to it.");
        return std::nullopt;
    };
    const std::string id = s.submit(1);
    CHECK(s.waited == std::vector<double>{1, 2, 4});
    CHECK(api.count("POST /files") == 1);
    CHECK(s.part(id).state == PartState::sent);
}

TEST_CASE("batch: a file that is never found is uploaded again the next time, one that has gone at once") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    api.first = [](std::string_view call) -> std::optional<FakeReply> {
        if (call == "POST /batches") return FakeReply::error(400, "Cannot find file file-1");
        return std::nullopt;
    };
    const std::string id = s.read(1);
    CHECK_THROWS_WITH(s.batches.send(id), contains("Cannot find file"));
    CHECK(s.waited.size() == 5);
    CHECK(s.part(id).staged.empty());
    api.first = [](std::string_view call) -> std::optional<FakeReply> {
        if (call == "POST /batches") return FakeReply::error(403, "wait for somebody to allow it");
        return std::nullopt;
    };
    CHECK_THROWS_AS(s.batches.send(id), Error);
    CHECK(s.part(id).staged == "file-2");
    api.first = {};
    api.files.erase("file-2");  // after some weeks
    s.batches.send(id);
    CHECK(s.part(id).state == PartState::sent);
    CHECK(s.part(id).staged != "file-2");
}

TEST_CASE("batch: a part for which there is no room waits, stays charged and is sent when others have ended") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}, one_each};
    const std::string id = s.submit(3);
    const Nano worst = s.spent();
    turn_down(api.of("b2"));
    turn_down(api.of("b3"));
    CHECK_FALSE(s.fetch(id));
    CHECK(s.part(id, 1).state == PartState::waiting);
    CHECK_THAT(s.part(id, 1).why, contains("Enqueued token limit"));
    CHECK_FALSE(s.job(id).unsent());
    CHECK(s.spent() == worst);
    CHECK_FALSE(s.fetch(id));
    CHECK(api.batches.size() == 3);  // the first one runs still
    api.of("b1").status = "completed";
    CHECK_FALSE(s.fetch(id));
    CHECK(api.batches.size() == 5);
    CHECK(api.count("POST /files") == 3);  // what was uploaded serves again
    CHECK(s.part(id, 1).state == PartState::sent);
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"answered", "answered", "answered"});
    CHECK(s.spent() == 3 * one_answer);
}

TEST_CASE("batch: where nothing of ours runs, the next try is later and later") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(1);
    turn_down(api.newest(), "Enqueued token limit reached.");
    CHECK_FALSE(s.fetch(id));
    CHECK_FALSE(s.fetch(id));
    CHECK(api.batches.size() == 1);
    const auto minutes_ago = [&](int m) { s.store.db().run("UPDATE part SET over = ?1", unix_microseconds() - m * 60'000'000LL - 1); };
    minutes_ago(1);
    CHECK_FALSE(s.fetch(id));
    CHECK(api.batches.size() == 2);
    turn_down(api.newest(), "Enqueued token limit reached.");
    CHECK_FALSE(s.fetch(id));
    minutes_ago(1);
    CHECK_FALSE(s.fetch(id));
    CHECK(api.batches.size() == 2);
    minutes_ago(2);
    CHECK_FALSE(s.fetch(id));
    CHECK(api.batches.size() == 3);
    s.batches.cancel(id);
}

TEST_CASE("batch: a part that never fits is halved until it does") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 1000\n"}};
    std::vector<Json> records;
    for (int i = 0; i < 8; ++i) records.push_back({{"id", i}, {"prompt", std::string(1000, 'x')}});
    const std::string id = s.read(records);
    s.batches.send(id);
    const Nano worst = s.spent();
    const std::string too_much = "Enqueued token limit reached for m. Limit: 1,500 enqueued tokens.";
    for (int round = 0; round < 40 && !s.job(id).all(PartState::fetched); ++round) {
        for (FakeApi::Batch& b : api.batches) {
            if (b.status != "in_progress") continue;
            if (b.requests.size() > 2)
                turn_down(b, too_much);
            else
                b.status = "completed";
        }
        CHECK_FALSE(s.fetch(id));
        CHECK(s.spent() <= worst);
    }
    CHECK(faults(s, id) == std::vector<std::string>(8, "answered"));
    CHECK(s.job(id).parts.size() == 4);
    CHECK(s.spent() == 8 * one_answer);
    CHECK(s.money().charges.empty());
}

TEST_CASE("batch: what is given up is not sent again") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(2);
    s.batches.cancel(id);
    turn_down(api.newest());
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"refused", "refused"});
    CHECK(api.batches.size() == 1);
}

TEST_CASE("batch: a batch that nobody knows any more can be given up") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.submit(1);
    api.batches.clear();
    const auto failed = s.fetch(id);
    REQUIRE(failed);
    CHECK_THAT(failed->what(), contains("--batch cancel " + id));
    s.batches.cancel(id);
    CHECK(faults(s, id) == std::vector<std::string>{"provider"});
}

TEST_CASE("batch: what was turned down for another reason fails all its records, and costs nothing") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
    const std::string id = s.submit(2);
    api.newest().status = "failed";
    api.newest().errors = Json{{"data", {{{"code", "model_not_found"}, {"message", "no such model"}, {"line", 1}}}}};
    CHECK_FALSE(s.fetch(id));
    CHECK(faults(s, id) == std::vector<std::string>{"refused", "refused"});
    CHECK(s.spent() == 0);
}

TEST_CASE("batch: what is removed is deleted at the provider too") {
    for (const bool of_anthropic : {false, true}) {
        FakeApi api;
        api.anthropic = of_anthropic;
        BatchHome home;
        BatchScene s{api, home};
        const std::string id = s.submit(1);
        api.end_all();
        CHECK_FALSE(s.fetch(id));
        s.batches.forget(id);
        CHECK(s.store.jobs().empty());
        CHECK(api.removed == (of_anthropic ? std::vector<std::string>{"/batches/b1"} : std::vector<std::string>{"/files/file-1", "/files/out-b1"}));
    }
}

TEST_CASE("batch: what cannot be deleted there is said, and is no reason to keep it here") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, "", one_each};
    const std::string id = s.submit(2);
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    api.calls.clear();
    api.first = [](std::string_view) -> std::optional<FakeReply> { throw Broken{}; };
    s.batches.forget(id);
    CHECK(s.store.jobs().empty());
    CHECK(api.calls.size() == 1);
    REQUIRE(s.said.size() == 1);
    CHECK_THAT(s.said[0], contains("stays there"));
}
