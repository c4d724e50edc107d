#include "text/similarity.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace llm;
using List = std::vector<std::string>;

TEST_CASE("similarity: BM25 gives the value of its formula") {
    const std::vector<List> passages{{"cat", "sat", "mat"}, {"cat", "cat", "dog"}, {"bird"}};
    const Bm25 bm25(passages);
    const List query{"cat"};
    const auto scores = bm25.scores(query);
    const double idf = std::log(1 + (3 - 2 + 0.5) / 2.5);
    const double mean = 7.0 / 3;
    const double norm = 1.2 * (0.25 + 0.75 * 3 / mean);
    REQUIRE(scores.size() == 3);
    CHECK(scores[0] == Approx(idf * 1 * 2.2 / (1 + norm)));
    CHECK(scores[1] == Approx(idf * 2 * 2.2 / (2 + norm)));
    CHECK(scores[2] == 0);
    CHECK(bm25.idf("bird") > bm25.idf("cat"));
    CHECK(bm25.idf("whale") > bm25.idf("bird"));
    CHECK(Bm25({}).scores(query).empty());
}

TEST_CASE("similarity: Jaccard counts sets, not lists") {
    CHECK(jaccard(List{"a", "b", "b"}, List{"b", "a"}) == 1);
    CHECK(jaccard(List{"a", "b"}, List{"b", "c"}) == Approx(1.0 / 3));
    CHECK(jaccard(List{}, List{}) == 1);
    CHECK(jaccard(List{}, List{"a"}) == 0);
}

TEST_CASE("similarity: bounded Levenshtein agrees with the plain one wherever it answers") {
    std::mt19937 random(2);
    for (int n = 0; n < 4000; ++n) {
        std::string a(random() % 9, ' '), b(random() % 9, ' ');
        for (char& c : a) c = static_cast<char>('a' + random() % 3);
        for (char& c : b) c = static_cast<char>('a' + random() % 3);
        const std::size_t plain = edit_distance(a, b);
        for (std::size_t limit = 0; limit < 11; ++limit) {
            INFO(a << " / " << b << " limit " << limit);
            const auto bounded = levenshtein(a, b, limit);
            CHECK(bounded.has_value() == (plain <= limit));
            if (bounded) CHECK(*bounded == plain);
        }
    }
}

TEST_CASE("similarity: Levenshtein counts code points, not bytes") {
    CHECK(levenshtein("naïve", "naive", 3) == 1);
    CHECK(levenshtein("日本", "日光", 3) == 1);
    CHECK(levenshtein("", "", 0) == 0);
    CHECK(levenshtein("abc", "", 3) == 3);
    CHECK_FALSE(levenshtein("abc", "", 2));
}

TEST_CASE("similarity: a common subsequence is one of both, and as long as can be") {
    const List a{"from", "x", "to", "y"}, b{"from", "y", "to", "x"};
    const auto pairs = common_subsequence(a, b);
    CHECK(pairs.size() == 2);
    for (const auto& [i, j] : pairs) CHECK(a[i] == b[j]);
    CHECK(common_subsequence(a, a).size() == 4);
    CHECK(common_subsequence(a, List{}).empty());
}
