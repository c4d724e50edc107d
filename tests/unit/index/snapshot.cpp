#include <fcntl.h>
#include <sys/resource.h>
#include <signal.h>

#include <fstream>

#include "base/error.hpp"
#include "index/code.hpp"
#include "vectors.hpp"

using namespace llm;
using namespace vectors;

namespace {

std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void replace(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

const BuildOptions codes{.kind = SnapshotKind::codes};
const BuildOptions graph{.kind = SnapshotKind::graph};

}  // namespace

TEST_CASE(
    "snapshot: with codes or graph, a tail and deletions behind it, a search finds what brute force finds") {
    for (const auto& kind : {codes, graph}) {
        Store store(64);
        auto all = clustered(3000, 64, 30, 1);
        store.append({all.begin(), all.begin() + 100});
        for (std::int64_t row = 0; row < 100; row += 7) store.index.remove(row);
        store.append({all.begin(), all.begin() + 2000});
        CHECK(store.index.build(kind) == BuildResult::built);
        CHECK(store.index.state().snapshot == *kind.kind);
        CHECK(store.index.state().tail == 0);

        store.append(all, 2000);
        std::vector<bool> gone(all.size());
        std::mt19937 random(3);
        for (int i = 0; i < 700; ++i) {
            const auto row = random() % all.size();
            store.index.remove(static_cast<std::int64_t>(row));
            gone[row] = true;
        }
        const auto fresh = clustered(3000, 64, 30, 8);
        for (std::size_t row = 0; row < all.size(); row += 5)
            if (!gone[row]) store.index.append(static_cast<std::int64_t>(row), all[row] = fresh[row]);
        const auto alive = [&](std::int64_t row) { return !gone[static_cast<std::size_t>(row)]; };
        const auto rare = [&](std::int64_t row) { return alive(row) && row % 100 == 3; };
        Index again = store.again();
        for (Index* index : {&store.index, &again})
            for (const auto& query : clustered(20, 64, 30, 2)) {
                // A graph this small, searched this widely, misses nothing.
                CHECK(same(index->search(query, {.k = 5, .ef = 400}), brute(all, query, 5, alive)));
                CHECK(same(index->search(query, {.k = 5, .allow = rare}), brute(all, query, 5, rare)));
                CHECK(same(index->search(query, {.k = 5, .method = Method::exact}),
                           brute(all, query, 5, alive)));
            }
        CHECK(store.words.empty());
        CHECK(store.index.problems().empty());
        const auto state = store.index.state();
        CHECK(state.dead > 400);
        CHECK(state.count == static_cast<std::size_t>(std::ranges::count(gone, false)));
        CHECK(store.index.build(kind) == BuildResult::built);
        CHECK(store.index.state().dead == 0);
        CHECK(store.index.state().tail == 0);
        CHECK(store.files() == 1);
        const auto query = clustered(1, 64, 30, 4).front();
        CHECK(same(store.index.search(query, {.k = 5, .ef = 400}), brute(all, query, 5, alive)));
    }
}

TEST_CASE("snapshot: flipped bytes never crash a search and never make up a row or a score") {
    for (const auto& kind : {codes, graph}) {
        Store store(64);
        const auto all = clustered(1500, 64, 30, 1);
        store.append({all.begin(), all.begin() + 1400});
        REQUIRE(store.index.build(kind) == BuildResult::built);
        store.append(all, 1400);
        const auto path = store.snapshot();
        const auto whole = contents(path);
        const auto queries = clustered(4, 64, 30, 2);
        std::vector<std::vector<Hit>> undamaged;
        for (const auto& query : queries) undamaged.push_back(store.again().search(query, {.k = 5}));
        std::mt19937 random(11);
        int refused = 0, seen = 0;
        for (int i = 0; i < 200; ++i) {
            auto damaged = whole;
            // Every fourth in the header; now and then a whole stretch.
            const auto where = i % 4 == 0 ? random() % 112 : random() % damaged.size();
            const auto length = i % 10 == 9 ? std::min<std::size_t>(5000, damaged.size() - where) : 1;
            for (std::size_t j = 0; j < length; ++j)
                damaged[where + j] =
                    static_cast<char>(damaged[where + j] ^ static_cast<char>(1 + random() % 255));
            replace(path, damaged);
            store.words.clear();
            Index index = store.again();
            for (std::size_t n = 0; n < queries.size(); ++n) {
                const auto& query = queries[n];
                const auto hits = index.search(query, {.k = 5});
                CHECK(hits.size() == 5);
                // What was used and is damaged has been noticed; of a scan, from the second on.
                const bool all_checked = kind.kind == SnapshotKind::graph || n > 0;
                if (store.words.empty() && all_checked) CHECK(same(hits, undamaged[n]));
                for (const auto& hit : hits) {
                    float score = 0;
                    for (std::size_t j = 0; j < 64; ++j)
                        score += all[static_cast<std::size_t>(hit.row)][j] * query[j];
                    CHECK(std::fabs(score - hit.score) < 1e-5f);
                }
                if (!store.words.empty()) CHECK(same(hits, brute(all, query, 5, everyone)));
            }
            refused += !store.words.empty();
            CHECK(store.words.size() <= 1);
            seen += !index.problems().empty();
        }
        CHECK(refused >= 50);
        CHECK(seen >= 200 - 12);  // a flip in the padding between sections is in the checksum too
        replace(path, whole);
        CHECK(store.index.problems().empty());
    }
}

TEST_CASE("snapshot: one damaged code is noticed by the second search, a damaged graph by the first") {
    for (const auto& kind : {codes, graph}) {
        Store store(64);
        const auto all = clustered(3000, 64, 30, 1);
        store.append(all);
        REQUIRE(store.index.build(kind) == BuildResult::built);
        const auto path = store.snapshot();
        const auto whole = contents(path);
        const bool scanned = kind.kind == SnapshotKind::codes;
        const auto query = clustered(1, 64, 30, 2).front();
        const auto expected = brute(all, query, 5, everyone);
        const std::size_t codes_end = 128 + all.size() * CodeShape{64}.stride();
        for (int i = 0; i < 20; ++i) {
            auto damaged = whole;
            if (scanned) {  // one bit in one of them
                damaged[128 + static_cast<std::size_t>(i) * (codes_end - 128) / 20] ^= 1;
            } else {  // the graph has no links any more
                for (auto at = codes_end; at < damaged.size(); ++at) damaged[at] = 0;
            }
            replace(path, damaged);
            store.words.clear();
            Index index = store.again();
            if (scanned) (void)index.search(query, {.k = 5});
            CHECK(same(index.search(query, {.k = 5}), expected));
            REQUIRE(store.words.size() == 1);
            CHECK(store.words[0].find("left aside") != std::string::npos);
            CHECK(index.state().lost);
        }
    }
}

TEST_CASE("snapshot: one that is cut short, empty, missing or a folder is left aside with a word") {
    Store store(64);
    const auto all = clustered(600, 64, 30, 1);
    store.append(all);
    REQUIRE(store.index.build(graph) == BuildResult::built);
    const auto path = store.snapshot();
    const auto whole = contents(path);
    const auto query = clustered(1, 64, 30, 2).front();
    const auto expected = brute(all, query, 5, everyone);
    std::mt19937 random(12);
    for (int i = 0; i < 200; ++i) {
        replace(path, whole.substr(0, i == 0 ? 0 : random() % whole.size()));
        store.words.clear();
        Index index = store.again();
        CHECK(same(index.search(query, {.k = 5}), expected));
        REQUIRE(store.words.size() == 1);
        CHECK(store.words[0].find("left aside") != std::string::npos);
    }
    replace(path, whole + "x");
    CHECK(same(store.again().search(query, {.k = 5}), expected));
    std::filesystem::remove(path);
    CHECK(same(store.again().search(query, {.k = 5}), expected));
    std::filesystem::create_directory(path);
    CHECK(same(store.again().search(query, {.k = 5}), expected));
    CHECK(store.words.size() == 3);  // one that is not there may have been deleted
    CHECK(store.index.build(graph) == BuildResult::built);
    store.words.clear();
    CHECK(same(store.again().search(query, {.k = 5, .ef = 600}), expected));
    CHECK(store.words.empty());
}

TEST_CASE("snapshot: one of another set, embedder or older copy of the store is refused") {
    Store store(64);
    const auto all = clustered(300, 64, 30, 1);
    store.append(all);
    REQUIRE(store.index.build(codes) == BuildResult::built);
    const auto mine = store.snapshot();
    Index other(store.db, {"space", "test-2", 64});
    for (std::size_t i = 0; i < all.size(); ++i)
        other.append(static_cast<std::int64_t>(i), all[all.size() - 1 - i]);
    REQUIRE(other.build(codes) == BuildResult::built);
    std::filesystem::path theirs;
    for (const auto& entry : std::filesystem::directory_iterator(store.scratch / "store.db.index"))
        if (entry.path() != mine) theirs = entry.path();
    replace(mine, contents(theirs));
    CHECK(same(store.again().search(all[5], {.k = 5}), brute(all, all[5], 5, everyone)));
    REQUIRE(store.words.size() == 1);
    CHECK(store.words[0].find("another embedder") != std::string::npos);
}

TEST_CASE("snapshot: one process builds at a time, and a search goes on while it does") {
    Store store(64, {.codes_from = 100, .graph_from = 1000});
    const auto all = clustered(1200, 64, 30, 1);
    store.append(all);
    CHECK(store.index.state().due == SnapshotKind::graph);
    CHECK(store.index.state().codes_due);
    int asked = 0;
    const BuildOptions options{.kind = {}, .threads = 1, .progress = [&](double) {
                                   ++asked;
                                   Database db(store.db.path());
                                   Index other(db, store.index.key(),
                                               {.codes_from = 100, .graph_from = 1000});
                                   CHECK(other.build() == BuildResult::busy);
                                   CHECK(other.search(all[3], {.k = 1}).front().row == 3);
                                   return true;
                               }};
    CHECK(store.index.build(options) == BuildResult::built);
    CHECK(asked > 0);
    CHECK(store.index.build() == BuildResult::unneeded);
    CHECK(store.index.state().due == SnapshotKind::none);
    CHECK_FALSE(store.index.state().codes_due);
    CHECK(store.index.build({.kind = SnapshotKind::graph, .progress = [](double) { return false; }}) ==
          BuildResult::stopped);
    CHECK(store.index.search(all[3], {.k = 1}).front().row == 3);
    CHECK(store.files() == 1);
    CHECK(store.words.empty());
}

TEST_CASE("snapshot: rows appended and removed during a build are seen afterwards") {
    Store store(64);
    const auto all = clustered(1000, 64, 30, 1);
    store.append({all.begin(), all.begin() + 900});
    bool done = false;
    const auto change = [&](double) {
        if (std::exchange(done, true)) return true;
        Database db(store.db.path());
        Index other(db, store.index.key());
        other.append(950, all[950]);
        other.remove(10);
        return true;
    };
    CHECK(store.index.build({.kind = SnapshotKind::graph, .progress = change}) == BuildResult::built);
    REQUIRE(done);
    CHECK(store.index.search(all[950], {.k = 1}).front().row == 950);
    CHECK(store.index.search(all[10], {.k = 1}).front().row != 10);
    CHECK(store.index.state().tail == 1);
    CHECK(store.index.state().dead == 1);
}

TEST_CASE("snapshot: a build on a full disk says so and leaves everything as it was") {
    Store store(64);
    const auto all = clustered(600, 64, 30, 1);
    store.append(all);
    const pid_t builder = child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{20'000, 20'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        Database db(store.db.path(), {.access = Access::write});
        try {
            Index(db, store.index.key()).build(codes);
        } catch (const Error& e) {
            return e.fault == Fault::io;
        }
        return false;
    });
    CHECK(wait_for(builder) == 0);
    CHECK(same(store.index.search(all[3], {.k = 5}), brute(all, all[3], 5, everyone)));
    CHECK(store.words.empty());
}

