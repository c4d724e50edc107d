#include "cache/calibrate.hpp"

#include <fmt/format.h>

namespace llm {
namespace {

constexpr int lowest = 50, highest = 100;

constexpr double left = 60, top = 20, width = 560, height = 320;

template <typename Value>
std::string line(const Calibration& c, std::string_view colour, Value value) {
    std::string points;
    for (const ThresholdFigures& f : c.curve)
        points += fmt::format("{:.1f},{:.1f} ", left + width * (f.threshold - 0.5) / 0.5, top + height * (1 - value(f)));
    return fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"{}\"/>\n", colour, points);
}

}  // namespace

Calibration calibrate(const std::vector<JudgedPair>& pairs, double max_error, double confidence) {
    Calibration out;
    out.pairs = static_cast<std::int64_t>(pairs.size());
    for (const JudgedPair& p : pairs) out.same += p.same;
    const double one_sided = 1 - 2 * (1 - confidence) / (highest - lowest + 1);
    for (int hundredths = lowest; hundredths <= highest; ++hundredths) {
        ThresholdFigures f;
        f.threshold = hundredths / 100.0;
        for (const JudgedPair& p : pairs) {
            if (p.score < f.threshold) continue;
            if (p.refused) ++f.refused;
            else ++f.hits, f.wrong += !p.same;
        }
        if (f.hits > 0) f.error = static_cast<double>(f.wrong) / static_cast<double>(f.hits);
        f.error_high = share_interval(f.wrong, f.hits, one_sided).high;
        if (!out.chosen && out.same < out.pairs && f.error_high <= max_error) out.chosen = f;
        out.curve.push_back(f);
    }
    return out;
}

std::string calibration_svg(const Calibration& c, double max_error) {
    std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"12\">\n", left + width + 20,
                                  top + height + 60);
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#888\"/>\n", left, top, width, height);
    for (int tenth = 0; tenth <= 5; ++tenth) {
        const double x = left + width * tenth / 5, y = top + height * (5 - tenth) / 5;
        out += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">{:.1f}</text>\n", x, top + height + 16, 0.5 + 0.1 * tenth);
        out += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"end\">{} %</text>\n", left - 6, y + 4, 20 * tenth);
    }
    const double same = c.same > 0 ? static_cast<double>(c.same) : 1;
    out += line(c, "#1b7837", [same](const ThresholdFigures& f) { return static_cast<double>(f.hits - f.wrong) / same; });
    out += line(c, "#b2182b", [](const ThresholdFigures& f) { return f.error; });
    out += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#b2182b\" stroke-dasharray=\"4\"/>\n", left, left + width,
                       top + height * (1 - max_error), top + height * (1 - max_error));
    if (c.chosen) {
        const double x = left + width * (c.chosen->threshold - 0.5) / 0.5;
        out += fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\" stroke=\"#555\" stroke-dasharray=\"2\"/>\n", x, x, top, top + height);
    }
    out += fmt::format("<text x=\"{}\" y=\"{}\">threshold; <tspan fill=\"#1b7837\">same pairs that hit</tspan>, <tspan fill=\"#b2182b\">hits that are wrong (bound {})</tspan></text>\n",
                       left, top + height + 40, max_error);
    return out + "</svg>\n";
}

}  // namespace llm
