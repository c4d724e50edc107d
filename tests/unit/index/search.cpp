#include "base/error.hpp"
#include "vectors.hpp"

using namespace llm;
using namespace vectors;

TEST_CASE("index: an exact search is brute force, at every size of chunk and odd dimensions") {
    for (const std::size_t dimension : {3u, 64u, 100u}) {
        for (const std::size_t count : {0u, 1u, 16u, 17u, 300u, 2000u}) {
            Store store(dimension);
            const auto all = clustered(count, dimension, 20, 1);
            store.append(all);
            CHECK(store.index.count() == count);
            for (const auto& query : clustered(10, dimension, 20, 2)) {
                const auto hits = store.index.search(query, {.k = 7});
                CHECK(same(hits, brute(all, query, 7, everyone)));
            }
            CHECK(store.index.problems().empty());
        }
    }
}

TEST_CASE("index: a filter acts inside the scan: it gets its k however rare its rows are") {
    Store store(64);
    const auto all = clustered(3000, 64, 5, 1);
    store.append(all);
    for (const std::int64_t every : {2, 50, 1500}) {
        const auto rare = [every](std::int64_t row) { return row % every == 1; };
        for (const auto& query : clustered(5, 64, 5, 2)) {
            const auto hits = store.index.search(query, {.k = 5, .allow = rare});
            CHECK(same(hits, brute(all, query, 5, rare)));
        }
    }
}

TEST_CASE("index: a floor leaves out what is too far") {
    Store store(64);
    const auto all = clustered(500, 64, 50, 1);
    store.append(all);
    CHECK(store.index.search(all[3], {.k = 1'000'000'000'000}).size() == 500);
    const auto hits = store.index.search(all[3], {.k = 500, .floor = 0.4f});
    REQUIRE_FALSE(hits.empty());
    CHECK(hits.size() < 100);
    CHECK(hits.front().row == 3);
    CHECK(hits.back().score >= 0.4f);
}

TEST_CASE("index: removed and replaced vectors are gone, and their chunks give the space back") {
    Store store(64);
    auto all = clustered(2000, 64, 20, 1);
    store.append(all);
    (void)store.index.search(all[0]);
    std::mt19937 random(5);
    std::vector<bool> gone(all.size());
    for (int i = 0; i < 1700; ++i) {
        const auto row = random() % all.size();
        CHECK(store.index.remove(static_cast<std::int64_t>(row)) == !gone[row]);
        gone[row] = true;
    }
    const auto alive = [&](std::int64_t row) { return !gone[static_cast<std::size_t>(row)]; };
    const auto fresh = clustered(2000, 64, 20, 9);
    for (std::size_t row = 0; row < all.size(); row += 3)
        if (!gone[row]) store.index.append(static_cast<std::int64_t>(row), all[row] = fresh[row]);
    const auto count = static_cast<std::size_t>(std::ranges::count(gone, false));
    CHECK(store.index.count() == count);
    for (const auto& query : clustered(10, 64, 20, 2))
        CHECK(same(store.index.search(query, {.k = 9}), brute(all, query, 9, alive)));
    CHECK(store.index.problems().empty());
    CHECK(store.db.value<std::size_t>("SELECT sum(capacity) FROM vector_chunk") <= 2 * count + 512);
    store.index.clear();
    CHECK(store.index.search(all[0]).empty());
    CHECK(store.db.value<int>("SELECT count(*) FROM vector_codes") == 0);
    CHECK(store.db.value<int>("SELECT count(*) FROM vector_row") == 0);
}

TEST_CASE("index: a vector and its owner's row are there together or not at all") {
    Store store(64);
    const auto all = clustered(40, 64, 4, 1);
    store.append({all.begin(), all.begin() + 20});
    CHECK(store.index.search(all[30], {.k = 1}).front().row < 20);
    {
        Transaction left(store.db);
        store.index.append(30, all[30]);
        CHECK(store.index.search(all[30], {.k = 1}).front().row == 30);
    }
    CHECK(store.index.search(all[30], {.k = 1}).front().row < 20);
    store.index.append(31, all[31]);
    CHECK(store.index.search(all[31], {.k = 1}).front().row == 31);
    CHECK(store.index.count() == 21);
    CHECK(store.index.problems().empty());
}

