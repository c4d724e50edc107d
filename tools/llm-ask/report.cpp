#include "report.hpp"

#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace llm {
namespace {

std::string grouped(long n) {
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string money(const CallTally& t) {
    std::string out = t.cost == 0 ? "$0" : t.cost < .01 ? fmt::format("${:.6f}", t.cost) : fmt::format("${:.4f}", t.cost);
    if (t.unpriced > 0) out = t.cost == 0 ? "cost unknown" : out + fmt::format(" and {} of unknown cost", grouped(t.unpriced));
    return out;
}

std::string span(double ms) { return ms < 100 ? fmt::format("{:.1f} ms", ms) : fmt::format("{:.2f} s", ms / 1000); }

/// Lines in what stdin has left, where it is a file: counted in its first 64 MiB, and from there on by its size.
std::optional<std::uint64_t> lines_to_come() {
    struct stat s {};
    const off_t at = ::lseek(0, 0, SEEK_CUR);
    if (::fstat(0, &s) != 0 || !S_ISREG(s.st_mode) || at < 0) return std::nullopt;
    std::vector<char> block(1 << 20);
    std::uint64_t lines = 0;
    off_t read = 0;
    while (read < (off_t{64} << 20)) {
        const ssize_t n = ::pread(0, block.data(), block.size(), at + read);
        if (n <= 0) break;
        lines += static_cast<std::uint64_t>(std::count(block.begin(), block.begin() + n, '\n'));
        read += n;
    }
    if (read == 0) return std::nullopt;
    return static_cast<std::uint64_t>(static_cast<double>(lines) * static_cast<double>(s.st_size - at) / static_cast<double>(read) + .5);
}

std::optional<std::uint64_t> total(Show show) { return show != Show::never && is_terminal(2) && !is_terminal(1) ? lines_to_come() : std::nullopt; }

}  // namespace

std::string summary(const Filter::Counts& c, const CallTally& t) {
    std::string out = fmt::format("{} record{}", grouped(c.records), c.records == 1 ? "" : "s");
    const auto budget = c.failed.find(Fault::budget);
    const long unpaid = budget == c.failed.end() ? 0 : budget->second;
    const long unasked = unpaid + c.unasked;
    const long failed = c.all_failed() - unpaid;
    const long passed = std::max(0L, c.records - c.worked - c.resumed - failed - unasked - c.broken_off);
    const char* before = ": ";
    const auto part = [&](long n, std::string_view what) {
        if (n == 0) return;
        out += fmt::format("{}{} {}", before, grouped(n), what);
        before = ", ";
    };
    part(c.worked, "answered");
    part(c.resumed, "resumed");
    part(passed, "passed");
    part(unasked, "left unasked");
    part(c.broken_off, "broken off");
    part(failed, "failed");
    if (failed > 0) {
        std::string faults;
        for (const auto& [fault, n] : c.failed)
            if (fault != Fault::budget) faults += fmt::format("{}{} {}", faults.empty() ? "" : ", ", grouped(n), name(fault));
        out += " (" + faults + ")";
    }
    part(t.shared, "shared");
    part(t.retries, t.retries == 1 ? "retry" : "retries");
    if (t.input > 0 || t.output > 0) out += fmt::format(", {} tokens in, {} out", grouped(t.input), grouped(t.output));
    if (t.calls > t.failed) out += ", " + money(t);
    if (const auto p50 = t.ms.at(.5)) out += fmt::format(", p50 {}, p95 {}", span(*p50), span(*t.ms.at(.95)));
    return out;
}

RunReport::RunReport(const Filter& filter, const CallTally& tally, Show show) : filter_(filter), progress_(show, total(show)) {
    progress_.more([&tally] {
        std::string out;
        if (tally.input > 0 || tally.output > 0) out += fmt::format(", {} tokens", grouped(tally.input + tally.output));
        if (tally.cost > 0) out += fmt::format(", ${:.4f}", tally.cost);
        return out;
    });
}

void RunReport::draw() {
    const Filter::Counts& c = filter_.counts();
    const long failed = c.all_failed();
    for (const long all = c.worked + c.resumed; done_ < all; ++done_) progress_.done();
    for (; failed_ < failed; ++failed_) progress_.failed();
}

}  // namespace llm
