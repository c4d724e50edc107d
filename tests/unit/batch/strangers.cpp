// Whose a batch is: what was not made is not looked for, what may have been made is, and a batch that only looks like ours is proven before anything is done to it.
#include "scene.hpp"

using namespace llm;

namespace {

FakeApi anthropic() {
    FakeApi a;
    a.anthropic = true;
    return a;
}

/// The first creation happens and its answer is lost.
void lose_first_creation(FakeApi& api) {
    api.last = [lost = false](std::string_view call, FakeReply&) mutable {
        if (call == "POST /batches" && !std::exchange(lost, true)) throw Broken{};
    };
}
void refuse_first_creation(FakeApi& api, int status) {
    api.first = [refused = false, status](std::string_view call) mutable -> std::optional<FakeReply> {
        if (call == "POST /batches" && !std::exchange(refused, true)) return FakeReply::error(status, "no");
        return std::nullopt;
    };
}

}  // namespace

TEST_CASE("batch: after an answer that it was not made, nobody's batch of equal size is taken for it") {
    for (const int status : {429, 503, 529}) {
        CAPTURE(status);
        FakeApi api = anthropic();
        BatchHome home;
        BatchScene s{api, home};
        const std::string stranger = api.add(3).id;
        refuse_first_creation(api, status);
        const std::string id = s.submit(3);
        CHECK(s.part(id).remote != stranger);
        CHECK(s.part(id).supposed == false);
        CHECK(api.count("GET /batches") == 0);
        CHECK(api.count("POST /batches") == 2);
    }
}

TEST_CASE("batch: after a refusal for good it can be sent again, and is not looked for") {
    FakeApi api = anthropic();
    BatchHome home;
    BatchScene s{api, home};
    api.add(2);
    refuse_first_creation(api, 400);
    const std::string id = s.read(2);
    CHECK_THROWS_AS(s.batches.send(id), Error);
    CHECK(s.part(id).state == PartState::ready);
    s.batches.send(id);
    CHECK(s.part(id).state == PartState::sent);
    CHECK(api.count("GET /batches") == 0);
}

TEST_CASE("batch: where it may have been made it is looked for before it is sent again") {
    for (const int status : {408, 409, 425, 500, 502, 504}) {
        CAPTURE(status);
        FakeApi api;
        BatchHome home;
        BatchScene s{api, home};
        api.last = [status, lost = false](std::string_view call, FakeReply& reply) mutable {
            if (call == "POST /batches" && !std::exchange(lost, true)) reply = FakeReply::error(status, "cannot say");
        };
        const std::string id = s.submit(3);
        CHECK(api.count("POST /batches") == 1);
        CHECK(s.part(id).remote == "b1");
        CHECK_FALSE(s.part(id).supposed);  // its label says so
    }
}

TEST_CASE("batch: what the list refuses says nothing of a creation, which stays charged and is looked for before it is sent again") {
    for (const bool of_anthropic : {false, true})
        for (const int status : {400, 401, 403, 429, 500, 503, 529}) {
            CAPTURE(of_anthropic, status);
            FakeApi api;
            api.anthropic = of_anthropic;
            BatchHome home;
            BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
            lose_first_creation(api);
            api.first = [status](std::string_view call) -> std::optional<FakeReply> {
                if (call == "GET /batches") return FakeReply::error(status, "no list now");
                return std::nullopt;
            };
            const std::string id = s.read(2);
            for (int time = 0; time < 2; ++time) {
                CHECK_THROWS_WITH(s.batches.send(id), contains("no list now"));
                CHECK(s.part(id).state == PartState::sending);
                CHECK(s.spent() == s.part(id).worst);
                CHECK(s.money().charges.size() == 1);
            }
            api.first = {};
            s.batches.send(id);
            CHECK(s.part(id).remote == "b1");
            CHECK(api.count("POST /batches") == 1);
            CHECK(s.spent() == s.part(id).worst);
        }
}

TEST_CASE("batch: what is answered to a later attempt says nothing of a creation that was lost and is not listed yet") {
    for (const bool of_anthropic : {false, true})
        for (const int status : {400, 403, 429, 503}) {
            CAPTURE(of_anthropic, status);
            FakeApi api;
            api.anthropic = of_anthropic;
            BatchHome home;
            BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
            lose_first_creation(api);
            api.first = [&](std::string_view call) -> std::optional<FakeReply> {
                if (call == "GET /batches") return FakeReply{200, dump(Json{{"data", Json::array()}, {"has_more", false}})};
                if (call == "POST /batches" && !api.batches.empty()) return FakeReply::error(status, "not now");
                return std::nullopt;
            };
            const std::string id = s.read(2);
            std::int64_t tried = 0;
            for (int time = 0; time < 2; ++time) {
                CHECK_THROWS_WITH(s.batches.send(id), contains("not now"));
                CHECK(s.part(id).state == PartState::sending);
                CHECK(s.spent() == s.part(id).worst);
                CHECK_FALSE(Batches::may_be_forgotten(s.job(id)));
                CHECK((tried == 0 || s.part(id).tried == tried));  // it is looked for from then on
                tried = s.part(id).tried;
            }
            api.first = {};
            s.batches.send(id);
            CHECK(s.part(id).remote == "b1");
            CHECK(api.batches.size() == 1);
            CHECK(s.spent() == s.part(id).worst);
        }
}

