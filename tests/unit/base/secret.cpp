#include "base/secret.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

using namespace llm;

namespace {
const Environment shell{{{"PATH", "/usr/bin:/bin"}, {"HOME", "/nowhere"}}};

KeySource command(std::vector<std::string> argv) { return {"", std::move(argv), ""}; }

Error failure_of(const KeySource& source, const Environment& environment = shell, double seconds = 10) {
    try {
        read_key(source, environment, seconds);
    } catch (const Error& e) {
        return e;
    }
    FAIL("no error");
    return Error(Fault::internal, "never");
}

struct KeyFile {
    std::filesystem::path folder, path;
    explicit KeyFile(std::string_view text, mode_t mode = 0600) {
        std::string name = (std::filesystem::temp_directory_path() / "llm-secret-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        path = folder / "key";
        std::ofstream{path} << text;
        ::chmod(path.c_str(), mode);
    }
    ~KeyFile() { std::filesystem::remove_all(folder); }
};
}  // namespace

TEST_CASE("secret: a variable gives its value without the blanks around it") {
    const Environment e{{{"K", " sk-1\n"}, {"EMPTY", ""}, {"BLANK", " \n"}}};
    CHECK(read_key({"K", {}, ""}, e) == "sk-1");
    CHECK_FALSE(read_key({"EMPTY", {}, ""}, e));
    CHECK_FALSE(read_key({"BLANK", {}, ""}, e));
    CHECK_FALSE(read_key({"MISSING", {}, ""}, e));
    CHECK_FALSE(read_key({}, e));
}

TEST_CASE("secret: a key that could smuggle a header is refused, and not shown") {
    const Environment e{{{"K", "sk-1\r\nX-Evil: 1"}}};
    const Error error = failure_of({"K", {}, ""}, e);
    CHECK(error.fault == Fault::config);
    CHECK_THAT(error.what(), contains("K") && !contains("sk-1"));
}

TEST_CASE("secret: a command's output is the key, and no shell has a hand in it") {
    CHECK(read_key(command({"printf", "sk-2\\n\\n"}), shell) == "sk-2");
    CHECK(read_key(command({"echo", "$HOME;id"}), shell) == "$HOME;id");
    CHECK(read_key(command({"sh", "-c", "cat; echo sk-3"}), shell) == "sk-3");
}

TEST_CASE("secret: a command that fails says how, without its output") {
    Error error = failure_of(command({"sh", "-c", "echo sk-secret; exit 3"}));
    CHECK(error.fault == Fault::auth);
    CHECK_THAT(error.what(), contains("ended with 3"));
    CHECK(failure_of(command({"true"})).fault == Fault::auth);
    error = failure_of(command({"/no/such/program"}));
    CHECK(error.fault == Fault::config);
    CHECK_THAT(error.what(), contains("/no/such/program"));
    CHECK(failure_of(command({"yes"})).fault != Fault::internal);
}

TEST_CASE("secret: a command that hangs is ended") {
    CHECK_THAT(failure_of(command({"sleep", "60"}), shell, 0.05).what(), contains("0.05 s"));
    CHECK_THAT(failure_of(command({"sh", "-c", "exec sleep 60 >&-"}), shell, 0.05).what(),
               contains("0.05 s"));
}

TEST_CASE("secret: a key file must be the user's alone") {
    const KeyFile good{"sk-4\n"}, stricter{"sk-5\n", 0400}, open{"sk-6\n", 0640}, empty{"\n"};
    CHECK(read_key({"", {}, good.path.string()}, shell) == "sk-4");
    if (::geteuid() != 0) CHECK(read_key({"", {}, stricter.path.string()}, shell) == "sk-5");
    const Error error = failure_of({"", {}, open.path.string()});
    CHECK(error.fault == Fault::config);
    CHECK_THAT(error.what(), contains("chmod 600 '" + open.path.string() + "'") && contains("0640"));
    CHECK(failure_of({"", {}, empty.path.string()}).fault == Fault::config);
    CHECK(failure_of({"", {}, "/no/such/key"}).fault == Fault::config);
    CHECK(failure_of({"", {}, good.folder.string()}).fault == Fault::config);
    const Environment home{{{"HOME", good.folder.string()}}};
    CHECK(read_key({"", {}, "~/key"}, home) == "sk-4");
}

TEST_CASE("secret: what is struck out is gone in every dress") {
    CHECK(redact("key sk-1234 and sk-1234.", "sk-1234") == "key *** and ***.");
    CHECK(redact(R"({"k":"a\"b\\c"})", "a\"b\\c") == R"({"k":"***"})");
    CHECK(redact("?key=a%2Fb%2Bcd", "a/b+cd") == "?key=***");
    CHECK(redact("nothing here", "sk-1234") == "nothing here");
    CHECK(redact("a b c", "b") == "a b c");
    CHECK(redact("a b c", "") == "a b c");
}
