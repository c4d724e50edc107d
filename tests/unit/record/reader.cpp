#include "record/reader.hpp"

#include "support/catch.hpp"

#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace llm;

namespace {

struct Read {
    std::vector<std::string> lines;
    std::vector<long> too_long;
};

/// Reads the pieces through a pipe, each written by itself.
Read read(const std::vector<std::string>& pieces, std::size_t limit = max_line) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::thread writer([&] {
        for (const auto& p : pieces) {
            std::size_t done = 0;
            while (done < p.size()) {
                const ssize_t n = ::write(ends[1], p.data() + done, p.size() - done);
                if (n <= 0) break;
                done += static_cast<std::size_t>(n);
            }
        }
        ::close(ends[1]);
    });
    Read out;
    LineReader reader{ends[0], limit};
    for (bool more = true; more;) {
        std::string_view line;
        switch (reader.next(line)) {
            case LineReader::Got::line: out.lines.emplace_back(line); break;
            case LineReader::Got::too_long: out.too_long.push_back(reader.number()); break;
            case LineReader::Got::need_more: reader.fill(); break;
            case LineReader::Got::end: more = false; break;
        }
    }
    writer.join();
    ::close(ends[0]);
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("reader: lines are cut at newlines, wherever the pieces end") {
    CHECK(read({"a\nb", "c\n\nd"}).lines == Lines{"a", "bc", "", "d"});
    CHECK(read({""}).lines.empty());
    CHECK(read({"\n"}).lines == Lines{""});
    CHECK(read({"a\r\n"}).lines == Lines{"a\r"});
}

TEST_CASE("reader: a byte order mark ahead of the first line is dropped, a later one is data") {
    CHECK(read({"\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo"}).lines == Lines{"one", "\xEF\xBB\xBFtwo"});
}

TEST_CASE("reader: a line beyond the limit is reported with its number and skipped whole, the next one is served") {
    const Read r = read({"short\n" + std::string(300'000, 'x') + "\nafter\n" + std::string(300'000, 'y')}, 100'000);
    CHECK(r.lines == Lines{"short", "after"});
    CHECK(r.too_long == std::vector<long>{2, 4});
}
