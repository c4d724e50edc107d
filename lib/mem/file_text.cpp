#include "mem/file_text.hpp"

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/utf8.hpp"
#include "mem/html_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace llm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest = std::size_t{256} << 20;
constexpr std::size_t looked_at = 8'192;

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> words) { return std::ranges::find(words, word) != words.end(); }

ChunkPolicy policy_for(const std::string& extension) {
    if (is_one_of(extension, {".md", ".markdown", ".mdown", ".rst", ".html", ".htm", ".xhtml"})) return {Chunking::heading, 400, 0};
    if (is_one_of(extension, {".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cs", ".java", ".kt", ".scala", ".swift", ".go", ".rs", ".py", ".rb", ".pl", ".pm", ".php", ".js",
                              ".mjs", ".ts", ".tsx", ".jsx", ".lua", ".sh", ".bash", ".zsh", ".fish", ".sql", ".r", ".jl", ".hs", ".ml", ".ex", ".exs", ".erl", ".clj", ".el",
                              ".lisp", ".dart", ".zig", ".nim", ".v", ".vhd", ".cmake"}))
        return {Chunking::code, 400, 0};
    return {Chunking::paragraph, 200, 0};
}

bool looks_binary(std::string_view bytes) {
    const std::string_view head = bytes.substr(0, looked_at);
    if (head.find('\0') != std::string_view::npos) return true;
    const auto odd = std::ranges::count_if(head, [](unsigned char c) { return c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b; });
    return static_cast<std::size_t>(odd) * 50 > head.size();
}

std::string from_latin1(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) append_utf8(out, static_cast<unsigned char>(c));
    return out;
}

std::string slurp(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw Error(Fault::io, "cannot read {}: {}", path.string(), std::strerror(errno));
    try {
        std::string out = read_descriptor(fd);
        ::close(fd);
        return out;
    } catch (...) {
        ::close(fd);
        throw;
    }
}

std::string text_of_pdf(const fs::path& path) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw Error(Fault::io, "cannot make a pipe: {}", std::strerror(errno));
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    const std::string file = fs::absolute(path).string();
    std::vector<std::string> words{"pdftotext", "-enc", "UTF-8", file, "-"};
    std::vector<char*> argv;
    for (std::string& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int code = ::posix_spawnp(&pid, "pdftotext", &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    if (code != 0) {
        ::close(pipe[0]);
        throw Error(Fault::config, "{} is a PDF, and pdftotext cannot be started ({}); it is in the package poppler-utils", path.string(), std::strerror(code));
    }
    std::string out;
    try {
        out = read_descriptor(pipe[0]);
    } catch (...) {
        ::close(pipe[0]);
        ::waitpid(pid, nullptr, 0);
        throw;
    }
    ::close(pipe[0]);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw Error(Fault::data, "pdftotext cannot read {}", path.string());
    std::ranges::replace(out, '\f', '\n');
    return out;
}

}  // namespace

std::string read_descriptor(int fd) {
    std::string out;
    std::vector<char> part(1 << 16);
    for (;;) {
        const ssize_t n = ::read(fd, part.data(), part.size());
        if (n == 0) return out;
        if (n < 0) {
            if (errno == EINTR) continue;
            throw Error(Fault::io, "cannot read: {}", std::strerror(errno));
        }
        out.append(part.data(), static_cast<std::size_t>(n));
        if (out.size() > largest) throw Error(Fault::data, "a text of more than 256 MiB is not taken in");
    }
}

std::optional<FileText> read_file(const fs::path& path) {
    FileText f;
    const std::string extension = lower_ascii(path.extension().string());
    f.chunking = policy_for(extension);
    struct stat about {};
    if (::stat(path.c_str(), &about) == 0) f.changed = std::int64_t{about.st_mtim.tv_sec} * 1000 + about.st_mtim.tv_nsec / 1'000'000;
    std::string bytes = slurp(path);
    if (extension == ".pdf" || bytes.starts_with("%PDF-")) {
        f.text = text_of_pdf(path);
        f.chunking = {Chunking::paragraph, 200, 0};
        return f;
    }
    if (looks_binary(bytes)) return std::nullopt;
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
    if (!is_utf8(bytes)) bytes = from_latin1(bytes);
    const std::string head = lower_ascii(bytes.substr(0, 256));
    const bool html = is_one_of(extension, {".html", ".htm", ".xhtml"}) || head.starts_with("<!doctype html") || head.starts_with("<html");
    f.text = html ? text_of_html(bytes) : std::move(bytes);
    if (html) f.chunking = policy_for(".html");
    return f;
}

void each_file(const fs::path& path, const std::function<void(const fs::path&)>& each) {
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    if (status.type() == fs::file_type::not_found || failed) throw Error(Fault::io, "cannot read {}: {}", path.string(), std::strerror(failed ? failed.value() : ENOENT));
    if (status.type() != fs::file_type::directory) {
        each(path);
        return;
    }
    std::vector<fs::directory_entry> entries;
    for (auto it = fs::directory_iterator(path, failed); !failed && it != fs::directory_iterator(); it.increment(failed)) entries.push_back(*it);
    if (failed) throw Error(Fault::io, "cannot read the folder {}: {}", path.string(), failed.message());
    std::ranges::sort(entries, {}, [](const fs::directory_entry& e) { return e.path(); });
    for (const fs::directory_entry& e : entries) {
        if (e.path().filename().string().starts_with('.')) continue;
        std::error_code ignored;
        if (e.is_directory(ignored)) {
            if (!e.is_symlink(ignored)) each_file(e.path(), each);
        } else if (e.is_regular_file(ignored)) {
            each(e.path());
        }
    }
}

}  // namespace llm
