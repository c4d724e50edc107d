#include "pace/budget.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

using namespace llm;

namespace {

struct Home {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("llm-budget-" + std::to_string(::getpid()));
    Home() { std::filesystem::remove_all(folder); }
    ~Home() { std::filesystem::remove_all(folder); }
    std::filesystem::path store() const { return folder / "pace.db"; }
};

BudgetLimits a_run(double d) { return {nano(d), std::nullopt}; }
BudgetLimits a_day(double d) { return {std::nullopt, nano(d)}; }

/// A child that does something with a budget and is killed before it could clean up.
void in_a_child_that_dies(const std::function<void()>& what) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        what();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
}

}  // namespace

TEST_CASE("budget: what a call can cost at worst is put aside, and what it did cost is taken") {
    PaceStore store{":memory:"};
    Budget budget{store, a_run(1), "test"};
    const auto first = budget.reserve(nano(.6), "p/m", Sent::yes);
    REQUIRE(first.fit == Fit::yes);
    const auto second = budget.reserve(nano(.6), "p/m", Sent::yes);
    CHECK(second.fit == Fit::later);  // the first may cost less
    CHECK(dollars(second.left) == Approx(.4));
    budget.settle(first.id, nano(.1));
    const auto third = budget.reserve(nano(.6), "p/m", Sent::yes);
    CHECK(third.fit == Fit::yes);
    budget.settle(third.id, nano(.6));
    CHECK(budget.reserve(nano(.4), "p/m", Sent::yes).fit == Fit::no);
    CHECK(budget.reserve(nano(.3), "p/m", Sent::yes).fit == Fit::yes);
}

TEST_CASE("budget: what could never fit is not waited for") {
    PaceStore store{":memory:"};
    Budget budget{store, a_run(1), "test"};
    CHECK(budget.reserve(nano(.5), "p/m", Sent::yes).fit == Fit::yes);
    CHECK(budget.reserve(nano(1.1), "p/m", Sent::yes).fit == Fit::no);
}

TEST_CASE("budget: a day's is common to all runs, and a new day is a new one") {
    Home home;
    std::int64_t now = PaceStore::wall_clock();
    PaceStore a{home.store(), [&now] { return now; }}, b{home.store(), [&now] { return now; }};
    Budget one{a, a_day(1), "one"}, two{b, a_day(1), "two"};
    const auto taken = one.reserve(nano(.9), "p/m", Sent::yes);
    REQUIRE(taken.fit == Fit::yes);
    CHECK(two.reserve(nano(.2), "p/m", Sent::yes).fit == Fit::later);
    one.settle(taken.id, nano(.9));
    const auto refused = two.reserve(nano(.2), "p/m", Sent::yes);
    CHECK(refused.fit == Fit::no);
    CHECK(refused.which == "budget.day");
    now += 86'400'000'000;
    CHECK(two.reserve(nano(.2), "p/m", Sent::yes).fit == Fit::yes);
}

TEST_CASE("budget: what a dead process had sent is charged whole, the rest is given back") {
    Home home;
    in_a_child_that_dies([&home] {
        auto* store = new PaceStore{home.store()};
        auto* budget = new Budget{*store, a_day(1), "dead"};
        budget->reserve(nano(.3), "p/sent", Sent::yes);
        budget->reserve(nano(.5), "p/held", Sent::no);
    });
    PaceStore store{home.store()};
    Budget budget{store, a_day(1), "living"};
    CHECK(budget.reserve(nano(.7), "p/m", Sent::no).fit == Fit::yes);
    CHECK(budget.reserve(nano(.0000001), "p/m", Sent::no).fit == Fit::later);
    const BudgetStatus status = budget_status(store);
    CHECK(dollars(status.days.at(0).spent) == Approx(.3));
    CHECK(dollars(status.days.at(0).held) == Approx(.7));
    REQUIRE(status.reservations.size() == 1);
    CHECK(status.reservations[0].pid == ::getpid());
    CHECK(status.runs.size() == 1);
}

TEST_CASE("budget: a process number that somebody else has now, or of another boot, is a dead one") {
    ProcessId me = ProcessId::self();
    CHECK(me.alive());
    ++me.started;
    CHECK_FALSE(me.alive());
    ProcessId other = ProcessId::self();
    other.boot = "00000000-0000-0000-0000-000000000000";
    CHECK_FALSE(other.alive());
}

TEST_CASE("budget: settling what was given up for dead changes nothing") {
    Home home;
    PaceStore store{home.store()};
    Budget budget{store, a_day(1), "test"};
    const auto taken = budget.reserve(nano(.5), "p/m", Sent::yes);
    store.db().run("UPDATE reservation SET boot = 'another'");
    CHECK(dollars(budget_status(store).days.at(0).spent) == Approx(.5));
    budget.settle(taken.id, nano(.1));
    CHECK(dollars(budget_status(store).days.at(0).spent) == Approx(.5));
}

