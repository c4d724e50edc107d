#include "route/learn.hpp"

#include "base/error.hpp"
#include "route/metrics.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace llm;

namespace {

const BuiltinEmbedder& embedder() {
    static const BuiltinEmbedder one;
    return one;
}

/// The weak model fails on chemistry, and its wrong answers break off.
std::vector<Outcome> outcomes(int from, int to) {
    const char* easy[] = {"Where is the river", "Who painted the picture", "When was the king born"};
    const char* hard[] = {"Balance the reaction of the acid", "Give the molar mass of the salt",
                          "Name the catalyst of the reaction"};
    std::vector<Outcome> out;
    for (int i = from; i < to; ++i) {
        const bool is_hard = i % 2 == 0;
        Outcome o;
        o.prompt = std::string{(is_hard ? hard : easy)[i / 2 % 3]} + " number " + std::to_string(i) + "?";
        o.weak = is_hard ? 0 : 1;
        o.strong = 1;
        o.answer = is_hard ? "It follows that 3 + 4 = 8 and so th" : "It is the one. 3 + 4 = 7. #### 7";
        out.push_back(std::move(o));
    }
    return out;
}

}  // namespace

TEST_CASE(
    "learn: a router trained on outcomes sends what resembles the weak model's failures to the strong one") {
    const Router router = Router::train(outcomes(0, 120), embedder());
    CHECK(router.score("Balance the reaction of this salt?") > 0.5);
    CHECK(router.score("Who painted the king?") < 0.3);
    CHECK(router.typical() == Approx(0.5).margin(0.1));
}

TEST_CASE("learn: a scorer of answers judges by the answer where the prompt is the same") {
    auto mixed = outcomes(0, 120);
    for (auto& o : mixed) o.prompt = "How many are there, number 3 and 4?";
    for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i].prompt += std::string(i / 2 + 1, ' ');
    LearnOptions options;
    options.evidence = Evidence::answer;
    const Router router = Router::train(mixed, embedder(), options);
    const char* prompt = "How many are there, number 3 and 4?";
    CHECK(router.score(prompt, "So 3 + 4 = 8 and so th") > router.score(prompt, "3 + 4 = 7. #### 7") + 0.3);
}

TEST_CASE("learn: training twice gives the same router, byte by byte") {
    CHECK(dump(Router::train(outcomes(0, 60), embedder()).to_json()) ==
          dump(Router::train(outcomes(0, 60), embedder()).to_json()));
}

TEST_CASE("learn: a router that was saved and loaded scores the same") {
    for (const Evidence evidence : {Evidence::prompt, Evidence::answer}) {
        for (const std::size_t neighbours : {std::size_t{0}, std::size_t{5}}) {
            LearnOptions options;
            options.evidence = evidence;
            options.neighbours = neighbours;
            const Router router = Router::train(outcomes(0, 60), embedder(), options);
            const Json saved = Json::parse(dump(router.to_json()));
            const Router loaded = Router::from_json(saved, embedder());
            CHECK(loaded.evidence() == evidence);
            CHECK(loaded.score("Balance the acid", "3 + 4 = 9") ==
                  Approx(router.score("Balance the acid", "3 + 4 = 9")).epsilon(1e-9));
            if (neighbours == 0) CHECK(dump(saved).size() < 300'000);
        }
    }
}

TEST_CASE("learn: another embedder's, a newer and a damaged router are refused by name") {
    const Json good = Router::train(outcomes(0, 60), embedder()).to_json();
    const auto message = [](const Json& json) {
        try {
            Router::from_json(json, embedder());
        } catch (const Error& e) {
            CHECK(e.fault == Fault::data);
            return std::string{e.what()};
        }
        return std::string{};
    };
    CHECK(message(good).empty());
    Json bad = good;
    bad["embedder"] = "builtin-256-00000000";
    CHECK_THAT(message(bad), contains("builtin-256-00000000"));
    bad = good;
    bad["llm-router"] = 99;
    CHECK_THAT(message(bad), contains("version 99"));
    CHECK_THAT(message(Json::array()), contains("no router"));
    for (const auto& [key, value] : good.items()) {
        if (key == "llm-router" || key == "embedder") continue;
        bad = good;
        bad.erase(key);
        INFO(key);
        CHECK_FALSE(message(bad).empty());
    }
    bad = good;
    bad["heads"][0]["dense"].push_back(1);
    CHECK_THAT(message(bad), contains("dense"));
}

TEST_CASE("learn: too few outcomes, or models that never differ, are refused") {
    CHECK_THROWS_AS(Router::train(outcomes(0, 10), embedder()), Error);
    auto alike = outcomes(0, 60);
    for (auto& o : alike) o.weak = 1;
    CHECK_THROWS_AS(Router::train(alike, embedder()), Error);
}

TEST_CASE("learn: the threshold sends the wanted share of scores to the strong model") {
    const double scores[] = {0.1, 0.2, 0.3, 0.4};
    const auto sent = [&](double share) {
        const double at = Router::threshold_for(scores, share);
        return std::count_if(std::begin(scores), std::end(scores), [&](double s) { return s >= at; });
    };
    CHECK(sent(0) == 0);
    CHECK(sent(0.25) == 1);
    CHECK(sent(0.5) == 2);
    CHECK(sent(1) == 4);
}

TEST_CASE("learn: a router knows its threshold after saving, and how much of a set it was trained on") {
    const std::vector<Outcome> all = outcomes(0, 200);
    Router router = Router::train(all, embedder());
    CHECK_FALSE(router.threshold());
    router.set_threshold(0.25);
    const Router loaded = Router::from_json(router.to_json(), embedder());
    CHECK(loaded.threshold() == Approx(0.25));
    std::vector<std::string_view> seen, half;
    const std::vector<Outcome> others = outcomes(1000, 1200);
    for (std::size_t i = 0; i < all.size(); ++i) {
        seen.push_back(all[i].prompt);
        half.push_back(i % 2 == 0 ? all[i].prompt : others[i].prompt);
    }
    CHECK(loaded.seen(seen) == 1);
    CHECK(loaded.seen(half) == Approx(0.5));
    std::vector<std::string_view> unseen;
    for (const Outcome& o : others) unseen.push_back(o.prompt);
    CHECK(loaded.seen(unseen) == 0);
}

TEST_CASE("learn: of many prompts a sketch is kept, and it estimates the share seen") {
    const std::vector<Outcome> all = outcomes(0, 2000), others = outcomes(10000, 12000);
    LearnOptions quick;
    quick.calibration_folds = 0;
    quick.words = 0;
    const Router router = Router::train(all, embedder(), quick);
    std::vector<std::string_view> mixed;
    for (std::size_t i = 0; i < all.size(); ++i) mixed.push_back(i % 4 == 0 ? all[i].prompt : others[i].prompt);
    CHECK(router.seen(mixed) == Approx(0.25).margin(0.1));
}
