// What batches cost: charged at worst when sent, once; settled by what each answer did cost, once.
#include "scene.hpp"

using namespace llm;

namespace {

const std::string a_day = std::string{dear} + "[budget]\nday = 50\n";

}  // namespace

TEST_CASE("batch money: the worst is charged by name, and settled by what the answers cost") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, a_day};
    const std::string id = s.submit(3);
    CHECK(s.spent() == s.part(id).worst);
    CHECK(s.spent() > 3 * one_answer);
    REQUIRE(s.money().charges.size() == 1);
    CHECK_THAT(s.money().charges[0].name, contains(id));
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(s.spent() == 3 * one_answer);
    CHECK(s.money().charges.empty());
    CHECK(member(s.outcomes(id)[0], "cost").get<double>() == Approx(.019));
}

TEST_CASE("batch money: looking beside a collector gives nothing back twice") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, a_day};
    const std::string other = s.submit(5), id = s.submit(2);
    const Nano before = s.part(other).worst;
    BatchJob seen = s.job(id);  // by a `status` that is slow
    api.end_all();
    api.of("b1").status = "in_progress";
    CHECK_FALSE(s.fetch(id));
    CHECK(s.spent() == before + 2 * one_answer);
    s.batches.look(seen);
    CHECK(s.part(id).state == PartState::fetched);
    CHECK_FALSE(s.fetch(id));
    CHECK_FALSE(s.fetch(id));
    CHECK(s.spent() == before + 2 * one_answer);
}

TEST_CASE("batch money: killed between taking in and settling, the next one settles") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, a_day};
    const std::string id = s.submit(2);
    const Nano worst = s.spent();
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    // as it would stand
    s.store.db().run("UPDATE part SET charged = worst WHERE job = ?1", id);
    PaceStore pace{pace_path(s.settings, s.environment)};
    pace.db().run("INSERT INTO charge (name, day, amount, model, at) VALUES (?1, ?2, ?3, 'p/m', 0)", charge_name(id, s.part(id)), day_of(pace.now()), worst);
    pace.db().run("UPDATE day SET spent = ?1", worst);
    CHECK_FALSE(s.fetch(id));
    CHECK(s.spent() == 2 * one_answer);
    CHECK(s.part(id).charged == 0);
}

TEST_CASE("batch money: between the parts of a submission there is no room for others") {
    FakeApi api;
    BatchHome home;
    const auto small = [](BatchSetup& b) { b.part_requests = 1; };
    Nano worst = 0;
    {
        BatchScene s{api, home, dear, small};
        worst = s.part(s.read(3)).worst;
        s.store.drop(s.store.jobs().front().id);
    }
    const std::string tight = fmt::format("{}[budget]\nday = {}\n", dear, dollars(3 * worst + worst / 2));
    BatchScene s{api, home, tight, small};
    int tried = 0;
    api.first = [&](std::string_view call) -> std::optional<FakeReply> {
        if (call == "POST /batches") {
            PaceStore pace{pace_path(s.settings, s.environment)};
            Budget other{pace, {std::nullopt, nano(s.settings.number("budget.day").value())}, "other"};
            CHECK(other.reserve(worst, "p/m", Sent::yes).fit != Fit::yes);
            ++tried;
        }
        return std::nullopt;
    };
    const std::string id = s.submit(3);
    CHECK(tried == 3);
    CHECK(s.money().charges.size() == 3);
    CHECK(s.spent() == 3 * worst);
    CHECK(s.money().days.front().held == 0);
}

TEST_CASE("batch money: a charge made just before a kill is not made again") {
    FakeApi api;
    BatchHome home;
    std::string id;
    Nano worst = 0;
    {
        BatchScene s{api, home, a_day};
        api.first = [](std::string_view call) -> std::optional<FakeReply> {
            if (call == "POST /files") throw std::runtime_error("killed");
            return std::nullopt;
        };
        id = s.read(2);
        CHECK_THROWS_WITH(s.batches.send(id), "killed");
        worst = s.spent();
        CHECK(worst > 0);
    }
    api.first = {};
    BatchScene s{api, home, a_day};
    s.batches.send(id);
    CHECK(s.spent() == worst);
    CHECK(s.money().charges.size() == 1);
}

TEST_CASE("batch money: what is turned down for good is given back at once, what may be there stays charged") {
    for (const int status : {400, 500}) {
        CAPTURE(status);
        FakeApi api;
        BatchHome home;
        BatchScene s{api, home, a_day, [](BatchSetup& b) { b.server.retries = 0; }};
        api.first = [status](std::string_view call) -> std::optional<FakeReply> {
            if (call == "POST /batches") return FakeReply::error(status, "no");
            return std::nullopt;
        };
        const std::string id = s.read(2);
        CHECK_THROWS_AS(s.batches.send(id), Error);
        CHECK(s.spent() == (status == 400 ? 0 : s.part(id).worst));
    }
}

