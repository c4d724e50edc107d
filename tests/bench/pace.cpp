/// What it costs a call to be governed; one JSON line a figure.
///
///     pace [CALLS] [RUNS]      20,000 and 5 unless given
///
///     pace.unused             microseconds a call where no limit and no budget is set: through the gate and out again, healthy server
///     pace.limited            the same with --rpm (one transaction); reference: one immediate transaction with one upsert by raw statement
///     pace.budget             the same with --budget (two transactions); same reference
#include "call/governor.hpp"
#include "store/transaction.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace {

using namespace llm;
namespace fs = std::filesystem;

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Bench {
    fs::path folder = fs::temp_directory_path() / fmt::format("llm-bench-pace-{}", ::getpid());
    Environment environment{{{"HOME", folder.string()}}};
    Settings settings = Settings::parse("[provider.p]\nprotocol = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\n", "config.toml");
    ~Bench() { fs::remove_all(folder); }

    double governed(int calls, PaceOptions options) {
        Loop loop;
        CallClock clock{loop, {}};
        Governor governor{loop, clock, settings, environment, std::move(options), "bench", {}};
        Governor::Gate gate{loop};
        ResolvedModel model = Models{settings, environment}.resolve("p/m");
        Governor::name(gate, model, 1);
        model.info.price.input = model.info.price.output = .001;
        Request request;
        request.messages.push_back(Message::of(Role::user, std::string(300, 'x')));
        request.options.max_tokens = 100;
        Usage usage;
        usage.input = 60;
        usage.output = 40;
        const Instant begin = Steady::now();
        for (int i = 0; i < calls; ++i) {
            governor.check(gate, model);
            Task<Governor::Pass> task = governor.admit(gate, model, request, Instant::max());
            task.start();
            while (!task.done()) loop.run_once();
            Governor::Pass pass = task.result();
            governor.settle(gate, pass, model, usage, {});
            governor.judge(gate, nullptr, Governor::Heard::something, .001);
        }
        return Seconds(Steady::now() - begin).count() * 1e6 / calls;
    }

    double raw(int calls) {
        PaceStore store{folder / "raw.db"};
        Database& db = store.db();
        const Instant begin = Steady::now();
        for (int i = 0; i < calls; ++i) {
            Transaction transaction{db};
            db.run("INSERT INTO bucket (name, a_minute, full, taken) VALUES (?1, 60, ?2, 0) ON CONFLICT DO UPDATE SET full = excluded.full", "x", i);
            transaction.commit();
        }
        return Seconds(Steady::now() - begin).count() * 1e6 / calls;
    }
};

void print(const char* name, double value, const char* reference, double other, int n) {
    fmt::print("{{\"name\":\"{}\",\"value\":{:.4g},\"unit\":\"us\",\"reference\":{},\"reference_value\":{:.4g},\"ratio\":{:.4g},\"n\":{}}}\n", name, value,
               reference, other, value / other, n);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const int calls = argc > 1 ? std::atoi(argv[1]) : 20'000, runs = argc > 2 ? std::atoi(argv[2]) : 5;
    Bench bench;
    std::vector<double> unused, limited, money, raw;
    PaceOptions fast, rich;
    fast.rpm = 1e9;
    rich.budget = 1e6;
    for (int run = 0; run < runs; ++run) {
        unused.push_back(bench.governed(calls * 10, {}));
        raw.push_back(bench.raw(calls));
        limited.push_back(bench.governed(calls, fast));
        money.push_back(bench.governed(calls, rich));
    }
    // a bare libcurl multi loop on two cores posts about 53,000 requests a second (BARS.md)
    print("pace.unused", median(unused), "\"a request of a bare multi loop, 19 us\"", 19, runs);
    print("pace.limited", median(limited), "\"one raw immediate transaction\"", median(raw), runs);
    print("pace.budget", median(money), "\"one raw immediate transaction\"", median(raw), runs);
}
