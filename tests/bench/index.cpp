/// Nearest vectors: time and recall by number of vectors; one JSON line a figure (BARS.md).
///
///     index (--clustered | --texts FILE | --builtin FILE | --vectors FILE) [--sizes N,N,…] [--queries N] [--k N]
///           [--folder DIR] [--graph N] [--recall X]
///
///     --clustered      unit vectors of 384 dimensions around 1,000 centres: flatters every index
///     --texts FILE     a text a line, hashed words and character trigrams, 384 dimensions: real text, no
///     model
///     --builtin FILE   a text a line, the builtin embedder's vectors: what llm-cache and llm-mem search
///     --vectors FILE   of an embedder, as .fvecs: for each vector an i32 dimension, then that many f32
///     --graph N        sizes from N on get a graph too (200,000 unless given)
///
/// The last --queries vectors are asked and never stored. Stores stay in DIR and are used again.
#include "base/error.hpp"
#include "index/index.hpp"
#include "store/transaction.hpp"
#include "vectors.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

extern char** environ;

namespace {

using namespace llm;
using llm::bench::Vectors;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

struct Options {
    std::string source, file;
    std::vector<std::size_t> sizes{1'000, 10'000, 100'000, 1'000'000};
    std::size_t queries = 300, k = 5, graph = 200'000;
    double recall = 0.98;
    fs::path folder = fs::temp_directory_path() / "llm-bench-index";
};

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Of all threads: what a busy machine does not change much.
double processor_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

void print(const std::string& name, double value, const char* unit, std::size_t n,
           const char* reference = nullptr, double reference_value = 0) {
    if (reference)
        fmt::print(R"({{"name":"{}","value":{:.4g},"unit":"{}","reference":"{}","ratio":{:.4g},"n":{}}})"
                   "\n",
                   name, value, unit, reference, value / reference_value, n);
    else
        fmt::print(R"({{"name":"{}","value":{:.4g},"unit":"{}","reference":null,"ratio":null,"n":{}}})"
                   "\n",
                   name, value, unit, n);
    std::fflush(stdout);
}

Vectors load(const Options& options) {
    const std::size_t wanted = std::ranges::max(options.sizes) + options.queries;
    if (options.source == "clustered") return bench::clustered(wanted);
    if (options.source == "builtin") return bench::builtin_texts(options.file, wanted);
    return options.source == "texts" ? bench::hashed_texts(options.file, wanted)
                                     : bench::read_vectors(options.file, wanted);
}

IndexKey key_of(std::size_t dimension) { return {"bench", "bench", static_cast<int>(dimension)}; }

void complain(std::string_view text) { fmt::print(stderr, "bench: {}\n", text); }

Database open_store(const fs::path& path) {
    Database db(path, {.durability = Durability::normal});
    migrate(db, {store_schema(), index_schema()});
    return db;
}

/// One process, one search: what the one-shot figures time.
int one_shot(const char* store, const char* query_file, const char* method) {
    std::vector<float> query(65536);
    const int file = ::open(query_file, O_RDONLY);
    const auto size = ::read(file, query.data(), query.size() * sizeof(float));
    if (size <= 0) return 1;
    query.resize(static_cast<std::size_t>(size) / sizeof(float));
    Database db = open_store(store);
    Index index(db, key_of(query.size()), {.warn = complain});
    const auto hits = index.search(
        query, {.k = 10, .method = std::string_view(method) == "exact" ? Method::exact : Method::automatic});
    return hits.empty() ? 1 : 0;
}

double spawn_once(const std::vector<std::string>& command) {
    std::vector<char*> argv;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const auto begin = Clock::now();
    pid_t pid = 0;
    int status = 0;
    if (::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0)
        throw Error(Fault::io, "cannot start {}", command[0]);
    ::waitpid(pid, &status, 0);
    if (status != 0) throw Error(Fault::internal, "{} ended with {}", command[0], status);
    return seconds_since(begin);
}

void time_one_shot(const std::string& name, const fs::path& store, std::span<const float> query,
                   const char* method) {
    const auto query_file = store.string() + ".query";
    std::ofstream(query_file, std::ios::binary)
        .write(reinterpret_cast<const char*>(query.data()), static_cast<std::streamsize>(query.size_bytes()));
    const auto self = fs::read_symlink("/proc/self/exe").string();
    constexpr std::size_t rounds = 21;
    std::vector<double> ours, floor;
    for (std::size_t i = 0; i < rounds; ++i) {
        floor.push_back(spawn_once({"true"}));
        ours.push_back(spawn_once({self, "--one-shot", store.string(), query_file, method}));
    }
    print(name, median(ours) * 1e3, "ms", rounds, "true", median(floor) * 1e3);
}

void fill(Database& db, Index& index, const Vectors& vectors, std::size_t size, const std::string& name) {
    if (index.count() == size) return;
    index.clear();
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < size;) {
        Transaction some(db);
        for (const std::size_t end = std::min(size, i + 1000); i < end; ++i)
            index.append(static_cast<std::int64_t>(i), vectors[i]);
        some.commit();
    }
    print(name + ".append", static_cast<double>(size) / seconds_since(begin), "vectors/s", 1);
}

struct Stream {
    double seconds = 0;
    std::vector<std::vector<Hit>> hits;
};

Stream ask_all(Index& index, const Vectors& vectors, const Options& options, Method method, int ef = 0) {
    Stream stream;
    std::vector<double> each;
    for (std::size_t i = vectors.size() - options.queries; i < vectors.size(); ++i) {
        const auto begin = Clock::now();
        stream.hits.push_back(index.search(vectors[i], {.k = options.k, .method = method, .ef = ef}));
        each.push_back(seconds_since(begin));
    }
    stream.seconds = median(std::move(each));
    return stream;
}

void compare(const std::string& name, const Stream& found, const Stream& exact) {
    double first = 0, among = 0, wanted = 0;
    for (std::size_t q = 0; q < exact.hits.size(); ++q) {
        const auto& truth = exact.hits[q];
        const auto reached = [&](const Hit& hit) { return hit.score >= truth.back().score - 1e-6f; };
        wanted += static_cast<double>(truth.size());
        among += static_cast<double>(std::ranges::count_if(found.hits[q], reached));
        first += !found.hits[q].empty() && found.hits[q].front().score >= truth.front().score - 1e-6f;
    }
    print(name + ".recall_at_1", first / static_cast<double>(exact.hits.size()), "share", exact.hits.size());
    print(name + ".recall_at_k", among / wanted, "share", exact.hits.size());
}

void build(Index& index, SnapshotKind kind, const std::string& name) {
    if (index.state().snapshot == kind && index.state().tail == 0) return;
    const auto begin = Clock::now();
    const double used = processor_seconds();
    if (index.build({.kind = kind}) != BuildResult::built)
        throw Error(Fault::internal, "{} was not built", name);
    print(name + ".build", seconds_since(begin), "s", 1);
    print(name + ".build.processor", processor_seconds() - used, "s", 1);
}

void measure(const Vectors& vectors, std::size_t size, const Options& options) {
    fs::create_directories(options.folder);
    const auto path = options.folder / fmt::format("{}-{}.db", vectors.name, size);
    const auto name = fmt::format("index.{}.{}", vectors.name, size);
    const auto& query = vectors[vectors.size() - 1];
    Database db = open_store(path);
    Index index(db, key_of(vectors.dimension), {.warn = complain});
    fill(db, index, vectors, size, name);
    if (index.state().snapshot == SnapshotKind::none)
        time_one_shot(name + ".sqlite.one_shot", path, query, "exact");
    if (size >= 16'000) {
        if (index.state().snapshot != SnapshotKind::graph) {
            build(index, SnapshotKind::codes, name + ".codes");
            time_one_shot(name + ".codes.one_shot", path, query, "exact");
        }
    }
    const Stream exact = ask_all(index, vectors, options, Method::exact);
    print(name + ".exact.each", exact.seconds * 1e3, "ms", options.queries);
    if (size < options.graph) return;
    build(index, SnapshotKind::graph, name + ".graph");
    const auto tuned = index.tune(options.recall, options.queries, options.k);
    print(name + ".graph.ef", tuned.ef, "nodes", tuned.queries);
    const Stream found = ask_all(index, vectors, options, Method::automatic);
    print(name + ".graph.each", found.seconds * 1e3, "ms", options.queries, "exact scan",
          exact.seconds * 1e3);
    compare(name + ".graph", found, exact);
    for (int ef = 32; ef <= 512; ef *= 2) {
        const auto at = fmt::format("{}.graph.ef{}", name, ef);
        const Stream wide = ask_all(index, vectors, options, Method::automatic, ef);
        print(at + ".each", wide.seconds * 1e3, "ms", options.queries, "exact scan", exact.seconds * 1e3);
        compare(at, wide, exact);
        const Recall estimate = index.recall(options.queries, options.k, ef);
        print(at + ".estimate", std::min(estimate.at_1, estimate.at_k), "share", estimate.queries);
    }
    time_one_shot(name + ".graph.one_shot", path, query, "automatic");
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto next = [&]() -> std::string {
            if (++i >= argc) throw Error(Fault::usage, "{} wants a value", word);
            return argv[i];
        };
        if (word == "--clustered")
            options.source = "clustered";
        else if (word == "--texts")
            options.source = "texts", options.file = next();
        else if (word == "--builtin")
            options.source = "builtin", options.file = next();
        else if (word == "--vectors")
            options.source = "vectors", options.file = next();
        else if (word == "--queries")
            options.queries = std::stoul(next());
        else if (word == "--k")
            options.k = std::stoul(next());
        else if (word == "--graph")
            options.graph = std::stoul(next());
        else if (word == "--recall")
            options.recall = std::stod(next());
        else if (word == "--folder")
            options.folder = next();
        else if (word == "--sizes") {
            options.sizes.clear();
            const std::string list = next();
            for (std::size_t begin = 0; begin < list.size();
                 begin = std::min(list.find(',', begin), list.size()) + 1)
                options.sizes.push_back(std::stoul(list.substr(begin)));
        } else
            throw Error(Fault::usage, "unknown option {}; they stand at the head of tests/bench/index.cpp",
                        word);
    }
    if (options.source.empty())
        throw Error(Fault::usage, "one of --clustered, --texts FILE, --builtin FILE, --vectors FILE is wanted");
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 5 && std::string_view(argv[1]) == "--one-shot")
            return one_shot(argv[2], argv[3], argv[4]);
        const Options options = parse(argc, argv);
        const Vectors vectors = load(options);
        for (const auto size : options.sizes) {
            if (size + options.queries <= vectors.size())
                measure(vectors, size, options);
            else
                fmt::print(stderr, "bench: {} vectors are too few for the size {}\n", vectors.size(), size);
        }
        return 0;
    } catch (const Error& e) {
        fmt::print(stderr, "bench: {}\n", e.what());
        return exit_code(e.fault);
    }
}
