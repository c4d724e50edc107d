#include "route/splits.hpp"

#include "support/catch.hpp"

#include <set>

using namespace llm;

TEST_CASE("splits: a prompt's fold depends on the prompt and the seed alone") {
    std::set<std::size_t> seen;
    int moved = 0;
    for (int i = 0; i < 200; ++i) {
        const std::string prompt = "question " + std::to_string(i);
        CHECK(fold_of(prompt, 5, 1) == fold_of(prompt, 5, 1));
        moved += fold_of(prompt, 5, 1) != fold_of(prompt, 5, 2) ? 1 : 0;
        seen.insert(fold_of(prompt, 5, 1));
    }
    CHECK(seen.size() == 5);
    CHECK(moved > 100);
}

TEST_CASE("splits: a group is never on both sides, and no fold is empty") {
    std::vector<std::string> groups;
    for (int i = 0; i < 100; ++i) groups.push_back("g" + std::to_string(i % 7));
    const auto folds = folds_by_group(groups, 5, 3);
    for (std::size_t i = 7; i < folds.size(); ++i) CHECK(folds[i] == folds[i - 7]);
    CHECK(std::set<std::size_t>(folds.begin(), folds.end()).size() == 5);
}
