#include "store/lease.hpp"

#include "scratch.hpp"
#include "support/catch.hpp"

#include <array>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace llm;
using std::chrono::milliseconds;

TEST_CASE("lease: one holder at a time; who is too late is taken over") {
    Database db(":memory:");
    migrate(db, store_schema());
    std::int64_t now = 1000;
    Leases leases(db, [&] { return now; });
    CHECK(leases.acquire("build", "a", milliseconds(100)));
    CHECK_FALSE(leases.acquire("build", "b", milliseconds(100)));
    CHECK(leases.acquire("other", "b", milliseconds(100)));
    CHECK(leases.holder("build") == "a");
    now = 1050;
    CHECK(leases.renew("build", "a", milliseconds(100)));
    now = 1149;
    CHECK_FALSE(leases.acquire("build", "b", milliseconds(100)));
    now = 1150;
    CHECK_FALSE(leases.holder("build"));
    CHECK(leases.acquire("build", "b", milliseconds(100)));
    CHECK_FALSE(leases.renew("build", "a", milliseconds(100)));
    CHECK_FALSE(leases.release("build", "a"));
    CHECK(leases.holder("build") == "b");
    CHECK(leases.release("build", "b"));
    CHECK(leases.acquire("build", "c", milliseconds(100)));
    CHECK(leases.release("build"));
    leases.sweep();
    CHECK(db.value<int>("SELECT count(*) FROM lease") == 0);
}

TEST_CASE("lease: held for the life of an object") {
    Database db(":memory:");
    migrate(db, store_schema());
    Leases leases(db);
    {
        auto held = Held::acquire(leases, "build", milliseconds(60'000));
        REQUIRE(held);
        CHECK_FALSE(Held::acquire(leases, "build", milliseconds(60'000)));
        auto moved = std::move(*held);
        CHECK(moved.renew(milliseconds(60'000)));
    }
    CHECK(Held::acquire(leases, "build", milliseconds(60'000)));
}

TEST_CASE("lease: of eight processes that reach for it exactly one gets it") {
    Scratch scratch;
    {
        Database db(scratch / "store.db");
        migrate(db, store_schema());
    }
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i)
        children.push_back(child([&] {
            Database db(scratch / "store.db");
            Leases leases(db);
            return leases.acquire("build", unique_owner(), milliseconds(60'000));
        }));
    int holders = 0;
    for (const auto pid : children) holders += wait_for(pid) == 0;
    CHECK(holders == 1);
}

TEST_CASE("lease: what a killed process held is free at once, what a living one holds is not") {
    Scratch scratch;
    Database db(scratch / "store.db");
    migrate(db, store_schema());
    Leases leases(db);
    const auto hold = [&](bool killed) {
        std::array<int, 2> told{};
        REQUIRE(::pipe(told.data()) == 0);
        const pid_t pid = child([&] {
            Database mine(scratch / "store.db");
            Leases there(mine);
            const auto held = Held::acquire(there, "build", milliseconds(60'000));
            const char word = held ? 'y' : 'n';
            if (::write(told[1], &word, 1) != 1) return false;
            ::pause();
            return true;
        });
        char word = 0;
        REQUIRE(::read(told[0], &word, 1) == 1);
        CHECK(word == 'y');
        ::close(told[0]);
        ::close(told[1]);
        if (killed) ::kill(pid, SIGKILL);
        if (killed) {  // it has ended, though nobody has waited for it
            siginfo_t info{};
            ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
        }
        CHECK(Held::acquire(leases, "build", milliseconds(60'000)).has_value() == killed);
        ::kill(pid, SIGKILL);
        wait_for(pid);
    };
    hold(false);
    hold(true);
    leases.acquire("build", "1 2 3 of another machine", milliseconds(60'000));
    CHECK_FALSE(Held::acquire(leases, "build", milliseconds(60'000)));
}
