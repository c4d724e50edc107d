#include "log/prune.hpp"

#include "log/query.hpp"
#include "log/when.hpp"
#include "support/catch.hpp"
#include "unit/log/support.hpp"

using namespace llm;
using namespace llm::test;

namespace {

constexpr std::int64_t day = 86'400'000'000;

/// One call a day, the newest at noon; each with `bytes` of text and an attachment of its own.
void write_days(const std::filesystem::path& path, int days, std::size_t bytes) {
    Journal journal(options_for(path));
    for (int i = 0; i < days; ++i) {
        Call call = call_of("day " + std::to_string(i), std::string(bytes, 'x'), noon - i * day);
        auto request = std::make_shared<Request>(*call.request);
        Part file{Part::Kind::media, {}, {}};
        file.media.type = "text/plain";
        file.media.data = "file of day " + std::to_string(i);
        request->messages[0].parts.push_back(file);
        call.request = std::move(request);
        journal.push(std::move(call));
    }
}

std::int64_t count(const std::filesystem::path& path, const char* table) {
    Database db(path, {.access = Access::read});
    return db.value<std::int64_t>(std::string("SELECT count(*) FROM ") + table).value_or(-1);
}

Keep keep(std::optional<double> age, std::optional<std::uint64_t> size = {}) { return {age, size}; }

}  // namespace

TEST_CASE("prune: what is too old goes, with its attachments; a dry run says the same and touches nothing") {
    Folder folder;
    write_days(folder.file(), 60, 100);
    const Keep ten_days = keep(10.5 * 86400);
    const PrunePlan plan = JournalReader(folder.file()).plan(ten_days, noon);
    CHECK(plan.calls == 49);
    CHECK(plan.calls_kept == 11);
    CHECK(plan.oldest == noon - 59 * day);
    CHECK(count(folder.file(), "call") == 60);

    const PrunePlan done = prune_journal(folder.file(), ten_days, noon);
    CHECK(done.calls == plan.calls);
    CHECK(done.before == plan.before);
    CHECK(count(folder.file(), "call") == 11);
    CHECK(count(folder.file(), "media") == 11);
    CHECK(prune_journal(folder.file(), ten_days, noon).calls == 0);
    CHECK(to_json(plan)["oldest"] == show_time(noon - 59 * day));
    CHECK_FALSE(to_json(prune_journal(folder.file(), ten_days, noon)).contains("oldest"));
}

TEST_CASE("prune: what is too large loses its oldest, and the file becomes smaller") {
    Folder folder;
    write_days(folder.file(), 400, 5000);
    const auto before = std::filesystem::file_size(folder.file());
    REQUIRE(before > 2'000'000);
    const PrunePlan plan = prune_journal(folder.file(), keep({}, 1'000'000), noon);
    CHECK(plan.calls > 150);
    CHECK(plan.calls < 300);
    CHECK(plan.calls_kept == count(folder.file(), "call"));
    CHECK(std::filesystem::file_size(folder.file()) < 1'200'000);
    Database db(folder.file(), {.access = Access::read});
    CHECK(db.value<std::int64_t>("SELECT max(id) FROM call") == noon);
    CHECK(prune_journal(folder.file(), keep({}, 0), noon).calls_kept == 0);
    CHECK(count(folder.file(), "call") == 0);
}

TEST_CASE("prune: without bound nothing goes") {
    Folder folder;
    write_days(folder.file(), 3, 10);
    CHECK(prune_journal(folder.file(), Keep{}, noon + 10'000 * day).calls == 0);
    CHECK(count(folder.file(), "call") == 3);
}

TEST_CASE("prune: past its deadline it stops, and goes on another time") {
    Folder folder;
    write_days(folder.file(), 3, 10);
    auto db = open_store(folder.file());
    const PrunePlan plan = plan_prune(db, keep(0.0), noon + 1);
    CHECK(plan.calls == 3);
    CHECK(prune(db, plan, {}) == Pruned::in_part);
    CHECK(db.value<int>("SELECT count(*) FROM call") == 3);
    CHECK(prune(db, plan, std::chrono::steady_clock::time_point::max()) == Pruned::all);
    CHECK(db.value<int>("SELECT count(*) FROM call") == 0);
}

TEST_CASE("prune: the journal's writer prunes by itself, but not twice within the hour") {
    Folder folder;
    const std::int64_t now = unix_microseconds();
    const auto journal_of = [&](std::int64_t started) {
        JournalOptions options = options_for(folder.file());
        options.keep = keep(86400);
        Journal journal(std::move(options));
        journal.push(call_of("q", "a", started));
    };
    { Journal(options_for(folder.file())).push(call_of("q", "old", now - 2 * day)); }
    CHECK(count(folder.file(), "call") == 1);
    journal_of(now);
    CHECK(count(folder.file(), "call") == 1);
    CHECK(JournalReader(folder.file()).show(now));
    journal_of(now - 2 * day);
    CHECK(count(folder.file(), "call") == 2);
    {
        auto db = open_store(folder.file());
        db.run("UPDATE journal SET value = ?1", now - 3'700'000'000);
    }
    journal_of(now + 1);
    CHECK(count(folder.file(), "call") == 2);
    CHECK_FALSE(JournalReader(folder.file()).show(now - 2 * day));
}
