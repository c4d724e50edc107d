/// A file in memory, read-only, unmapped at the end.
#pragma once

#include <filesystem>
#include <string_view>

namespace llm {

class MappedFile {
public:
    /// Throws Error{config} where it cannot be read.
    explicit MappedFile(const std::filesystem::path&);
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    std::string_view bytes() const noexcept { return {data_, size_}; }

private:
    const char* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace llm
