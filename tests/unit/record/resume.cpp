#include "record/resume.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace llm;

namespace {

struct ResumeFile {
    std::string path = (std::filesystem::temp_directory_path() / ("llm-resume-" + std::to_string(::getpid()))).string();
    ResumeFile() { std::filesystem::remove(path); }
    ~ResumeFile() { std::filesystem::remove(path); }
    ResumeFile(const ResumeFile&) = delete;
    ResumeFile& operator=(const ResumeFile&) = delete;
    void write(std::string_view bytes) const { std::ofstream{path, std::ios::binary} << bytes; }
    std::string bytes() const {
        std::ostringstream all;
        all << std::ifstream{path, std::ios::binary}.rdbuf();
        return all.str();
    }
    /// Opened for these questions, each answered by its number in the list where it is not there yet. Gives what was found.
    std::vector<std::string> run(const std::vector<std::string>& questions, long broken = 0) const {
        Resume resume{path, "salt"};
        CHECK(resume.broken() == broken);
        std::vector<std::string> found;
        int n = 0;
        for (const std::string& q : questions) {
            const std::uint64_t key = resume.key(q);
            std::string record;
            if (!resume.find(key, record)) resume.add(key, "{\"n\":" + std::to_string(n) + "}");
            found.push_back(record);
            ++n;
        }
        return found;
    }
};

const std::string record0 = R"({"n":0})", record1 = R"({"n":1})", record2 = R"({"n":2})";
const std::vector<std::string> abc{"a", "b", "c"};

}  // namespace

TEST_CASE("resume: what was added is found again, by question and occurrence") {
    const ResumeFile f;
    CHECK(f.run({"a", "a", "b"}) == std::vector<std::string>{"", "", ""});
    CHECK(f.run({"b", "a", "a", "a"}) == std::vector<std::string>{record2, record0, record1, ""});
    CHECK(f.bytes().starts_with("{\"llm-utils\":\"resume\",\"version\":2}\n{\"key\":\""));
}

TEST_CASE("resume: a file without the head line, as older releases wrote it, is read and gone on with") {
    const ResumeFile f;
    f.run(abc);
    const std::string all = f.bytes();
    f.write(all.substr(all.find('\n') + 1));
    CHECK(f.run(abc) == std::vector<std::string>{record0, record1, record2});
    CHECK(f.bytes() == all.substr(all.find('\n') + 1));
}

TEST_CASE("resume: a file of another kind is refused and left to the byte") {
    for (const std::string& text : std::vector<std::string>{
             "{\"key\":\"a1\",\"prompt\":\"one\"}\n{\"key\":\"a2\",\"prompt\":\"two\"}\n",
             "{\"key\":\"a1\",\"prompt\":\"one\"}",
             "{\"key\":\"0123456789abcdef\",\"prompt\":\"one\"}\n",
             "{\"key\":\"0123456789abcdef\",\"record\":7}\n",
             "\n{\"prompt\":\"one\"}\n",
             "\n",
             "{\n  \"mine\": 1\n}\n",
             "{",
             "{\"key\":\"",
             "my only notes",
             std::string(40, '\0'),
             "{\"llm-utils\":\"resume\",\"version\":3}\n{\"other\":1}\n",
         }) {
        CAPTURE(text);
        const ResumeFile f;
        f.write(text);
        try {
            Resume resume{f.path, "salt"};
            FAIL("it was taken");
        } catch (const Error& e) {
            CHECK(e.fault == Fault::config);
        }
        CHECK(f.bytes() == text);
    }
}

TEST_CASE("resume: what is no ordinary file is refused") {
    for (const char* path : {"/dev/null", "/dev/zero"}) {
        try {
            Resume resume{path, ""};
            FAIL("it was taken");
        } catch (const Error& e) {
            CHECK(e.fault == Fault::config);
        }
    }
}

