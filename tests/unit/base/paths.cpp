#include "base/paths.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <fstream>

#include <sys/stat.h>

using namespace llm;
namespace fs = std::filesystem;

namespace {
struct Scratch {
    fs::path path;
    Scratch() {
        std::string name = (fs::temp_directory_path() / "llm-paths-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Scratch() { fs::remove_all(path); }
};

unsigned mode(const fs::path& p) {
    struct stat s {};
    ::stat(p.c_str(), &s);
    return s.st_mode & 0777u;
}
}  // namespace

TEST_CASE("paths: XDG variables say where files go") {
    const Environment e{{{"HOME", "/h"},
                         {"XDG_CONFIG_HOME", "/c"},
                         {"XDG_DATA_HOME", "/d"},
                         {"XDG_CACHE_HOME", "/k"},
                         {"XDG_STATE_HOME", "/s"},
                         {"XDG_RUNTIME_DIR", "/r"}}};
    CHECK(config_folder(e) == "/c/llm-utils");
    CHECK(data_folder(e) == "/d/llm-utils");
    CHECK(cache_folder(e) == "/k/llm-utils");
    CHECK(state_folder(e) == "/s/llm-utils");
    CHECK(runtime_folder(e) == "/r/llm-utils");
}

TEST_CASE("paths: HOME stands in for XDG variables that are missing, empty or relative") {
    const Environment e{{{"HOME", "/h"}, {"XDG_CONFIG_HOME", ""}, {"XDG_DATA_HOME", "relative/path"}}};
    CHECK(config_folder(e) == "/h/.config/llm-utils");
    CHECK(data_folder(e) == "/h/.local/share/llm-utils");
    CHECK(cache_folder(e) == "/h/.cache/llm-utils");
    CHECK(state_folder(e) == "/h/.local/state/llm-utils");
    CHECK(runtime_folder(e) == "/h/.local/state/llm-utils/run");
}

TEST_CASE("paths: without HOME the error names the variables to set") {
    const Environment nothing{{}};
    CHECK_FALSE(find_config_folder(nothing));
    CHECK_THROWS_WITH(data_folder(nothing), contains("HOME") && contains("XDG_DATA_HOME"));
}

TEST_CASE("paths: a tilde is HOME at the front only") {
    const Environment e{{{"HOME", "/h"}}};
    CHECK(expand_home("~", e) == "/h");
    CHECK(expand_home("~/key", e) == "/h/key");
    CHECK(expand_home("~ada/key", e) == "~ada/key");
    CHECK(expand_home("/a/~", e) == "/a/~");
}

TEST_CASE("paths: a private folder and what is made above it belong to the user alone") {
    const Scratch scratch;
    const auto old = ::umask(0);
    make_private_folder(scratch.path / "a" / "b");
    ::umask(old);
    CHECK(mode(scratch.path / "a") == 0700);
    CHECK(mode(scratch.path / "a" / "b") == 0700);
    CHECK_NOTHROW(make_private_folder(scratch.path / "a" / "b"));
}

TEST_CASE("paths: a folder that is there keeps its mode") {
    const Scratch scratch;
    fs::create_directory(scratch.path / "open");
    ::chmod((scratch.path / "open").c_str(), 0755);
    make_private_folder(scratch.path / "open" / "inner");
    CHECK(mode(scratch.path / "open") == 0755);
    CHECK(mode(scratch.path / "open" / "inner") == 0700);
}

TEST_CASE("paths: a file in the way is an io error that names it") {
    const Scratch scratch;
    std::ofstream{scratch.path / "file"} << "x";
    try {
        make_private_folder(scratch.path / "file");
        FAIL("no error");
    } catch (const Error& e) {
        CHECK(e.fault == Fault::io);
        CHECK_THAT(e.what(), contains((scratch.path / "file").string()));
    }
}
