#include "batch.hpp"

#include "cli/table.hpp"
#include "log/when.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr int not_all_asked = 5;
constexpr std::string_view no_answer = "could not be asked: as last heard";

bool is_stale(const BatchJob& j) {
    return std::ranges::any_of(j.parts, [](const BatchPart& p) { return p.stale; });
}

std::string note_of(const BatchJob& j) {
    if (is_stale(j)) return std::string{no_answer};
    const long n = count_of(j, PartState::waiting);
    return n > 0 ? fmt::format("{} to be {}", counted(n, "part"), j.cancelled ? "given up when the provider can be asked" : "sent again") : "";
}

std::string note_of(const BatchJob& j, const BatchPart& p) {
    if (p.stale) return std::string{no_answer};
    if (j.cancelled && p.state == PartState::waiting) return "to be given up when the provider can be asked";
    if (p.supposed) return "may be another's, known when it has ended";
    return p.why;
}

void put_listing(const BatchDesk& d, const Table& table) { put(table, d.flags.loop.json ? Listing::json : Listing::table); }

int show_jobs(BatchDesk& d) {
    Table table{{{"batch", "BATCH", Align::left, false},
                 {"made", "MADE", Align::left, false},
                 {"state", "STATE", Align::left, false},
                 {"models", "MODELS", Align::left, true},
                 {"records", "RECORDS", Align::right, false},
                 {"asked", "ASKED", Align::right, false},
                 {"done", "DONE", Align::right, false},
                 {"failed", "FAILED", Align::right, false},
                 {"note", "NOTE", Align::left, true}}};
    bool stale = false;
    for (BatchJob& j : d.store.jobs()) {
        d.batches.look(j);
        stale |= is_stale(j);
        long done = 0, failed = 0;
        std::vector<std::string> models;
        for (const BatchPart& p : j.parts) {
            done += p.done;
            failed += p.failed;
            if (std::ranges::find(models, p.model) == models.end()) models.push_back(p.model);
        }
        Json row{{"batch", j.id}, {"made", show_time(j.made).substr(0, 19)}, {"state", state_of(j)}, {"models", fmt::format("{}", fmt::join(models, " "))}, {"records", j.records}, {"asked", j.asked()}, {"done", done}, {"failed", failed}};
        if (std::string note = note_of(j); !note.empty()) row["note"] = std::move(note);
        table.add(std::move(row));
    }
    put_listing(d, table);
    return stale ? not_all_asked : 0;
}

}  // namespace

int show_batches(BatchDesk& d) {
    if (!d.flags.prompt) return show_jobs(d);
    BatchJob job = d.job();
    d.batches.look(job);
    Table table{{{"part", "PART", Align::right, false},
                 {"model", "MODEL", Align::left, true},
                 {"state", "STATE", Align::left, false},
                 {"status", "STATUS THERE", Align::left, false},
                 {"batch", "BATCH THERE", Align::left, false},
                 {"requests", "REQUESTS", Align::right, false},
                 {"done", "DONE", Align::right, false},
                 {"failed", "FAILED", Align::right, false},
                 {"note", "NOTE", Align::left, true}}};
    for (const BatchPart& p : job.parts) {
        Json row{{"part", p.number}, {"model", p.model}, {"state", name(p.state)}, {"status", p.status}, {"batch", p.remote}, {"requests", p.requests}, {"done", p.done}, {"failed", p.failed}};
        if (std::string note = note_of(job, p); !note.empty()) row["note"] = std::move(note);
        table.add(std::move(row));
    }
    put_listing(d, table);
    return is_stale(job) ? not_all_asked : 0;
}

}  // namespace llm
