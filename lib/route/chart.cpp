#include "route/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace llm {
namespace {

struct Range {
    double low = 0, high = 1;
    double share(double v) const { return high > low ? (v - low) / (high - low) : 0.5; }
};
struct Ranges {
    Range cost, quality;
};

Ranges ranges_of(const RouteReport& report) {
    Ranges r{{1e300, -1e300}, {1e300, -1e300}};
    for (const Strategy& s : report.strategies)
        for (const CurvePoint& p : s.curve) {
            r.cost.low = std::min(r.cost.low, p.cost);
            r.cost.high = std::max(r.cost.high, p.cost);
            r.quality.low = std::min(r.quality.low, p.quality);
            r.quality.high = std::max(r.quality.high, p.quality);
        }
    return r;
}

/// r, l, o, b, and ours A, B, …, upon which nothing is drawn.
char letter_of(const Strategy& s, std::size_t ours) {
    if (s.name == "random") return '.';
    if (s.name == "length") return 'l';
    if (s.name == "oracle") return 'o';
    if (s.name == "best_single") return '*';
    return static_cast<char>('A' + ours % 26);
}

std::string figure(const RouteInterval& i, double RouteFigures::*f) {
    return fmt::format("{:5.1f} % ({:.1f} to {:.1f})", 100 * (i.middle.*f), 100 * (i.low.*f), 100 * (i.high.*f));
}

constexpr std::array colours{"#d95f02", "#7570b3", "#e7298a", "#66a61e", "#1b9e77"};
const char* colour_of(const Strategy& s, std::size_t ours) {
    if (s.name == "random") return "#999999";
    if (s.name == "length") return "#a6761d";
    if (s.name == "oracle") return "#1f78b4";
    if (s.name == "best_single") return "#555555";
    return colours[ours % colours.size()];
}

bool is_ours(const Strategy& s) { return s.name != "random" && s.name != "length" && s.name != "oracle" && s.name != "best_single"; }

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

/// Quality where the curve has that cost.
double quality_at(const std::vector<CurvePoint>& curve, double cost) {
    for (std::size_t i = 1; i < curve.size(); ++i) {
        const CurvePoint &a = curve[i - 1], &b = curve[i];
        if (cost >= std::min(a.cost, b.cost) && cost <= std::max(a.cost, b.cost))
            return b.cost == a.cost ? b.quality : a.quality + (b.quality - a.quality) * (cost - a.cost) / (b.cost - a.cost);
    }
    return std::nan("");
}

}  // namespace

std::string terminal_chart(const RouteReport& report, std::size_t columns, std::size_t rows) {
    const Ranges r = ranges_of(report);
    constexpr std::size_t margin = 9;
    const std::size_t width = std::max<std::size_t>(columns, 40) - margin;
    std::vector<std::string> grid(rows, std::string(width, ' '));
    const auto plot = [&](double cost, double quality, char c) {
        if (!std::isfinite(quality)) return;
        const auto x = static_cast<std::size_t>(std::lround(r.cost.share(cost) * static_cast<double>(width - 1)));
        const auto y = static_cast<std::size_t>(std::lround((1 - r.quality.share(quality)) * static_cast<double>(rows - 1)));
        grid[y][x] = c;
    };
    const auto draw = [&](const Strategy& s, char c) {
        for (std::size_t x = 0; x < width && s.curve.size() > 1; ++x) {
            const double cost = r.cost.low + (r.cost.high - r.cost.low) * static_cast<double>(x) / static_cast<double>(width - 1);
            plot(cost, quality_at(s.curve, cost), c);
        }
        if (s.curve.size() == 1) plot(s.curve.front().cost, s.curve.front().quality, c);
    };
    std::string key;
    std::size_t ours = 0;
    for (const Strategy& s : report.strategies) {
        const char c = letter_of(s, ours);
        key += fmt::format("{}{} {}", key.empty() ? "" : "   ", c, s.name);
        ours += is_ours(s) ? 1 : 0;
    }
    // ours last, so that they lie on top
    for (const Strategy& s : report.strategies)
        if (!is_ours(s)) draw(s, letter_of(s, 0));
    ours = 0;
    for (const Strategy& s : report.strategies)
        if (is_ours(s)) draw(s, letter_of(s, ours++));

    std::string out;
    for (std::size_t y = 0; y < rows; ++y) {
        const double quality = r.quality.high - (r.quality.high - r.quality.low) * static_cast<double>(y) / static_cast<double>(rows - 1);
        std::string line = fmt::format("{} │{}", y % 5 == 0 || y + 1 == rows ? fmt::format("{:6.1f}%", 100 * quality) : std::string(7, ' '), grid[y]);
        while (line.back() == ' ') line.pop_back();
        out += line + '\n';
    }
    out += std::string(8, ' ') + "└";
    for (std::size_t x = 0; x < width; ++x) out += "─";
    const std::string low = fmt::format("{:.3g}", r.cost.low), high = fmt::format("cost a request {:.3g}", r.cost.high);
    out += fmt::format("\n{}{}{:>{}}\n{}{}\n", std::string(margin, ' '), low, high, width - low.size(), std::string(margin, ' '), key);
    return out;
}

