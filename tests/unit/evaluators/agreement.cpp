#include "evaluators/agreement.hpp"

#include "support/catch.hpp"

using namespace llm;

namespace {
using Row = std::vector<std::optional<double>>;
constexpr std::nullopt_t none = std::nullopt;
}  // namespace

TEST_CASE("agreement: Cohen's kappa") {
    // The textbook's table: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no gives .4.
    std::vector<std::string> a, b;
    const auto add = [&](int n, const char* x, const char* y) {
        for (; n > 0; --n) {
            a.emplace_back(x);
            b.emplace_back(y);
        }
    };
    add(20, "yes", "yes");
    add(5, "yes", "no");
    add(10, "no", "yes");
    add(15, "no", "no");
    CHECK(*cohen_kappa(a, b) == Approx(.4));
    CHECK(*cohen_kappa(a, a) == Approx(1));
    CHECK_FALSE(cohen_kappa({}, {}));
    const std::vector<double> x{1, 2, 3, 4, 5}, y{1, 2, 3, 4, 4}, reversed{5, 4, 3, 2, 1};
    CHECK(*weighted_kappa(x, x) == Approx(1));
    CHECK(*weighted_kappa(x, y) > .9);
    CHECK(*weighted_kappa(x, reversed) == Approx(-1));
}

TEST_CASE("agreement: Krippendorff's alpha is his own example's") {
    // Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: twelve units, four observers, missing data.
    const std::vector<Row> units{{1, 1, none, 1}, {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3}, {2, 2, 2, 2}, {1, 2, 3, 4}, {4, 4, 4, 4}, {1, 1, 2, 1}, {2, 2, 2, 2}, {none, 5, 5, 5}, {none, none, 1, 1}, {none, none, 3, none}};
    CHECK(*krippendorff_alpha(units, Level::nominal) == Approx(.743).margin(.0005));
    CHECK(*krippendorff_alpha(units, Level::ordinal) == Approx(.815).margin(.0005));
    CHECK(*krippendorff_alpha(units, Level::interval) == Approx(.849).margin(.0005));
    CHECK_FALSE(krippendorff_alpha(std::vector<Row>{{1, none}}, Level::nominal));
}

TEST_CASE("agreement: leniency, length and position show") {
    std::vector<Rated> items;
    for (int i = 0; i < 20; ++i) {
        Rated r;
        r.human = 1 + i % 4;
        r.length = static_cast<std::size_t>(10 + i * 7);
        r.judge = r.human + (i >= 10 ? 1 : 0);  // likes what is long
        r.swapped = i < 5 ? r.judge - 1 : r.judge;
        items.push_back(r);
    }
    const Agreement a = agreement_of(items);
    CHECK(a.items == 20);
    CHECK(a.exact == Approx(.5));
    CHECK(a.bias == Approx(.5));
    CHECK(*a.length_bias > .8);
    CHECK(*a.position_flips == Approx(.25));
    CHECK(*a.position_bias == Approx(.25));
    CHECK(*a.kappa < 1);
    CHECK(*a.alpha < 1);
    CHECK_FALSE(a.people_alpha);
    CHECK(to_json(a)["items"] == 20);
    CHECK(to_json(agreement_of({})) == Json({{"items", 0}, {"exact", 0.0}, {"bias", 0.0}}));
}
