#include "route/train.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {

OutcomeReader reader(OutcomeReader::Options options = {}) { return OutcomeReader{std::move(options)}; }

Record record(const char* line) { return Record::parse(line, 1); }

OutcomeReader::Options two_models() {
    OutcomeReader::Options o;
    o.side_of = [](std::string_view name) -> std::optional<Side> {
        if (name == "a/small") return Side::weak;
        if (name == "a/large") return Side::strong;
        return {};
    };
    return o;
}

}  // namespace

TEST_CASE("train: outcomes are read as right or wrong, as a score, and as a rating on a scale of its own") {
    OutcomeReader r = reader();
    r.add(record(R"({"prompt":"p","weak":{"correct":true,"text":"t","cost":0.1},"strong":{"correct":false}})"));
    r.add(record(R"({"messages":[{"role":"user","content":"early"},{"role":"assistant","content":"a"},{"role":"user","content":"late"}],"weak":{"score":0.25},"strong":{"score":1}})"));
    r.add(record(R"({"prompt":"x","weak":{"rating":2},"strong":{"rating":10}})"));
    r.add(record(R"({"prompt":"y","weak":{"rating":6},"strong":{"rating":8}})"));
    const auto rows = r.take();
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].outcome.weak == 1);
    CHECK(rows[0].outcome.strong == 0);
    CHECK(rows[0].outcome.answer == "t");
    CHECK(rows[0].weak_cost == Approx(0.1));
    CHECK(rows[1].outcome.prompt == "late");
    CHECK(rows[1].outcome.weak == Approx(0.25));
    CHECK(rows[2].outcome.weak == 0);
    CHECK(rows[3].outcome.weak == Approx(0.5));
    CHECK(rows[3].outcome.strong == Approx(0.75));
}

TEST_CASE("train: verdicts of two models are joined by id, from record or journal") {
    OutcomeReader::Options o = two_models();
    o.logged = [](std::string_view id, Side side) -> std::optional<LoggedAnswer> {
        if (id != "7") return {};
        return LoggedAnswer{"logged question", side == Side::weak ? "weak words" : "strong words", 0.5};
    };
    OutcomeReader r = reader(std::move(o));
    r.add(record(R"({"id":7,"model":"a/small","eval":{"pass":false,"score":0}})"));
    r.add(record(R"({"id":"k","prompt":"own","response":{"text":"hm","provider":"a","model":"small"},"eval":{"pass":true}})"));
    r.add(record(R"({"id":7,"model":"a/large","eval":{"pass":true,"score":0.9}})"));
    const auto rows = r.take();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].outcome.prompt == "logged question");
    CHECK(rows[0].outcome.answer == "weak words");
    CHECK(rows[0].outcome.strong == Approx(0.9));
    CHECK(rows[0].strong_cost == Approx(0.5));
    CHECK(rows[1].outcome.answer == "hm");
    // the strong model was not asked about k: its mean over the others
    CHECK(rows[1].outcome.strong == Approx(0.9));
    CHECK(r.assumed() == 1);
}

TEST_CASE("train: a record without the weak outcome is left out and counted") {
    OutcomeReader r = reader();
    r.add(record(R"({"prompt":"p","strong":{"correct":true}})"));
    CHECK(r.take().empty());
    CHECK(r.incomplete() == 1);
}

TEST_CASE("train: what cannot be an outcome is refused by the member's name") {
    const auto said = [](OutcomeReader r, const char* line) {
        try {
            r.add(record(line));
            r.take();
        } catch (const Error& e) {
            CHECK(e.fault == Fault::data);
            return std::string{e.what()};
        }
        return std::string{"accepted"};
    };
    CHECK_THAT(said(reader(), R"({"prompt":"p"})"), contains("tells no outcome"));
    CHECK_THAT(said(reader(), R"({"prompt":"p","weak":3})"), contains("'weak' is no object"));
    CHECK_THAT(said(reader(), R"({"prompt":"p","weak":{"score":7}})"), contains("rating"));
    CHECK_THAT(said(reader(two_models()), R"({"prompt":"p","eval":{"pass":true}})"), contains("'id'"));
    CHECK_THAT(said(reader(two_models()), R"({"id":1,"prompt":"p","model":"b/c","eval":{"pass":true}})"), contains("--weak"));
    CHECK_THAT(said(reader(two_models()), R"({"id":1,"model":"a/small","eval":{"pass":true}})"), contains("--from-log"));
    CHECK_THAT(said(reader(), R"({"prompt":"p","weak":{"rating":3},"strong":{"rating":3}})"), contains("all ratings"));
}

TEST_CASE("train: a row is never scored by a router that was trained on its prompt or its group") {
    // Outcomes are a coin's; only memory could tell them apart.
    std::vector<OutcomeRow> rows;
    for (int i = 0; i < 120; ++i) {
        OutcomeRow row;
        row.outcome = {"about subject" + std::to_string(i / 6) + " and word" + std::to_string(i * 7919 % 1000), "", (i / 6) % 2 == 0 ? 1.0 : 0.0, 1};
        row.group = "subject" + std::to_string(i / 6);
        rows.push_back(std::move(row));
    }
    const BuiltinEmbedder embedder;
    LearnOptions options;
    options.penalty = 1;
    const auto apgr = [&](Apart apart) {
        const auto scores = scores_kept_out(rows, 5, apart, 0, options, embedder);
        return route_figures(scored_rows(rows, scores, {})).apgr;
    };
    // by prompt the subject's other questions give it away; by subject nothing does
    CHECK(apgr(Apart::prompts) > 0.7);
    CHECK(apgr(Apart::groups) < 0.65);
}
