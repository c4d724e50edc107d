#include "editor.hpp"

#include "base/error.hpp"
#include "mem/file_text.hpp"
#include "record/writer.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace llm {
namespace {

/// A file only its owner can read, gone with the object.
struct PrivateFile {
    explicit PrivateFile(const Environment& environment) : path(environment.filled("TMPDIR").value_or("/tmp") + "/llm-mem-XXXXXX.txt") {
        fd = ::mkstemps(path.data(), 4);
        if (fd < 0) throw Error(Fault::io, "cannot make a file in {}: {}", path.substr(0, path.rfind('/')), std::strerror(errno));
    }
    PrivateFile(const PrivateFile&) = delete;
    PrivateFile& operator=(const PrivateFile&) = delete;
    ~PrivateFile() {
        ::close(fd);
        ::unlink(path.c_str());
    }
    std::string path;
    int fd = -1;
};

}  // namespace

std::string edited(std::string_view text, const Environment& environment) {
    std::string editor = environment.filled("VISUAL").value_or(environment.filled("EDITOR").value_or("vi"));
    PrivateFile file{environment};
    write_all(file.fd, std::string{text} + "\n", file.path);
    // $EDITOR may hold options, so the shell reads it.
    std::string command = editor + " \"$@\"";
    std::string shell = "sh", option = "-c";
    char* const argv[] = {shell.data(), option.data(), command.data(), editor.data(), file.path.data(), nullptr};
    pid_t pid = 0;
    if (const int code = ::posix_spawnp(&pid, "sh", nullptr, nullptr, argv, environ); code != 0) throw Error(Fault::usage, "cannot start the editor '{}': {}", editor, std::strerror(code));
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw Error(Fault::usage, "the editor '{}' failed; nothing was changed", editor);
    const int again = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC);  // editors often write a new file of the same name
    if (again < 0) throw Error(Fault::io, "cannot read {}: {}", file.path, std::strerror(errno));
    std::string out = read_descriptor(again);
    ::close(again);
    return out;
}

}  // namespace llm
