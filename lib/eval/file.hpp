/// A file that is whole or not there: written beside its place, and put there at the end.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace llm {

class WholeFile {
public:
    /// "-" is stdout. Throws Error{io} naming it.
    explicit WholeFile(std::string path);
    ~WholeFile();  ///< what was not ended vanishes
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    void write(std::string_view);
    void end();
    const std::string& path() const noexcept { return path_; }

private:
    [[noreturn]] void failed() const;
    std::string path_, beside_;
    std::FILE* file_ = nullptr;
};

/// All of a file. Throws Error{config} naming `what` it was to be.
std::string read_file(const std::string& path, std::string_view what);

}  // namespace llm
