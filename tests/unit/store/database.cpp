#include "store/database.hpp"

#include "base/error.hpp"
#include "store/blob.hpp"
#include "store/transaction.hpp"
#include "support/catch.hpp"
#include "scratch.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

using namespace llm;

namespace {

Fault fault_of(const std::function<void()>& body, std::string* message = nullptr) {
    try {
        body();
    } catch (const Error& e) {
        if (message) *message = e.what();
        return e.fault;
    }
    FAIL("nothing was thrown");
    return Fault::internal;
}

unsigned mode_of(const std::filesystem::path& path) {
    struct stat s {};
    REQUIRE(::stat(path.c_str(), &s) == 0);
    return s.st_mode & 0777u;
}

}  // namespace

TEST_CASE("store: a missing store is made with its folders, private to the user") {
    Scratch scratch;
    const auto path = scratch / "a/b/store.db";
    Database db(path);
    db.script("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    CHECK(mode_of(scratch / "a") == 0700);
    CHECK(mode_of(scratch / "a/b") == 0700);
    CHECK(mode_of(path) == 0600);
    CHECK(mode_of(scratch / "a/b/store.db-wal") == 0600);
    CHECK(db.value<std::string>("PRAGMA journal_mode") == "wal");
    CHECK(db.value<int>("PRAGMA foreign_keys") == 1);
    CHECK(db.value<int>("PRAGMA synchronous") == 2);
    Database relaxed(path, {.durability = Durability::normal});
    CHECK(relaxed.value<int>("PRAGMA synchronous") == 1);
}

TEST_CASE("store: what is bound comes back in its type") {
    Database db(":memory:");
    db.script("CREATE TABLE t (i, r, s, b, n, e)");
    const std::vector<std::byte> bytes{std::byte{0}, std::byte{255}, std::byte{7}};
    const std::string text("a\0b", 3);
    db.run("INSERT INTO t VALUES (?,?,?,?,?,?)", std::int64_t{1} << 62, 2.5, text, bytes, nullptr, "");
    auto all = db.prepare("SELECT * FROM t");
    REQUIRE(all.step());
    const auto [i, r, s, b, n, e] = all.row<std::int64_t, double, std::string, std::vector<std::byte>,
                                            std::optional<int>, std::optional<std::string>>();
    CHECK(i == std::int64_t{1} << 62);
    CHECK(r == 2.5);
    CHECK(s == text);
    CHECK(b == bytes);
    CHECK_FALSE(n);
    CHECK(e == "");
    CHECK_FALSE(all.step());
    CHECK(db.value<int>("SELECT 5 WHERE ?1 IS NULL", std::optional<int>{}) == 5);
    CHECK(db.value<int>("SELECT 5 WHERE 0") == std::nullopt);
}

TEST_CASE("store: a statement in use is not disturbed by the same text prepared again") {
    Database db(":memory:");
    db.script("CREATE TABLE t (x); INSERT INTO t VALUES (1),(2),(3)");
    int pairs = 0;
    auto outer = db.prepare("SELECT x FROM t");
    for (auto [x] : outer.rows<int>()) {
        auto inner = db.prepare("SELECT x FROM t");
        for (auto [y] : inner.rows<int>()) pairs += x * y;
    }
    CHECK(pairs == 36);
}

TEST_CASE("store: a transaction left by an exception leaves nothing behind") {
    Database db(":memory:");
    db.script("CREATE TABLE t (x)");
    try {
        Transaction all(db);
        db.run("INSERT INTO t VALUES (1)");
        throw std::runtime_error("on the way");
    } catch (const std::runtime_error&) {
    }
    CHECK(db.value<int>("SELECT count(*) FROM t") == 0);
    Transaction outer(db);
    db.run("INSERT INTO t VALUES (1)");
    {
        Transaction inner(db);
        db.run("INSERT INTO t VALUES (2)");
    }
    {
        Transaction inner(db);
        db.run("INSERT INTO t VALUES (3)");
        inner.commit();
    }
    outer.commit();
    CHECK(db.value<int>("SELECT sum(x) FROM t") == 4);
}

TEST_CASE("store: part of a blob is written in place") {
    Database db(":memory:");
    db.script("CREATE TABLE t (b)");
    db.run("INSERT INTO t VALUES (zeroblob(100000))");
    {
        Blob blob(db, "t", "b", 1, Access::write);
        CHECK(blob.size() == 100000);
        const std::vector<std::byte> part(10, std::byte{9});
        blob.write(part, 77777);
        std::vector<std::byte> read(12);
        blob.read(read, 77776);
        CHECK(read[0] == std::byte{0});
        CHECK(read[1] == std::byte{9});
        CHECK(read[11] == std::byte{0});
    }
    CHECK(db.value<int>("SELECT instr(b, x'09') FROM t") == 77778);
}

TEST_CASE("store: eight processes write at once, none is told that the store is locked, no row is lost") {
    Scratch scratch;
    const auto path = scratch / "store.db";
    constexpr int processes = 8, rows = 150;
    std::vector<pid_t> children;
    for (int p = 0; p < processes; ++p)
        children.push_back(child([&] {
            // Everyone opens a store that does not exist yet, and again every ten rows.
            for (int round = 0; round < rows / 10; ++round) {
                Database db(path, {.durability = Durability::normal});
                db.script("CREATE TABLE IF NOT EXISTS t (process, row, PRIMARY KEY (process, row))");
                for (int i = 0; i < 10; ++i) {
                    Transaction one(db);
                    const int row = db.value<int>("SELECT count(*) FROM t WHERE process = ?", p).value_or(0);
                    db.run("INSERT INTO t VALUES (?, ?)", p, row);
                    one.commit();
                }
            }
            return true;
        }));
    for (const auto pid : children) CHECK(wait_for(pid) == 0);
    Database db(path);
    CHECK(db.value<int>("SELECT count(*) FROM t") == processes * rows);
    CHECK(db.damage().empty());
}

TEST_CASE("store: who waits too long for another writer is told which store is in use") {
    Scratch scratch;
    const auto path = scratch / "store.db";
    Database first(path), second(path, {.busy_timeout = std::chrono::milliseconds(20)});
    first.script("CREATE TABLE t (x)");
    Transaction held(first);
    std::string message;
    CHECK(fault_of([&] { Transaction wanted(second); }, &message) == Fault::locked);
    CHECK(message.find(path.string()) != std::string::npos);
}

TEST_CASE("store: a writer killed in the middle keeps every row it had acknowledged") {
    Scratch scratch;
    const auto path = scratch / "store.db";
    for (int round = 0; round < 20; ++round) {
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        const pid_t writer = child([&] {
            Database db(path, {.durability = Durability::normal});
            db.script("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text)");
            for (;;) {
                Transaction one(db);
                db.run("INSERT INTO t (text) VALUES (?)", std::string(3000, 'x'));
                const auto row = db.last_row();
                one.commit();
                if (::write(pipe[1], &row, sizeof row) != sizeof row) return false;
            }
        });
        ::close(pipe[1]);
        std::int64_t acknowledged = 0;
        for (int i = 0; i <= round * 7; ++i)
            REQUIRE(::read(pipe[0], &acknowledged, sizeof acknowledged) == 8);
        ::kill(writer, SIGKILL);
        wait_for(writer);
        for (std::int64_t row; ::read(pipe[0], &row, sizeof row) == 8;) acknowledged = row;
        ::close(pipe[0]);
        Database db(path);
        CHECK(db.value<std::int64_t>("SELECT count(*) FROM t WHERE id <= ?", acknowledged) == acknowledged);
        CHECK(db.damage().empty());
    }
}

TEST_CASE("store: a full disk is said to be full, and what was there stays") {
    Scratch scratch;
    const auto path = scratch / "store.db";
    {
        Database db(path);
        db.script("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
    }
    const pid_t writer = child([&] {
        // No file may grow beyond 256 KiB: to the process a full disk.
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{256 * 1024, 256 * 1024};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        Database db(path);
        try {
            for (int i = 0; i < 1000; ++i) db.run("INSERT INTO t VALUES (zeroblob(10000))");
        } catch (const Error& e) {
            const std::string message = e.what();
            return e.fault == Fault::io && message.find(path.string()) != std::string::npos &&
                   message.find("free") != std::string::npos;
        }
        return false;
    });
    CHECK(wait_for(writer) == 0);
    Database db(path);
    CHECK(db.damage().empty());
    CHECK(db.value<int>("SELECT x FROM t WHERE rowid = 1") == 1);
    db.run("INSERT INTO t VALUES (2)");
}

TEST_CASE(
    "store: a folder in the way, a missing file, a read-only store and a text file each get their own "
    "words") {
    Scratch scratch;
    std::string message;
    std::filesystem::create_directory(scratch / "folder");
    CHECK(fault_of([&] { Database db(scratch / "folder"); }, &message) == Fault::io);
    CHECK(fault_of([&] { Database db(scratch / "absent", {.access = Access::read}); }, &message) ==
          Fault::io);
    CHECK(message.find("absent") != std::string::npos);
    {
        Database db(scratch / "store.db");
        db.script("CREATE TABLE t (x)");
    }
    Database reader(scratch / "store.db", {.access = Access::read});
    CHECK(reader.value<int>("SELECT count(*) FROM t") == 0);
    CHECK(fault_of([&] { reader.run("INSERT INTO t VALUES (1)"); }, &message) == Fault::io);
    CHECK(message.find("read-only") != std::string::npos);
    std::ofstream(scratch / "text") << std::string(5000, 'q');
    CHECK(fault_of([&] { Database db(scratch / "text"); }, &message) == Fault::io);
    CHECK(message.find("damaged or no store") != std::string::npos);
    CHECK(fault_of([&] { reader.run("SELEKT"); }, &message) == Fault::internal);
    CHECK(message.find("SELEKT") != std::string::npos);
}
