#include "chat/cassette.hpp"

#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

using namespace llm;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "cassette-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path_); }
    fs::path file() const { return path_ / "tape.jsonl"; }

private:
    fs::path path_;
};

Request asked(std::string text) {
    Request r;
    r.messages = {Message::of(Role::user, std::move(text))};
    return r;
}

Take answered(std::string text, std::string model = "openai/a") {
    Take take;
    take.model = std::move(model);
    take.completion.text = std::move(text);
    return take;
}

void record(const fs::path& path, const std::vector<std::pair<std::string, Take>>& takes) {
    CassetteWriter writer(path);
    for (const auto& [text, take] : takes) writer.record(asked(text), take);
    writer.close();
}

std::string said(std::optional<Take> take) { return take ? take->completion.text : "(nothing)"; }

void append(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

std::string complaint(const fs::path& path) {
    try {
        Cassette tape(path);
        tape.next(asked("a"));
    } catch (const Error& e) {
        return std::string{name(e.fault)} + ": " + e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("cassette: an answer comes back whole, with its deltas and whatever the model is called now") {
    Folder folder;
    Take take = answered("two words");
    take.completion.usage.input = 5;
    take.completion.finish = "stop";
    take.deltas = {{Delta::Kind::reasoning, "hm"}, {Delta::Kind::text, "two "}, {Delta::Kind::text, "words"}};
    record(folder.file(), {{"a", take}});

    Request again = asked("a");
    again.model = "other";
    again.stream = true;
    const auto played = Cassette(folder.file()).next(again);
    REQUIRE(played);
    CHECK(played->completion.text == "two words");
    CHECK(played->completion.usage.input == 5);
    CHECK(played->completion.finish == "stop");
    CHECK(played->deltas == take.deltas);
    CHECK(played->model == "openai/a");
    CHECK(fs::status(folder.file()).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("cassette: another asked or another option is not answered") {
    Folder folder;
    record(folder.file(), {{"a", answered("A")}});
    Cassette tape(folder.file());
    CHECK_FALSE(tape.next(asked("b")));
    Request warmer = asked("a");
    warmer.options.temperature = 1;
    CHECK_FALSE(tape.next(warmer));
}

TEST_CASE("cassette: several answers to one asked are played in order, the last one ever after") {
    Folder folder;
    record(folder.file(), {{"a", answered("1")}, {"b", answered("B")}, {"a", answered("2")}});
    Cassette tape(folder.file());
    CHECK(said(tape.next(asked("a"))) == "1");
    CHECK(said(tape.next(asked("b"))) == "B");
    CHECK(said(tape.next(asked("a"))) == "2");
    CHECK(said(tape.next(asked("a"))) == "2");
}

TEST_CASE("cassette: asked for one model, only that model's answers are played") {
    Folder folder;
    record(folder.file(), {{"a", answered("x1", "x")}, {"a", answered("y1", "y")}, {"a", answered("x2", "x")}});
    Cassette tape(folder.file());
    CHECK(said(tape.next(asked("a"), "y")) == "y1");
    CHECK(said(tape.next(asked("a"), "y")) == "y1");
    CHECK(said(tape.next(asked("a"), "x")) == "x1");
    CHECK(said(tape.next(asked("a"), "x")) == "x2");
    CHECK_FALSE(tape.next(asked("a"), "z"));
    CHECK(said(tape.next(asked("a"))) == "x1");
}

TEST_CASE("cassette: a failure is played as the same failure") {
    Folder folder;
    Take take;
    take.error = Error(Fault::refused, "not that");
    take.error->status = 400;
    record(folder.file(), {{"a", take}});
    const auto played = Cassette(folder.file()).next(asked("a"));
    REQUIRE(played);
    REQUIRE(played->error);
    CHECK(played->error->fault == Fault::refused);
    CHECK(played->error->status == 400);
}

TEST_CASE("cassette: a last line that was cut off is left out, and removed before the next is written") {
    Folder folder;
    record(folder.file(), {{"a", answered("1")}, {"b", answered("2")}});
    const auto whole = fs::file_size(folder.file());
    for (const std::size_t cut : {1u, 5u, 60u}) {
        fs::resize_file(folder.file(), whole - cut);
        INFO("cut " << cut);
        Cassette tape(folder.file());
        CHECK(said(tape.next(asked("a"))) == "1");
        // Without its line end alone the line is whole.
        CHECK(said(tape.next(asked("b"))) == (cut == 1 ? "2" : "(nothing)"));
        record(folder.file(), {{"c", answered("3")}});
        Cassette mended(folder.file());
        CHECK(mended.size() == (cut == 1 ? 3u : 2u));
        CHECK(said(mended.next(asked("c"))) == "3");
        fs::remove(folder.file());
        record(folder.file(), {{"a", answered("1")}, {"b", answered("2")}});
    }
}

TEST_CASE("cassette: a bad line is named by file and number") {
    Folder folder;
    record(folder.file(), {{"a", answered("1")}});
    append(folder.file(), "\nnot json\n");
    CHECK(complaint(folder.file()).find("tape.jsonl, line 3, is no JSON: not json") != std::string::npos);
    fs::remove(folder.file());
    append(folder.file(), "{\"completion\":{}}\n");
    CHECK(complaint(folder.file()).find("line 1, has no `key`") != std::string::npos);
    fs::remove(folder.file());
    Take odd = answered("1");
    odd.completion.tool_calls = {{"no", "list"}};
    record(folder.file(), {{"a", odd}});
    CHECK(complaint(folder.file()).find("data: the cassette") == 0);
    CHECK(complaint(folder.file()).find("line 1: a completion's `tool_calls`") != std::string::npos);
}

TEST_CASE("cassette: a missing file says how to record one; a full disk says so") {
    Folder folder;
    CHECK(complaint(folder.file()).find("io: cannot read the cassette") == 0);
    CHECK(complaint(folder.file()).find("--record") != std::string::npos);
    if (!fs::exists("/dev/full")) return;
    CassetteWriter writer("/dev/full");
    CHECK_THROWS_AS(writer.record(asked("a"), answered("1")), Error);
}

TEST_CASE("cassette: 16 processes write one file, each line whole") {
    Folder folder;
    constexpr int processes = 16, lines = 50;
    for (int p = 0; p < processes; ++p)
        if (::fork() == 0) {
            CassetteWriter writer(folder.file());
            for (int i = 0; i < lines; ++i)
                writer.record(asked(std::to_string(p * lines + i)), answered(std::string(5000, 'x') + std::to_string(i)));
            writer.close();
            ::_exit(0);
        }
    int status = 0;
    while (::wait(&status) > 0) CHECK(status == 0);
    Cassette tape(folder.file());
    CHECK(tape.size() == processes * lines);
    for (int i = 0; i < processes * lines; ++i) REQUIRE(tape.next(asked(std::to_string(i))));
}
