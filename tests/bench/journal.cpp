/// The journal's cost; one JSON line a figure (BARS.md).
///
///     journal [CALLS] [RUNS]      20,000 and 5 unless given
///
///     journal.push           microseconds the calling thread spends on one call, paced at 20,000 calls a second
///     journal.throughput     calls a second, pushed as fast as it takes them, until committed; reference: the same rows by a prepared
///                            statement in groups of 200, columns worked out beforehand, no indexes
///     journal.one_call       milliseconds for one call in an existing store: opened ahead, pushed, closed
#include "chat/canonical.hpp"
#include "chat/otel.hpp"
#include "log/journal.hpp"
#include "log/writer.hpp"
#include "store/transaction.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace {

using namespace llm;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

Call call_number(std::size_t i) {
    auto request = std::make_shared<Request>();
    request->model = "gpt-5-mini";
    request->messages = {Message::of(Role::system, "Answer in one word."),
                         Message::of(Role::user, fmt::format("Is the statement {} about {} true? {}", i, i * 7919 % 1000,
                                                             std::string(250, 'x')))};
    request->options.temperature = 0.2;
    Call call;
    call.request = std::move(request);
    call.provider = "openai";
    call.server = "localhost";
    call.port = 8080;
    call.completion.text = fmt::format("Yes, statement {} is true as far as anybody can tell today.", i);
    call.completion.model = "gpt-5-mini-2025-08-07";
    call.completion.id = fmt::format("chatcmpl-{}", i);
    call.completion.finish = "stop";
    call.completion.usage.input = 80;
    call.completion.usage.output = 15;
    call.started = 1'795'435'200'000'000 + static_cast<std::int64_t>(i) * 31;
    call.ms = 100.5;
    call.first_ms = 90.25;
    call.tool = "llm-ask";
    call.record_id = std::to_string(i);
    return call;
}

std::vector<Call> make_calls(std::size_t n) {
    std::vector<Call> calls;
    for (std::size_t i = 0; i < n; ++i) calls.push_back(call_number(i));
    return calls;
}

JournalOptions options_for(const fs::path& path) {
    JournalOptions options;
    options.path = path;
    options.warn = [](std::string_view message) { fmt::print(stderr, "{}\n", message); };
    return options;
}

double throughput(const fs::path& path, std::vector<Call> calls) {
    Journal journal(options_for(path));
    journal.open_ahead();
    const auto n = static_cast<double>(calls.size());
    const auto begin = Clock::now();
    for (Call& call : calls) journal.push(std::move(call));
    journal.flush();
    return n / seconds_since(begin);
}

struct Row {
    std::string key, input, output, system;
};

double raw_inserts(const fs::path& path, const std::vector<Call>& calls) {
    std::vector<Row> rows;
    for (const Call& call : calls)
        rows.push_back({request_key(*call.request, ""), otel_input(call.request->messages, nullptr), otel_output(call.completion),
                        otel_system(call.request->messages)});
    Database db(path, {.durability = Durability::normal});
    db.script("CREATE TABLE call (id INTEGER PRIMARY KEY, a, b, c, d, e, f, g, h, key, system, output, input)");
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < rows.size();) {
        Transaction transaction(db);
        for (const std::size_t end = std::min(rows.size(), i + 200); i < end; ++i)
            db.run("INSERT INTO call VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)", i, "chat", "openai", "gpt-5-mini", 80, 15,
                   100.5, 90.25, "llm-ask", rows[i].key, rows[i].system, rows[i].output, rows[i].input);
        transaction.commit();
    }
    return static_cast<double>(rows.size()) / seconds_since(begin);
}

/// Median of the time inside push, the calls coming at an even pace.
double push_time(const fs::path& path, std::vector<Call> calls) {
    Journal journal(options_for(path));
    journal.open_ahead();
    std::vector<double> times;
    double inside = 0;
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < calls.size(); ++i) {
        while (seconds_since(begin) * 20'000 < static_cast<double>(i)) {}
        const auto start = Clock::now();
        journal.push(std::move(calls[i]));
        times.push_back(seconds_since(start));
        inside += times.back();
    }
    fmt::print(stderr, "push: mean {:.2f} us, 99 % below {:.2f} us\n", inside / static_cast<double>(times.size()) * 1e6,
               (std::ranges::sort(times), times[times.size() * 99 / 100]) * 1e6);
    return inside / static_cast<double>(times.size());
}

double one_call(const fs::path& path, Call call) {
    const auto begin = Clock::now();
    {
        Journal journal(options_for(path));
        journal.open_ahead();
        journal.push(std::move(call));
    }
    return seconds_since(begin);
}

void figure(std::string_view name, double value, std::string_view unit, std::string_view reference, double ratio, std::size_t n) {
    const Json line{{"name", name}, {"value", value}, {"unit", unit}, {"reference", reference}, {"ratio", ratio}, {"n", n}};
    fmt::print("{}\n", dump(line));
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t n = argc > 1 ? std::stoul(argv[1]) : 20'000, runs = argc > 2 ? std::stoul(argv[2]) : 5;
    std::string name = (fs::temp_directory_path() / "bench-journal-XXXXXX").string();
    const fs::path folder = ::mkdtemp(name.data());
    const auto calls = make_calls(n);
    std::vector<double> ours, raw, ratios, pushes, ones;
    for (std::size_t run = 0; run < runs; ++run) {
        raw.push_back(raw_inserts(folder / fmt::format("raw{}", run), calls));
        ours.push_back(throughput(folder / fmt::format("ours{}", run), calls));
        ratios.push_back(ours.back() / raw.back());
        pushes.push_back(push_time(folder / fmt::format("push{}", run), calls) * 1e6);
        for (std::size_t i = 0; i < 10; ++i) ones.push_back(one_call(folder / "ours0", call_number(n + run * 10 + i)) * 1e3);
    }
    figure("journal.throughput", median(ours), "calls/s", "raw grouped inserts", median(ratios), runs);
    figure("journal.raw", median(raw), "rows/s", "itself", 1, runs);
    figure("journal.push", median(pushes), "us", "3 us", median(pushes) / 3, runs);
    figure("journal.one_call", median(ones), "ms", "none", 0, ones.size());
    fs::remove_all(folder);
}
