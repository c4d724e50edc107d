/// Control charts: is this run one like those before?
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace llm {

struct ChartOptions {
    double limits = 3;      ///< standard deviations
    double least = 0;       ///< the standard deviation is taken for no less than this
    double lambda = 0.2;    ///< weight of the newest value in the moving average
    std::size_t run = 8;    ///< as many values on one side of the middle are an alarm
    std::size_t warm_up = 5;  ///< values before; with fewer nothing is said
};

/// A chart of single values (Montgomery, Introduction to Statistical Quality Control, 6.4 and 9.2): the deviation is the mean moving range
/// over 1.128; an exponentially weighted moving average sees slow drift that single values hide.
struct Chart {
    enum class State { warming_up, steady, beyond, drifting, one_sided } state = State::warming_up;
    double now = 0, middle = 0, deviation = 0, low = 0, high = 0;
    double average = 0, average_low = 0, average_high = 0;  ///< the moving one, now
    bool up = false;                                        ///< which way, where there is an alarm
    bool alarm() const { return state != State::warming_up && state != State::steady; }
    std::string words() const;
};
/// `before` oldest first.
Chart control_chart(std::span<const double> before, double now, const ChartOptions& = {});

}  // namespace llm