TEST_CASE("batch money: a budget that is set later holds for what was read without one") {
    FakeApi api;
    BatchHome home;
    std::string id;
    {
        BatchScene s{api, home, dear};
        id = s.read(2);
        CHECK(s.part(id).worst > 0);
    }
    {
        BatchScene s{api, home, dear, [](BatchSetup& b) { b.pace.budget = .01; }};
        CHECK_THROWS_WITH(s.batches.send(id), contains("may cost") && contains("--budget"));
        CHECK(api.calls.empty());
    }
    BatchScene s{api, home, dear, [](BatchSetup& b) { b.pace.budget = 100; }};
    s.batches.send(id);
    CHECK(s.spent() == s.part(id).worst);
}

TEST_CASE("batch money: a price that was not known when it was read is asked for, or assumed") {
    FakeApi api;
    BatchHome home;
    std::string id;
    {
        BatchScene s{api, home};
        id = s.read(2);
        CHECK(s.part(id).worst == 0);
    }
    {
        CallOptions counted;
        BatchScene s{api, home, "[budget]\nday = 50\n"};
        CHECK_THROWS_WITH(s.batches.send(id), contains("price of p/m is unknown"));
        CHECK(api.calls.empty());
    }
    BatchScene s{api, home, dear + std::string{"[budget]\nday = 50\n"}};
    s.batches.send(id);
    CHECK(s.spent() == s.part(id).worst);
    CHECK(s.spent() > 0);
}

TEST_CASE("batch money: it waits while calls in flight may cost less than they could") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, a_day};
    PaceStore pace{pace_path(s.settings, s.environment)};
    Budget call{pace, {std::nullopt, nano(50)}, "call"};
    const auto held = call.reserve(nano(49.9), "p/m", Sent::yes);
    REQUIRE(held.fit == Fit::yes);
    s.on_wait = [&] {
        if (s.waited.size() == 3) call.settle(held.id, nano(.1));
    };
    s.submit(2);
    CHECK(s.waited.size() == 3);
    CHECK(api.batches.size() == 1);
}

TEST_CASE("batch money: an answer that cannot be read costs its own worst, one that breaks its schema what it did cost") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, a_day};
    const Json schema{{"type", "object"}};
    const std::string id = s.read(std::vector<Json>{Json{{"prompt", "short"}}, Json{{"prompt", "schema"}, {"schema", schema}}, Json{{"prompt", std::string(5000, 'x')}}});
    s.batches.send(id);
    api.answer = [](const std::string& custom_id) {
        Json a = FakeApi::text("no JSON");
        if (custom_id.ends_with("-1")) a["choices"] = Json::array();
        if (custom_id.ends_with("-3")) a.erase("usage");
        return a;
    };
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    const auto out = s.outcomes(id);
    CHECK(text_of(out[0], "fault") == "provider");
    CHECK(text_of(out[1], "fault") == "schema");
    CHECK(text_of(out[2], "text") == "no JSON");
    CHECK(member(out[2], "cost").is_null());
    const auto cost = [&](int place) { return s.store.db().value<Nano>("SELECT cost FROM item WHERE place = ?1", place).value(); };
    const auto worst = [&](int place) {
        const auto in = s.store.db().value<long>("SELECT input FROM item WHERE place = ?1", place).value();
        return s.part(id).rates.worst(in, s.store.db().value<long>("SELECT output FROM item WHERE place = ?1", place).value()).value();
    };
    CHECK(cost(1) == worst(1));
    CHECK(cost(2) == one_answer);
    CHECK(cost(3) == worst(3));
    CHECK(worst(3) > worst(1) + nano(4));
    CHECK(s.spent() == cost(1) + cost(2) + cost(3));
}

TEST_CASE("batch money: the price is that of the day it was submitted") {
    FakeApi api;
    BatchHome home;
    std::string id;
    {
        BatchScene s{api, home, a_day};
        id = s.submit(1);
    }
    BatchScene s{api, home, "[model.\"p/m\"]\ninput = 1\noutput = 1\n"};
    api.end_all();
    CHECK_FALSE(s.fetch(id));
    CHECK(member(s.outcomes(id)[0], "cost").get<double>() == Approx(.019));
    CHECK(s.spent() == one_answer);
}

TEST_CASE("batch money: what is removed uncollected stays paid, and leaves the list") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, a_day};
    const std::string id = s.submit(2);
    const Nano worst = s.spent();
    s.batches.forget(id);
    CHECK(s.spent() == worst);
    CHECK(s.money().charges.empty());
}