TEST_CASE("batch: where a server lists no batches, a lost creation is not sent again by itself, and can be given up") {
    for (const int status : {404, 405, 501}) {
        CAPTURE(status);
        FakeApi api;
        BatchHome home;
        BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
        lose_first_creation(api);
        api.first = [status](std::string_view call) -> std::optional<FakeReply> {
            if (call == "GET /batches") return FakeReply::error(status, "no such thing");
            return std::nullopt;
        };
        const std::string id = s.read(2);
        for (int time = 0; time < 2; ++time) CHECK_THROWS_WITH(s.batches.send(id), contains("lists no batches") && contains("--batch cancel " + id));
        CHECK(api.count("POST /batches") == 1);
        CHECK(s.part(id).state == PartState::sending);
        CHECK_FALSE(Batches::may_be_forgotten(s.job(id)));
        s.batches.cancel(id);
        CHECK(s.job(id).all(PartState::fetched));
        CHECK_THAT(text_of(s.outcomes(id)[0], "message"), contains("cannot be seen"));
        CHECK(s.spent() == s.part(id).worst);  // it may have been asked
        CHECK(Batches::may_be_forgotten(s.job(id)));
        CHECK(s.read(2) != id);  // and be sent anew
    }
}

TEST_CASE("batch: a creation that did not go out needs no looking for") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 100\n"}};
    api.first = [](std::string_view call) -> std::optional<FakeReply> {
        if (call == "GET /batches") return FakeReply::error(404, "no such thing");
        if (call != "POST /batches") return std::nullopt;
        Error e(Fault::unreachable, "no connection");
        e.unsent = true;
        throw e;
    };
    const std::string id = s.read(2);
    CHECK_THROWS_WITH(s.batches.send(id), contains("no connection"));
    CHECK(s.part(id).state == PartState::ready);
    CHECK(s.spent() == 0);
    api.first = {};
    s.batches.send(id);
    CHECK(api.batches.size() == 1);
}

TEST_CASE("batch: a supposed batch whose results cannot be read is not sent again") {
    FakeApi api = anthropic();
    BatchHome home;
    BatchScene s{api, home};
    lose_first_creation(api);
    const std::string id = s.submit(2);
    REQUIRE(s.part(id).supposed);
    api.last = [](std::string_view call, FakeReply& reply) {
        if (call.ends_with("/results")) reply.body = "<html>502</html>";
    };
    api.end_all();
    CHECK(s.fetch(id));
    CHECK(s.part(id).remote == "b1");
    api.last = {};
    CHECK_FALSE(s.fetch(id));
    CHECK(s.job(id).all(PartState::fetched));
    CHECK(api.count("POST /batches") == 1);
}

TEST_CASE("batch: a lost creation of Anthropic's is supposed to be what looks like it, until its results prove it") {
    FakeApi api = anthropic();
    BatchHome home;
    BatchScene s{api, home};
    lose_first_creation(api);
    const std::string id = s.submit(2);
    CHECK(api.count("POST /batches") == 1);
    CHECK(s.part(id).supposed);
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(s.job(id).all(PartState::fetched));
    CHECK(text_of(s.outcomes(id)[1], "text") == "fine");
}

TEST_CASE("batch: a stranger's batch that was supposed to be ours is let go, and what is ours is sent") {
    FakeApi api = anthropic();
    BatchHome home;
    BatchScene s{api, home};
    const std::string stranger = api.add(2).id;
    api.first = [lost = false](std::string_view call) mutable -> std::optional<FakeReply> {
        if (call == "POST /batches" && !std::exchange(lost, true)) throw Broken{};  // and it does not happen
        return std::nullopt;
    };
    const std::string id = s.submit(2);
    REQUIRE(s.part(id).remote == stranger);
    REQUIRE(s.part(id).supposed);

    SECTION("it is not cancelled") {
        CHECK_THROWS_WITH(s.batches.cancel(id), contains("not cancelled") && contains(stranger));
        CHECK(api.count("POST /batches/" + stranger + "/cancel") == 0);
        CHECK(s.part(id).state == PartState::sent);
    }
    SECTION("it is not deleted") {
        api.end_all();
        BatchJob job = s.job(id);
        s.batches.look(job);
        s.batches.forget(id);
        CHECK(api.removed.empty());
    }
    SECTION("its results are not ours") {
        api.end_all();
        CHECK_FALSE(s.fetch(id));
        CHECK(s.part(id).remote == "b2");
        CHECK_FALSE(s.part(id).supposed);
        CHECK(s.outcomes(id)[0].is_null());
        CHECK(api.count("POST /batches") == 2);
        REQUIRE_FALSE(s.said.empty());
        CHECK_THAT(s.said.back(), contains(stranger + " is not part 1"));
        api.end_all();
        CHECK_FALSE(s.fetch(id));
        CHECK(text_of(s.outcomes(id)[0], "text") == "fine");
    }
}