TEST_CASE("index: what another process appends or removes is seen by the next search") {
    Store store(64);
    const auto all = clustered(400, 64, 4, 1);
    store.append({all.begin(), all.begin() + 100});
    Database db(store.db.path());
    Index other(db, store.index.key());
    CHECK(other.search(all[300], {.k = 1}).front().row < 100);
    store.append(all, 100);
    CHECK(other.search(all[300], {.k = 1}).front().row == 300);
    store.index.remove(300);
    CHECK(other.search(all[300], {.k = 1}).front().row != 300);
}

TEST_CASE("index: another embedder's vectors are another set") {
    Store store(64);
    const auto all = clustered(10, 64, 4, 1);
    store.append(all);
    Index other(store.db, {"space", "test-2", 64});
    CHECK(other.search(all[0]).empty());
    other.append(0, all[1]);
    CHECK(other.count() == 1);
    Index elsewhere(store.db, {"elsewhere", "test-1", 64});
    elsewhere.append(0, all[1]);
    const auto sets = index_sets(store.db, "space");
    REQUIRE(sets.size() == 2);
    CHECK(sets[0].count == 10);
    CHECK(sets[1].key.embedder == "test-2");
    CHECK(index_sets(store.db).size() == 3);
    drop_index(store.db, other.key());
    CHECK(index_sets(store.db, "space").size() == 1);
    CHECK(store.index.vector(3) == all[3]);
    CHECK(elsewhere.contains(0));
    CHECK_FALSE(elsewhere.contains(1));
}

TEST_CASE("index: vectors of a wrong length and numbers that are none are refused") {
    Store store(64);
    const auto fault = [&](auto body) {
        try {
            body();
        } catch (const Error& e) {
            return e.fault;
        }
        return Fault::internal;
    };
    CHECK(fault([&] { store.index.append(1, Vector(63, 0.1f)); }) == Fault::data);
    CHECK(fault([&] { store.index.search(Vector(65, 0.1f)); }) == Fault::data);
    Vector bad(64, 0.1f);
    bad[3] = std::nanf("");
    CHECK(fault([&] { store.index.append(1, bad); }) == Fault::data);
    CHECK(store.index.count() == 0);
    store.index.append(1, Vector(64, 0.0f));
    CHECK(store.index.search(Vector(64, 0.0f)).size() == 1);
}

TEST_CASE("index: eight processes append at once; each vector is there once") {
    Store store(64);
    const auto all = clustered(800, 64, 40, 1);
    std::vector<pid_t> children;
    for (std::size_t p = 0; p < 8; ++p)
        children.push_back(child([&] {
            Database db(store.db.path(), {.durability = Durability::normal});
            Index index(db, store.index.key());
            for (std::size_t i = p; i < all.size(); i += 8) {
                index.append(static_cast<std::int64_t>(i), all[i]);
                if (index.search(all[i], {.k = 1}).front().row != static_cast<std::int64_t>(i)) return false;
            }
            return true;
        }));
    for (const auto pid : children) CHECK(wait_for(pid) == 0);
    CHECK(store.index.count() == 800);
    CHECK(store.index.problems().empty());
    CHECK(same(store.index.search(all[5], {.k = 9}), brute(all, all[5], 9, everyone)));
}

TEST_CASE("index: a store open for reading only can be searched") {
    Store store(64);
    const auto all = clustered(100, 64, 4, 1);
    store.append(all);
    Database db(store.db.path(), {.access = Access::read});
    Index index(db, store.index.key());
    CHECK(same(index.search(all[7], {.k = 4}), brute(all, all[7], 4, everyone)));
}