TEST_CASE("snapshot: recall is measured against the exact scan, and ef raised until it holds") {
    Store store(64);
    const auto all = clustered(6300, 64, 6300, 1);
    const std::vector<Vector> stored(all.begin(), all.begin() + 6000), fresh(all.begin() + 6000, all.end());
    store.append(stored);
    CHECK(store.index.recall(200, 10, 20).queries == 0);
    REQUIRE(store.index.build(graph) == BuildResult::built);
    const auto narrow = store.index.recall(300, 5, 30);
    const auto wide = store.index.recall(300, 5, 1500);
    CHECK(narrow.queries == 300);
    CHECK(narrow.at_k < wide.at_k);
    CHECK(wide.at_k > 0.99);

    // What it says of stored vectors holds for queries it has never seen.
    double right = 0;
    for (const auto& query : fresh)
        right += store.index.search(query, {.k = 1, .ef = 30}).front().row ==
                 brute(stored, query, 1, everyone)[0].row;
    const double unseen = right / static_cast<double>(fresh.size());
    CHECK(unseen < 0.95);
    CHECK(std::fabs(unseen - narrow.at_1) < 0.08);

    const auto tuned = store.index.tune(0.98, 300, 5);
    CHECK(tuned.at_1 >= 0.98);
    CHECK(tuned.at_k >= 0.98);
    CHECK(tuned.ef >= 128);
    CHECK(store.again().state().ef == tuned.ef);
    CHECK(store.index.tune(1.1, 50, 5).ef == 2048);
    CHECK(store.index.tune(0.5, 50, 5).ef == 2048);  // a search never becomes narrower
    REQUIRE(store.index.build(graph) == BuildResult::built);
    CHECK(store.again().state().ef == 128);
}