TEST_CASE("resume: of a file cut anywhere, whole entries are kept and the cut one is asked again") {
    const ResumeFile f;
    f.run(abc);
    const std::string all = f.bytes();
    const std::size_t first = all.find('\n') + 1;
    for (std::size_t size = first; size <= all.size(); ++size) {
        CAPTURE(size);
        f.write(all.substr(0, size));
        const auto found = f.run(abc);
        // an entry is whole without its newline too
        const auto whole = static_cast<std::size_t>(std::count(all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(std::min(size + 1, all.size())), '\n'));
        for (std::size_t i = 0; i < 3; ++i) CHECK(found[i].empty() == (i >= whole));
        CHECK(f.bytes() == all);
    }
    f.write(all.substr(0, all.size() - 10) + std::string(30, '\0'));  // power loss
    CHECK(f.run(abc) == std::vector<std::string>{record0, record1, ""});
    CHECK(f.bytes() == all);
}

TEST_CASE("resume: a file whose only entry is unfinished is still one") {
    const ResumeFile f;
    f.write("{\"key\":\"0123456789abcdef\",\"record\":{\"n\":");
    CHECK(f.run({"a"}) == std::vector<std::string>{""});
    CHECK(f.run({"a"}) == std::vector<std::string>{record0});
}

TEST_CASE("resume: a broken line in the middle costs itself, and nothing behind it") {
    const ResumeFile f;
    f.run(abc);
    const std::string all = f.bytes();
    for (std::size_t at = 0; at + 1 < all.size(); ++at) {
        if (all[at] == '\n') continue;
        CAPTURE(at);
        std::string flipped = all;
        flipped[at] = '\x01';
        f.write(flipped);
        const auto line = static_cast<std::size_t>(std::count(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        const auto found = f.run(abc, 1);
        for (std::size_t i = 0; i < 3; ++i) CHECK(found[i].empty() == (i + 1 == line));
        CHECK(f.bytes().starts_with(flipped));
        CHECK(f.run(abc, 1) == std::vector<std::string>{record0, record1, record2});
    }
}

TEST_CASE("resume: a line that was damaged and still reads well is told by its sum") {
    const ResumeFile f;
    f.run(abc);
    const std::string all = f.bytes();
    for (const auto& [from, to] : {std::pair{"\"n\":1", "\"n\":7"}, std::pair{"\"n\":1", "\"m\":1"}}) {
        std::string damaged = all;
        damaged.replace(damaged.find(from), std::string_view(from).size(), to);
        f.write(damaged);
        CHECK(f.run(abc, 1) == std::vector<std::string>{record0, "", record2});
    }
    f.write("{\"key\":\"0123456789abcdef\",\"record\":{\"n\":1}}\n");  // as it was written before there were sums
    f.run(abc);
}

TEST_CASE("resume: what somebody wrote behind the entries is never cut off") {
    const ResumeFile f;
    f.run(abc);
    const std::string mine = f.bytes() + "a note of mine";
    f.write(mine);
    CHECK(f.run({"a", "d"}, 1) == std::vector<std::string>{record0, ""});
    CHECK(f.bytes().starts_with(mine + "\n"));
    CHECK(f.run({"a", "d"}, 1) == std::vector<std::string>{record0, record1});
}

TEST_CASE("resume: records of any size come back whole") {
    const ResumeFile f;
    std::vector<std::string> records;
    {
        Resume resume{f.path, ""};
        for (const std::size_t size : {1u, 4000u, 4096u, 300'000u, 3'000'000u}) {
            records.push_back("{\"t\":\"" + std::string(size, 'x') + "\"}");
            resume.add(resume.key(std::to_string(size)), records.back());
        }
    }
    Resume resume{f.path, ""};
    std::size_t n = 0;
    for (const std::size_t size : {1u, 4000u, 4096u, 300'000u, 3'000'000u}) {
        std::string record;
        CHECK(resume.find(resume.key(std::to_string(size)), record));
        CHECK(record == records[n++]);
    }
}

TEST_CASE("resume: a set of hashes knows each of them once") {
    HashSet set;
    std::set<std::uint64_t> model;
    std::uint64_t x = 1;
    for (int i = 0; i < 100'000; ++i) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        const std::uint64_t hash = x % 5 == 0 ? x % 1000 : x;
        const bool fresh = model.insert(hash == 0 ? 1 : hash).second;
        REQUIRE(set.insert(hash) == fresh);
    }
}
