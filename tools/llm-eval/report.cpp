#include "run.hpp"
#include "summary.hpp"
#include "watch.hpp"

#include "cli/terminal.hpp"
#include "record/writer.hpp"

#include <filesystem>

namespace llm {

int report(const Tool& tool, const EvalFlags& f) {
    if (f.files.size() > 2) throw Error(Fault::usage, "two runs at most stand in one report");
    const std::vector<std::string> files = f.files.empty() ? std::vector<std::string>{"-"} : f.files;
    ReportHead head{f.name, {}};
    for (const std::string& file : files) head.runs.push_back(file == "-" ? "records" : std::filesystem::path{file}.stem().string());
    if (head.title.empty()) head.title = fmt::format("{}", fmt::join(head.runs, " and "));
    Watch watch{f, head};
    std::string out;
    for (std::size_t i = 0; i < files.size(); ++i) {
        Tally own;
        read_results(files[i], [&](const Record& record, const Result& r) {
            own.add(r);
            watch.add(record, r, static_cast<int>(i));
        });
        own.end();
        if (f.loop.json) {
            for (const Cell& c : own.cells()) {
                Json line = to_json(c);
                if (files.size() > 1) line["run"] = head.runs[i];
                out += dump(line) + "\n";
            }
            continue;
        }
        if (files.size() > 1) out += (i > 0 ? "\n" : "") + paint(head.runs[i], Style::heading, colour_of(1)) + "\n";
        out += summary_text(own, is_terminal(1) ? terminal_width(1) : 0, colour_of(1));
    }
    watch.end();
    put(out);
    say_gates(tool, watch);
    return watch.holds() ? 0 : 1;
}

}  // namespace llm
