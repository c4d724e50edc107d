#include "store/migrate.hpp"

#include "base/error.hpp"
#include "scratch.hpp"
#include "store/lease.hpp"
#include "support/catch.hpp"

using namespace llm;

namespace {
constexpr Migration first{"toy/0001_table", "CREATE TABLE t (x); CREATE INDEX i ON t (x);"};
constexpr Migration second{"toy/0002_column", "ALTER TABLE t ADD COLUMN y DEFAULT 'new';"};
constexpr Migration broken{"toy/0003_broken", "CREATE TABLE u (x); CREATE TABEL v (x);"};
constexpr Migration old_release[] = {first};
constexpr Migration new_release[] = {first, second};
constexpr Migration bad_release[] = {first, second, broken};
}  // namespace

TEST_CASE("migrate: an old store gets what it lacks and keeps its rows") {
    Scratch scratch;
    {
        Database db(scratch / "store.db");
        migrate(db, old_release);
        db.run("INSERT INTO t VALUES (7)");
    }
    Database db(scratch / "store.db");
    migrate(db, new_release);
    migrate(db, new_release);
    auto row = db.prepare("SELECT x, y FROM t");
    REQUIRE(row.step());
    CHECK(row.row<int, std::string>() == std::tuple(7, std::string("new")));
}

TEST_CASE("migrate: a store written by a newer release is refused, with the file and the remedy") {
    Scratch scratch;
    {
        Database db(scratch / "store.db");
        migrate(db, new_release);
    }
    Database db(scratch / "store.db");
    try {
        migrate(db, old_release);
        FAIL("accepted");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::config);
        CHECK(std::string(e.what()).find((scratch / "store.db").string()) != std::string::npos);
        CHECK(std::string(e.what()).find("newer release") != std::string::npos);
        CHECK(std::string(e.what()).find("install") != std::string::npos);
    }
}

TEST_CASE("migrate: who only reads an old store has it brought up to date first") {
    Scratch scratch;
    const auto path = scratch / "store.db";
    {
        Database db(path);
        migrate(db, old_release);
    }
    Database reader(path, {.access = Access::read});
    migrate(reader, new_release);
    CHECK(reader.value<int>("SELECT count(*) FROM migration") == 2);
    CHECK(reader.access() == Access::read);
}

TEST_CASE("migrate: a migration that fails leaves the store as it was") {
    Database db(":memory:");
    migrate(db, old_release);
    CHECK_THROWS_AS(migrate(db, bad_release), Error);
    CHECK(db.value<int>("SELECT count(*) FROM migration") == 1);
    CHECK_FALSE(db.value<int>("SELECT 1 FROM sqlite_schema WHERE name = 'u'"));
    CHECK_THROWS_AS(db.run("SELECT y FROM t"), Error);
}

TEST_CASE("migrate: an up-to-date store is not locked by asking") {
    Scratch scratch;
    Database writer(scratch / "store.db");
    migrate(writer, new_release);
    writer.run("BEGIN IMMEDIATE");
    Database other(scratch / "store.db", {.busy_timeout = std::chrono::milliseconds(1)});
    migrate(other, new_release);
    Database reader(scratch / "store.db", {.access = Access::read});
    migrate(reader, new_release);
    CHECK_THROWS_AS(migrate(reader, bad_release), Error);
}

TEST_CASE("migrate: processes that meet at a new store apply each migration once") {
    Scratch scratch;
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i)
        children.push_back(child([&] {
            Database db(scratch / "store.db");
            migrate(db, {new_release, store_schema()});
            return true;
        }));
    for (const auto pid : children) CHECK(wait_for(pid) == 0);
    Database db(scratch / "store.db");
    CHECK(db.value<int>("SELECT count(*) FROM migration") == 3);
}

TEST_CASE("migrate: the files in lib/store/schema are built in") {
    REQUIRE(store_schema().size() >= 1);
    CHECK(store_schema()[0].name == "store/0001_lease");
    CHECK(store_schema()[0].sql.find("CREATE TABLE lease") != std::string_view::npos);
}