TEST_CASE("batch: two jobs that took each other's batch for their own get what is theirs, and nothing is sent twice") {
    FakeApi api = anthropic();
    BatchHome home;
    BatchScene s{api, home};
    const auto lose = [&s](std::string_view prompt) {  // killed before it could look
        const std::string id = s.read(2, prompt);
        BatchJob job = s.job(id);
        job.parts[0].state = PartState::sending;
        job.parts[0].tried = unix_microseconds();
        s.store.save(job.parts[0]);
        return id;
    };
    const std::string one = lose("a"), two = lose("b");
    for (const std::string& owner : {two, one}) api.add(2, owner);  // in the other order
    s.batches.send(one);
    s.batches.send(two);
    REQUIRE(s.part(one).remote == "b1");
    REQUIRE(s.part(two).remote == "b2");
    api.end_all();
    CHECK_FALSE(s.fetch(one));
    CHECK(s.part(two).remote == "b1");
    CHECK_FALSE(s.part(two).supposed);
    CHECK_FALSE(s.fetch(two));
    CHECK_FALSE(s.fetch(one));
    for (const std::string& id : {one, two}) {
        CHECK(s.job(id).all(PartState::fetched));
        CHECK(text_of(s.outcomes(id)[0], "text") == "fine");
    }
    CHECK(api.count("POST /batches") == 0);
}

TEST_CASE("batch: what a creation's answer says beats what was only supposed") {
    FakeApi api = anthropic();
    BatchHome home;
    BatchScene s{api, home};
    const std::string one = s.read(2, "a"), two = s.read(2, "b");
    BatchJob waits = s.job(one);
    waits.parts[0].state = PartState::sending;
    waits.parts[0].tried = unix_microseconds();
    s.store.save(waits.parts[0]);
    // the second one's creation happens, the first one looks for its own, and only then the second one hears of it
    api.last = [&](std::string_view call, FakeReply&) {
        if (call != "POST /batches") return;
        BatchScene first{api, home};
        first.batches.send(one);
        REQUIRE(first.part(one).remote == "b1");
    };
    s.batches.send(two);
    CHECK(s.part(two).remote == "b1");
    CHECK_FALSE(s.part(two).supposed);
    CHECK(s.part(one).remote.empty());
    CHECK(s.part(one).state == PartState::sending);
}

TEST_CASE("batch: only batches of about the time at which it was sent look like it") {
    const std::int64_t now = unix_microseconds() / 1'000'000;
    for (const std::int64_t created : {now - 3600, now + 3600}) {
        FakeApi api = anthropic();
        BatchHome home;
        BatchScene s{api, home};
        api.add(2, "other", created);
        api.first = [lost = false](std::string_view call) mutable -> std::optional<FakeReply> {
            if (call == "POST /batches" && !std::exchange(lost, true)) throw Broken{};
            return std::nullopt;
        };
        const std::string id = s.submit(2);
        CHECK(s.part(id).remote == "b2");
        CHECK_FALSE(s.part(id).supposed);
    }
}

TEST_CASE("batch: a lost creation is found behind hundreds of newer ones") {
    for (const bool of_anthropic : {false, true}) {
        FakeApi api;
        api.anthropic = of_anthropic;
        BatchHome home;
        BatchScene s{api, home};
        const std::int64_t now = unix_microseconds() / 1'000'000;
        for (int i = 0; i < 150; ++i) api.add(9, "old", now - 7200);
        api.last = [&, lost = false](std::string_view call, FakeReply&) mutable {
            if (call != "POST /batches" || std::exchange(lost, true)) return;
            for (int i = 0; i < 250; ++i) api.add(9, "new", now + 1);
            throw Broken{};
        };
        const std::string id = s.submit(2);
        CHECK(s.part(id).remote == "b151");
        CHECK(api.count("POST /batches") == 1);
        CHECK(api.count("GET /batches") == (of_anthropic ? 4 : 3));  // of five; what only looks like it is known when all of the time are seen
    }
}

TEST_CASE("batch: no batch is two parts', but one that is taken in may be known by an id that is given again") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string one = s.submit(1);
    api.batches.clear();  // a small server, started anew
    const std::string two = s.read(1);
    CHECK_THROWS_WITH(s.batches.send(two), contains("another's"));
    CHECK(s.part(one).remote == "b1");
    api.batches.clear();
    api.add(1, one);
    api.newest().label = one + "-part-1";
    api.end_all();
    CHECK_FALSE(s.fetch(one));
    api.batches.clear();
    s.submit(1);
    CHECK(api.batches.size() == 1);
}