TEST_CASE("budget: thirty-two processes together never spend or put aside more than there is") {
    Home home;
    constexpr double whole = .05;
    { PaceStore store{home.store()}; store.db(); }
    std::vector<pid_t> children;
    for (int n = 0; n < 32; ++n) {
        const pid_t pid = ::fork();
        if (pid != 0) {
            children.push_back(pid);
            continue;
        }
        int code = 0;
        try {
            PaceStore store{home.store()};
            Budget budget{store, a_day(whole), "child"};
            std::minstd_rand chance{static_cast<unsigned>(n + 1)};
            for (int i = 0; i < 20; ++i) {
                const Nano worst = nano(.0001) + static_cast<Nano>(chance() % 900'000);
                const auto answer = budget.reserve(worst, "p/m", Sent::yes);
                const Nano there = store.db().value<Nano>("SELECT (SELECT coalesce(sum(spent), 0) FROM day) + (SELECT coalesce(sum(amount), 0) FROM reservation)").value();
                if (there > nano(whole)) code = 1;
                if (answer.fit == Fit::yes) budget.settle(answer.id, worst / (1 + static_cast<Nano>(chance() % 3)));
            }
        } catch (const std::exception&) {
            code = 2;
        }
        ::_exit(code);
    }
    for (const pid_t pid : children) {
        int status = 0;
        ::waitpid(pid, &status, 0);
        CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    }
    PaceStore store{home.store()};
    const BudgetStatus status = budget_status(store);
    CHECK(status.days.at(0).spent <= nano(whole));
    CHECK(status.days.at(0).spent > nano(whole) * 9 / 10);  // and they got to its end
    CHECK(status.days.at(0).held == 0);
}

TEST_CASE("budget: the worst case is one token a byte, the dearest rates and every answer asked for") {
    Request r;
    r.messages.push_back(Message::of(Role::user, std::string(1000, 'x')));
    CHECK(worst_input(r) >= 1000);
    CHECK(worst_input(r) < 2500);
    Request seen = r;
    Part picture;
    picture.kind = Part::Kind::media;
    picture.media = {"image/png", "few bytes", "", "a.png"};
    seen.messages.back().parts.push_back(picture);
    CHECK(worst_input(seen) >= worst_input(r) + 50'000);  // a picture of few bytes may be large
    seen.messages.back().parts.back().media = {"application/pdf", "%PDF /Type /Pages /Type /Page\n/Type/Page /Type /Page>>" + std::string(100'000, ' '), "", ""};
    CHECK(worst_input(seen) >= worst_input(r) + 65'000);
    seen.messages.back().parts.back().media.data = "%PDF /Type /ObjStm";
    CHECK(worst_input(seen) >= worst_input(r) + 500'000);
    CHECK_FALSE(worst_output(r.options).has_value());
    r.options.max_tokens = 100;
    CHECK(worst_output(r.options) == 100);
    r.options.body = Json{{"n", 3}, {"max_completion_tokens", 200}};
    CHECK(worst_output(r.options) == 600);

    Price price;
    CHECK_FALSE(worst_cost(price, 1, 1).has_value());
    price.input = 1;
    price.output = 10;
    price.cache_write = 1.25;
    CHECK(dollars(worst_cost(price, 1'000'000, 100'000).value()) == Approx(2.25));
    Price::Step step;
    step.above = 200'000;
    step.input = 4;
    step.output = 20;
    price.steps.push_back(step);
    CHECK(dollars(worst_cost(price, 1'000'000, 100'000).value()) == Approx(6));
    CHECK(dollars(worst_cost(price, 100'000, 100'000).value()) == Approx(1.125));
}

TEST_CASE("budget: a charge by name is made once, outlives its run and is settled once") {
    PaceStore store{":memory:"};
    {
        Budget budget{store, a_day(1), "test"};
        const auto all = budget.reserve(nano(.7), "p/m", Sent::no);
        REQUIRE(all.fit == Fit::yes);
        CHECK(budget.charge(all.id, nano(.4), "first", "p/m"));
        CHECK(budget_status(store).days.front().spent == nano(.4));
        CHECK(budget_status(store).days.front().held == nano(.3));
        CHECK(budget.charge(all.id, nano(.3), "second", "p/m"));
        CHECK(budget_status(store).days.front().held == 0);
        budget.settle(all.id, 0);
        CHECK_FALSE(budget.charge(all.id, nano(.1), "third", "p/m"));  // nothing is put aside for it
    }
    CHECK(is_charged(store, "first"));
    CHECK_FALSE(is_charged(store, "third"));
    REQUIRE(budget_status(store).charges.size() == 2);
    CHECK(budget_status(store).days.front().spent == nano(.7));
    settle_charge(store, "first", nano(.1));
    settle_charge(store, "first", 0);
    CHECK(budget_status(store).days.front().spent == nano(.4));
    settle_charge(store, "second", 0);
    CHECK(budget_status(store).days.front().spent == nano(.1));
    CHECK(budget_status(store).charges.empty());
}

TEST_CASE("budget: a charge asked for again, because nobody knows what became of it, is the same one") {
    PaceStore store{":memory:"};
    Budget budget{store, a_day(1), "test"};
    for (int i = 0; i < 2; ++i) {
        const auto all = budget.reserve(nano(.4), "p/m", Sent::no);
        REQUIRE(all.fit == Fit::yes);
        CHECK(budget.charge(all.id, nano(.4), "same", "p/m"));
        budget.settle(all.id, 0);
    }
    CHECK(budget_status(store).days.front().spent == nano(.4));
}

TEST_CASE("budget: between a charge and what is put aside for the rest there is no room for others") {
    Home home;
    PaceStore a{home.store()}, b{home.store()};
    Budget one{a, a_day(1), "one"}, other{b, a_day(1), "other"};
    const auto all = one.reserve(nano(.9), "p/m", Sent::no);
    REQUIRE(all.fit == Fit::yes);
    for (const char* name : {"1", "2", "3"}) {
        CHECK(one.charge(all.id, nano(.3), name, "p/m"));
        CHECK(other.reserve(nano(.2), "p/m", Sent::yes).fit != Fit::yes);
    }
}
