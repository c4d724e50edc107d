#include "cli/progress.hpp"

#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace llm {
namespace {

constexpr auto pause = std::chrono::milliseconds{100};

bool is_shown(Show show) {
    if (show != Show::when_terminal) return show == Show::always;
    return is_terminal(2) && !is_terminal(1);
}

std::string grouped(std::uint64_t n) {
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string span(double seconds) {
    if (seconds < 120) return fmt::format("{:.0f} s", seconds);
    return seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

Progress::Progress(Show show, std::optional<std::uint64_t> total, std::function<Instant()> now)
    : shown_(is_shown(show)), total_(total), now_(std::move(now)), start_(now_()), last_(start_) {}

Progress::~Progress() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::step(std::uint64_t& counter) {
    ++counter;
    if (shown_ && now_() - last_ >= pause) draw();
}

std::string Progress::line() const {
    const std::uint64_t all = done_ + failed_;
    std::string out = grouped(all);
    if (total_) out += " of " + grouped(*total_);
    out += " done";
    if (failed_ > 0) out += fmt::format(", {} failed", grouped(failed_));
    if (more_) out += more_();
    const double seconds = std::chrono::duration<double>(now_() - start_).count();
    if (seconds < 1) return out;
    const double rate = static_cast<double>(all) / seconds;
    out += rate < 10 ? fmt::format(", {:.1f}/s", rate) : fmt::format(", {:.0f}/s", rate);
    if (total_ && *total_ > all && rate > 0)
        out += ", " + span(static_cast<double>(*total_ - all) / rate) + " left";
    return out;
}

void Progress::draw() {
    last_ = now_();
    drawn_ = true;
    const std::string text = fmt::format("\r{}\x1b[K", fit(line(), terminal_width(2) - 1));
    std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace llm
