#include "record/window.hpp"

#include "support/catch.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

using namespace llm;

namespace {

/// What a window wrote.
class Output {
public:
    Output() : file_(std::tmpfile()), writer_(::fileno(file_)) {}
    ~Output() { std::fclose(file_); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    Writer& writer() { return writer_; }
    std::string text() {
        writer_.flush();
        std::string all(static_cast<std::size_t>(::lseek(::fileno(file_), 0, SEEK_END)), '\0');
        REQUIRE(::pread(::fileno(file_), all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
        return all;
    }

private:
    std::FILE* file_;
    Writer writer_;
};

}  // namespace

TEST_CASE("window: what is finished in any order comes out in the order it was reserved") {
    std::mt19937 random{3};
    Output out;
    std::string expected;
    {
        Window window{out.writer()};
        std::vector<std::pair<std::uint64_t, std::string>> open;
        for (int i = 0; i < 2000; ++i) {
            const std::string line = std::to_string(i) + "\n";
            expected += line;
            if (random() % 3 == 0) window.put(line);
            else open.emplace_back(window.reserve(), line);
            while (open.size() > 20 || (!open.empty() && random() % 4 == 0)) {
                const std::size_t at = random() % open.size();
                window.finish(open[at].first, open[at].second);
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
            }
        }
        for (const auto& [place, line] : open) window.finish(place, line);
        CHECK(window.empty());
    }
    CHECK(out.text() == expected);
}

TEST_CASE("window: what waits behind a slow one lies in a file and comes back whole") {
    Output out;
    Window window{out.writer()};
    const auto slow = window.reserve();
    std::string expected = "slow\n";
    for (int i = 0; i < 40; ++i) {
        const std::string block(1 << 20, static_cast<char>('a' + i % 26));
        expected += block;
        if (i % 2 == 0) window.put(block);
        else window.finish(window.reserve(), block);
    }
    window.finish(slow, "slow\n");
    CHECK(window.empty());
    CHECK(out.text() == expected);
}

TEST_CASE("window: without room for a file it is crowded until something has left, and says so once") {
    const char* before = std::getenv("TMPDIR");
    const std::string folder = before != nullptr ? before : "";
    ::setenv("TMPDIR", "/dev/null/none", 1);
    Output out;
    std::vector<std::string> said;
    Window window{out.writer(), [&said](std::string_view text) { said.emplace_back(text); }};
    std::string expected;
    for (int round = 0; round < 2; ++round) {
        const auto slow = window.reserve();
        CHECK_FALSE(window.crowded());
        expected += "slow\n";
        for (int i = 0; i < 20; ++i) {
            expected += std::string(1 << 20, static_cast<char>('a' + i));
            window.finish(window.reserve(), std::string(1 << 20, static_cast<char>('a' + i)));
        }
        CHECK(window.crowded());
        window.finish(slow, "slow\n");
        CHECK_FALSE(window.crowded());
    }
    folder.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", folder.c_str(), 1);
    CHECK(out.text() == expected);
    REQUIRE(said.size() == 1);
    CHECK_THAT(said[0], contains("/dev/null/none"));
    CHECK_THAT(said[0], contains("TMPDIR"));
}

TEST_CASE("window: an empty output leaves no trace") {
    Output out;
    Window window{out.writer()};
    const auto a = window.reserve(), b = window.reserve();
    window.finish(b, "b\n");
    window.finish(a, "");
    CHECK(out.text() == "b\n");
}
