#include "eval/file.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace llm {

WholeFile::WholeFile(std::string path) : path_(std::move(path)) {
    if (path_ == "-") {
        file_ = stdout;
        return;
    }
    beside_ = fmt::format("{}.{}.part", path_, ::getpid());
    file_ = std::fopen(beside_.c_str(), "we");
    if (file_ == nullptr) failed();
}

WholeFile::~WholeFile() {
    if (path_ == "-" || file_ == nullptr) return;
    std::fclose(file_);
    ::unlink(beside_.c_str());
}

void WholeFile::failed() const { throw Error(Fault::io, "cannot write {}: {}", path_, std::strerror(errno)); }

void WholeFile::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) failed();
}

void WholeFile::end() {
    if (std::fflush(file_) != 0) failed();
    if (path_ == "-") return;
    std::FILE* file = file_;
    file_ = nullptr;
    if (std::fclose(file) != 0 || ::rename(beside_.c_str(), path_.c_str()) != 0) {
        const int why = errno;
        ::unlink(beside_.c_str());
        errno = why;
        failed();
    }
}

std::string read_file(const std::string& path, std::string_view what) {
    std::error_code ignored;
    std::ifstream in{path, std::ios::binary};
    if (!in || std::filesystem::is_directory(path, ignored))
        throw Error(Fault::config, "cannot read {} {}: {}", what, path, std::filesystem::is_directory(path, ignored) ? "it is a folder" : std::strerror(errno));
    return std::string{std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace llm