std::string svg_chart(const RouteReport& report) {
    constexpr double left = 64, top = 24, width = 420, height = 360;
    const Ranges r = ranges_of(report);
    const auto x = [&](double cost) { return left + width * r.cost.share(cost); };
    const auto y = [&](double quality) { return top + height * (1 - r.quality.share(quality)); };
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 460\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n"
                      "<title>Cost against quality</title>\n<rect width=\"760\" height=\"460\" fill=\"#ffffff\"/>\n";
    for (int i = 0; i <= 5; ++i) {
        const double q = r.quality.low + (r.quality.high - r.quality.low) * i / 5, c = r.cost.low + (r.cost.high - r.cost.low) * i / 5;
        out += fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#dddddd\"/>\n", left, left + width, y(q), y(q));
        out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:.1f} %</text>\n", left - 6, y(q) + 4, 100 * q);
        out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.3g}</text>\n", x(c), top + height + 18, c);
    }
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">cost a request</text>\n", left + width / 2, top + height + 40);
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">quality of {} requests; weak {:.1f} %, strong {:.1f} %</text>\n", left, top - 8, report.requests,
                       100 * report.weak_quality, 100 * report.strong_quality);
    const double enough = 0.95 * report.strong_quality;
    if (enough > r.quality.low && enough < r.quality.high)
        out += fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#555555\" stroke-dasharray=\"4\"/>\n<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"#555555\">95 % of strong</text>\n",
                           left, left + width, y(enough), y(enough), left + 4, y(enough) - 4);
    std::size_t ours = 0;
    double key_y = top + 12;
    for (const Strategy& s : report.strategies) {
        const char* colour = colour_of(s, ours);
        ours += is_ours(s) ? 1 : 0;
        if (s.curve.size() > 1) {
            std::string points;
            for (const CurvePoint& p : s.curve) points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x(p.cost), y(p.quality));
            out += fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" points=\"{}\"/>\n", colour, is_ours(s) ? 2.5 : 1.5, points);
        } else {
            for (const CurvePoint& p : s.curve) out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n", x(p.cost), y(p.quality), colour);
        }
        out += fmt::format("<rect x=\"506\" y=\"{:.1f}\" width=\"12\" height=\"12\" fill=\"{}\"/>\n<text x=\"524\" y=\"{:.1f}\" font-weight=\"bold\">{}</text>\n", key_y - 10, colour,
                           key_y, escaped(s.name));
        out += fmt::format("<text x=\"524\" y=\"{:.1f}\" fill=\"#333333\">for 95 %: {}</text>\n", key_y + 15, figure(s.figures, &RouteFigures::strong_for_95));
        key_y += 40;
    }
    return out + "</svg>\n";
}

}  // namespace llm
