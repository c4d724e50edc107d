#include "chat/cassette.hpp"
#include "chat/provider.hpp"
#include "support/catch.hpp"

#include <unistd.h>

using namespace llm;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "replay-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path_); }
    std::string file(std::string_view name) const { return path_ / name; }

private:
    fs::path path_;
};

Request question(std::string model, std::string text) {
    Request r;
    r.model = std::move(model);
    r.messages = {Message::of(Role::user, std::move(text))};
    return r;
}

Take answered(std::string text) {
    Take take;
    take.model = "openai/a";
    take.completion.text = std::move(text);
    take.completion.model = "a-2026";
    take.completion.finish = "stop";
    return take;
}

std::string refusal(const Provider& provider, const Request& r) {
    try {
        provider.answer(r, nullptr);
    } catch (const Error& e) {
        return std::string{name(e.fault)} + ": " + e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("replay: a cassette answers as it was answered, in order") {
    Folder folder;
    const std::string tape = folder.file("tape.jsonl");
    CassetteWriter writer(tape);
    writer.record(question("whatever", "a"), answered("1"));
    writer.record(question("whatever", "a"), answered("2"));
    writer.close();
    const auto provider = provider_entry("replay").make({});
    CHECK(provider->transport() == Transport::local);
    const Completion c = provider->answer(question(tape, "a"), nullptr);
    CHECK(c.text == "1");
    CHECK(c.model == "a-2026");
    CHECK(provider->answer(question(tape, "a"), nullptr).text == "2");
    CHECK(provider->answer(question(tape, "a"), nullptr).text == "2");
}

TEST_CASE("replay: a stream has the recorded pieces, or words where it was not recorded as one") {
    Folder folder;
    const std::string tape = folder.file("tape.jsonl");
    Take streamed = answered("abc def");
    streamed.deltas = {{Delta::Kind::reasoning, "r"}, {Delta::Kind::text, "ab"}, {Delta::Kind::text, "c def"}};
    CassetteWriter writer(tape);
    writer.record(question("", "a"), streamed);
    writer.record(question("", "b"), answered("abc def"));
    writer.close();
    const auto provider = provider_entry("replay").make({});
    std::vector<Chunk> seen;
    const DeltaSink sink = [&](const Delta& d) { seen.push_back({d.kind, std::string{d.text}}); };
    provider->answer(question(tape, "a"), sink);
    CHECK(seen.empty());
    Request r = question(tape, "a");
    r.stream = true;
    provider->answer(r, sink);
    CHECK(seen == streamed.deltas);
    seen.clear();
    r = question(tape, "b");
    r.stream = true;
    provider->answer(r, sink);
    CHECK(seen == std::vector<Chunk>{{Delta::Kind::text, "abc "}, {Delta::Kind::text, "def"}});
}

TEST_CASE("replay: a question never answered is refused, by its first words and with the cure") {
    Folder folder;
    const std::string tape = folder.file("tape.jsonl");
    CassetteWriter(tape).close();
    const auto provider = provider_entry("replay").make({});
    const std::string said = refusal(*provider, question(tape, "What is\nthis? " + std::string(200, 'x')));
    CHECK(said.starts_with("refused: "));
    CHECK(said.find("'What is this? xxx") != std::string::npos);
    CHECK(said.find(std::string(100, 'x')) == std::string::npos);
    CHECK(said.find("--record " + tape) != std::string::npos);
    CHECK(refusal(*provider, question(folder.file("none.jsonl"), "a")).starts_with("io: "));
    CHECK(refusal(*provider, question("", "a")).starts_with("refused: "));
}

TEST_CASE("replay: a recorded failure fails again") {
    Folder folder;
    const std::string tape = folder.file("tape.jsonl");
    Take failed;
    failed.error = Error(Fault::auth, "no such key");
    failed.error->status = 401;
    CassetteWriter writer(tape);
    writer.record(question("", "a"), failed);
    writer.close();
    CHECK(refusal(*provider_entry("replay").make({}), question(tape, "a")) == "auth: no such key");
}
