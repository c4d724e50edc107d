#include "scene.hpp"

#include "base/hash.hpp"

#include <fstream>
#include <iterator>
#include <sys/wait.h>

using namespace llm;

namespace {

std::string bytes_of_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("batch store: while input is waited for, others can write") {
    BatchHome home;
    BatchStore reader{home.folder / "batch.db"}, other{home.folder / "batch.db"};
    const std::string id = reader.begin({});
    const std::int64_t part = reader.add_part(id, 1, "p/m", "s", {});
    reader.add(id, {"{\"a\":1}", part, "{}", 0, 0, 0});
    CHECK(other.begin({}) != id);  // would wait for the lock
    CHECK_FALSE(reader.db().in_transaction());
    reader.add(id, {"{\"a\":2}", 0, "", 0, 0, 0});
    reader.end_reading(id, "sum");
    CHECK(other.job(id).records == 2);
}

TEST_CASE("batch store: the same submission goes on with the one that was not wholly sent") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string first = s.read(3);
    CHECK(s.read(3) == first);
    CHECK(s.store.jobs().size() == 1);
    CHECK(s.read(2) != first);
    const std::string other_flags = s.read(std::vector<Json>{Json{{"id", 0}, {"prompt", "p0"}}, Json{{"id", 1}, {"prompt", "p1"}}}, Json{{"extract", true}});
    CHECK(s.store.jobs().size() == 3);
    s.batches.send(first);
    CHECK(s.read(3) == first);  // its id reached nobody yet
    s.store.set_told(first);
    const std::string again = s.read(3);  // it is asked anew, for somebody wants it twice
    CHECK(again != first);
    s.batches.cancel(again);
    CHECK(s.read(3) != again);
}

TEST_CASE("batch store: who waits for the answers goes on with what is sent and not collected") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string first = s.submit(3);
    CHECK(s.read(3, "p", BatchStore::Done::when_collected) == first);
    s.store.set_collected(first);
    CHECK(s.read(3, "p", BatchStore::Done::when_collected) != first);
}

TEST_CASE("batch store: what is dropped is overwritten") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.read(std::vector<Json>{Json{{"prompt", "a very secret prompt"}}});
    const std::filesystem::path file = home.folder / "batch.db", log = home.folder / "batch.db-wal";
    CHECK_THAT(bytes_of_file(file) + bytes_of_file(log), contains("very secret"));
    s.batches.forget(id);
    CHECK_THAT(bytes_of_file(file) + bytes_of_file(log), !contains("very secret"));
}

TEST_CASE("batch store: without a name it is the only one that waits, and an empty name is none") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    CHECK_THROWS_WITH(s.store.job(std::nullopt), contains("no batch that waits"));
    const std::string one = s.read(1);
    CHECK(s.store.job(std::nullopt).id == one);
    CHECK_THROWS_WITH(s.store.job(""), contains("no batch ''"));
    s.read(2);
    CHECK_THROWS_WITH(s.store.job(std::nullopt), contains("several batches wait"));
}

TEST_CASE("batch store: a job is worked on by one process at a time, and a dead one's is free") {
    FakeApi api;
    BatchHome home;
    BatchScene s{api, home};
    const std::string id = s.read(1);
    { const BatchStore::Claim done{s.store, id}; }
    int up[2], down[2];
    REQUIRE(::pipe(up) == 0);
    REQUIRE(::pipe(down) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            auto* store = new BatchStore{home.folder / "batch.db"};
            new BatchStore::Claim{*store, id};
            char c = 'x';
            [[maybe_unused]] auto n = ::write(up[1], &c, 1);
            n = ::read(down[0], &c, 1);
        } catch (...) {
        }
        ::_exit(0);
    }
    ::close(up[1]);
    char c = 0;
    REQUIRE(::read(up[0], &c, 1) == 1);
    CHECK_THROWS_WITH((BatchStore::Claim{s.store, id}), contains("process " + std::to_string(child)));
    CHECK(s.read(1) != id);  // nor is it gone on with meanwhile
    REQUIRE(::write(down[1], &c, 1) == 1);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK_NOTHROW(BatchStore::Claim{s.store, id});
}

TEST_CASE("batch store: of a job whose reader died nothing is left when the next one begins") {
    BatchHome home;
    {
        BatchStore store{home.folder / "batch.db"};
        const std::string id = store.begin({});
        store.add_part(id, 1, "p/m", "s", {});
        store.db().run("UPDATE job SET pid = 1, boot = 'another'");
    }
    BatchStore store{home.folder / "batch.db"};
    CHECK(store.jobs().empty());
    store.begin({});
    CHECK(store.db().value<int>("SELECT count(*) FROM job").value() == 1);
    CHECK(store.db().value<int>("SELECT count(*) FROM part").value() == 0);
}
