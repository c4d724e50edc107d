#include "route/chart.hpp"

#include "support/catch.hpp"

#include <sstream>

using namespace llm;

namespace {

RouteReport small() {
    std::vector<OutcomeRow> rows;
    std::vector<double> scores;
    for (int i = 0; i < 40; ++i) {
        OutcomeRow row;
        row.outcome = {"question " + std::string(static_cast<std::size_t>(i), 'x'), "", i % 3 == 0 ? 0.0 : 1.0, 1};
        scores.push_back(i % 3 == 0 ? 1 - 0.001 * i : 0.2);
        rows.push_back(std::move(row));
    }
    ReportOptions options;
    options.draws = 20;
    return make_report(rows, {{"mine & <yours>", scores, Plan::route}}, options);
}

}  // namespace

TEST_CASE("report: ours stands between chance and the oracle, and the best single model beside them") {
    const RouteReport r = small();
    REQUIRE(r.strategies.size() == 5);
    const auto apgr = [&](std::size_t i) { return r.strategies[i].figures.middle.apgr; };
    CHECK(r.strategies[0].name == "random");
    CHECK(r.strategies[1].name == "length");
    CHECK(r.strategies[3].name == "best_single");
    CHECK(r.strategies[4].name == "oracle");
    CHECK(apgr(2) == Approx(apgr(4)));
    CHECK(apgr(2) > apgr(0));
    CHECK(r.strategies[3].figures.middle.aiq == Approx(1.0));
    CHECK(r.strategies[3].figures.middle.strong_for_95 == 1);
    REQUIRE(r.strategies[2].above_length);
    const Json line = to_json(r.strategies[2]);
    for (const char* figure : {"strong_for_95", "apgr", "cpt50", "cpt80", "aiq"}) {
        const double value = line[figure]["value"], low = line[figure]["low"], high = line[figure]["high"];
        CHECK(low <= value + 1e-9);
        CHECK(value <= high + 1e-9);
    }
}

TEST_CASE("chart: no line is wider than the terminal, and every strategy is in it") {
    const RouteReport r = small();
    for (const std::size_t columns : {40U, 60U, 100U}) {
        std::istringstream lines{terminal_chart(r, columns)};
        std::size_t n = 0;
        for (std::string line; std::getline(lines, line); ++n) {
            std::size_t width = 0;
            for (const char c : line) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
            if (line.find("random") == std::string::npos) CHECK(width <= columns);
        }
        CHECK(n == 19);
    }
    for (const char mark : {'.', 'l', 'A', '*', 'o'}) CHECK(terminal_chart(r, 80).find(mark) != std::string::npos);
}

TEST_CASE("chart: the SVG is well-formed whatever the router's name, and the same every time") {
    const std::string svg = svg_chart(small());
    CHECK(svg == svg_chart(small()));
    CHECK_THAT(svg, contains("mine &amp; &lt;yours&gt;"));
    CHECK(svg.find("<yours>") == std::string::npos);
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(svg.find("nan") == std::string::npos);
}