TEST_CASE("batch money: what waited and may have been sent again stays paid, and is not forgotten") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home, a_day};
    const std::string id = s.submit(2);
    const Nano worst = s.spent();
    api.newest().status = "failed";
    api.newest().errors = Json{{"data", {{{"code", "token_limit_exceeded"}, {"message", "Enqueued token limit reached."}}}}};
    CHECK_FALSE(s.fetch(id));
    REQUIRE(s.part(id).state == PartState::waiting);
    CHECK(Batches::may_be_forgotten(s.job(id)));
    const auto a_minute_passes = [&s] { s.store.db().run("UPDATE part SET over = over - 60000000"); };

    const auto answer_creations = [&](int status, bool made) {
        api.first = [=, &api](std::string_view call) -> std::optional<FakeReply> {
            if (call == "GET /batches" && api.count("POST /batches") > 1) return FakeReply::error(500, "no list now");
            if (call == "POST /batches" && !made) return FakeReply::error(status, "no");
            return std::nullopt;
        };
        api.last = [=](std::string_view call, FakeReply& reply) {
            if (call == "POST /batches") reply = FakeReply::error(status, "no");
        };
    };
    SECTION("not where a server that lists none turned it down") {
        api.first = [](std::string_view call) -> std::optional<FakeReply> {
            if (call == "GET /batches") return FakeReply::error(404, "no such thing");
            return std::nullopt;
        };
        s.batches.cancel(id);
        CHECK(s.job(id).all(PartState::fetched));
        CHECK_THAT(text_of(s.outcomes(id)[0], "message"), contains("cancelled before this was sent"));
        CHECK(s.spent() == 0);
    }
    SECTION("not where it is told that it was not made") {
        answer_creations(400, false);
        a_minute_passes();
        CHECK(s.fetch(id));
        CHECK(s.part(id).state == PartState::waiting);
        CHECK(Batches::may_be_forgotten(s.job(id)));
        s.batches.forget(id);
        CHECK(s.spent() == 0);
    }
    SECTION("where that was lost") {
        answer_creations(504, true);
        a_minute_passes();
        CHECK(s.fetch(id));
        CHECK(api.batches.size() == 2);
        CHECK(s.part(id).state == PartState::waiting);
        CHECK(Batches::is_running(s.job(id)));
        CHECK_FALSE(Batches::may_be_forgotten(s.job(id)));
        CHECK_THROWS_AS(s.batches.cancel(id), Error);
        CHECK_FALSE(Batches::may_be_forgotten(s.job(id)));
        CHECK(s.spent() == worst);
        api.first = {};
        api.last = {};
        s.batches.cancel(id);
        CHECK(s.part(id).remote == "b2");
        CHECK_FALSE(s.part(id).lost);
        CHECK(api.of("b2").status == "cancelling");
    }
    SECTION("where that was lost, and nobody can see it") {
        answer_creations(504, true);
        a_minute_passes();
        CHECK(s.fetch(id));
        api.first = [](std::string_view call) -> std::optional<FakeReply> {
            if (call == "GET /batches") return FakeReply::error(404, "no such thing");
            return std::nullopt;
        };
        s.batches.cancel(id);
        CHECK_THAT(text_of(s.outcomes(id)[0], "message"), contains("cannot be seen"));
        CHECK(s.spent() == worst);
    }
}

TEST_CASE("batch rates: a batch costs the part of the direct price that the settings say") {
    const Environment nowhere{{{"HOME", "/nowhere"}}};
    const auto factor = [&](std::string_view toml, std::string_view model) {
        const Settings settings = Settings::parse(toml, "config.toml", nowhere);
        return batch_rates(Models{settings, nowhere}.resolve(model), settings, {}).factor;
    };
    const std::string own = "[provider.p]\nbase_url = \"http://127.0.0.1:9/v1\"\n";
    CHECK(factor("", "openai/gpt-5-mini") == .5);
    CHECK(factor("", "anthropic/claude-haiku-4-5") == .5);
    CHECK(factor("", "groq/openai/gpt-oss-20b") == .5);
    CHECK(factor("", "mistral/mistral-small-latest") == 1);
    CHECK(factor(own, "p/m") == 1);
    CHECK(factor(own + "batch_price = 0.6\n", "p/m") == .6);
    CHECK(factor(own + "batch_price = 0.6\n[model.\"p/m\"]\nbatch_price = 0.25\n", "p/m") == .25);
    CHECK(factor(own + "batch_price = 0.6\n[model.\"p/*\"]\nbatch_price = 0.3\n", "p/m") == .3);
    CHECK_THROWS_WITH(factor(own + "batch_price = -1\n", "p/m"), contains("batch_price must be 0 or more"));
}

TEST_CASE("batch rates: are read again as they were written") {
    BatchRates r;
    r.price.input = 1.25;
    r.price.output = 10;
    r.price.cached = .125;
    r.price.steps.push_back({Rates{2.5, 15, {}, {}}, 200'000});
    r.factor = .5;
    CHECK(batch_rates_of(to_text(r)) == r);
    CHECK(r.worst(1'000'000, 0) == nano(1.25));
    r.assumed = true;
    CHECK(batch_rates_of(to_text(r)) == r);
    CHECK_FALSE(batch_rates_of("").known());
}
