/// Sees every record that leaves: sums up, and writes the reports that were asked for.
#pragma once

#include "flags.hpp"

#include "eval/gate.hpp"
#include "eval/report.hpp"
#include "eval/tally.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace llm {

class Watch {
public:
    /// Reads the gates and makes the files. Throws Error{usage} or Error{io} before anything is asked.
    Watch(const EvalFlags&, ReportHead, std::vector<std::string> further_gates = {});

    /// Output bytes as they leave.
    void see(std::string_view bytes);
    /// Of several runs (report of two files) the last is what sums, gates and all reports but the page are about.
    void add(const Record&, const Result&, int run = 0);
    /// Ends the sums and the reports, and asks the gates.
    void end();
    bool holds() const noexcept { return holds_; }
    const std::string& gate_lines() const noexcept { return gate_lines_; }
    bool has_gates() const noexcept { return !gates_.empty(); }
    const Tally& tally() const noexcept { return tally_; }
    /// Told of each result besides.
    void also(std::function<void(const Record&, const Result&)> f) { also_ = std::move(f); }

private:
    Tally tally_;
    std::vector<Gate> gates_;
    std::unique_ptr<Report> page_;
    std::vector<std::unique_ptr<Report>> reports_;
    int last_ = 0;
    ResultLines lines_;
    std::function<void(const Record&, const Result&)> also_;
    std::string gate_lines_;
    bool holds_ = true;
};


/// What the gates said, a line each on stderr.
void say_gates(const Tool&, const Watch&);

}  // namespace llm
