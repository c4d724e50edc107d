/// Which threshold keeps wrong hits under a bound, from pairs of questions known to be the same or not.
#pragma once

#include "cache/manage.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct JudgedPair {
    double score = 0;
    bool same = false;
    bool refused = false;  ///< by the gate
};

struct ThresholdFigures {
    double threshold = 0;
    std::int64_t hits = 0, wrong = 0, refused = 0;
    double error = 0;       ///< wrong / hits
    double error_high = 1;  ///< what it is at most, with the confidence shared among all thresholds (Bonferroni), so that one may choose
};

struct Calibration {
    std::vector<ThresholdFigures> curve;  ///< 0.50 to 1.00 by hundredths
    /// The lowest threshold whose error_high is within the bound; none where no pair differs: then nothing could have gone wrong.
    std::optional<ThresholdFigures> chosen;
    std::int64_t pairs = 0, same = 0;
};

Calibration calibrate(const std::vector<JudgedPair>&, double max_error, double confidence = 0.95);

/// The curve as a picture: share of the same pairs that hit, share of hits that are wrong.
std::string calibration_svg(const Calibration&, double max_error);

}  // namespace llm
