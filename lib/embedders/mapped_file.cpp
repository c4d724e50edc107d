#include "embedders/mapped_file.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace llm {

MappedFile::MappedFile(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    if (fd < 0 || ::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        const int why = fd < 0 ? errno : EINVAL;
        if (fd >= 0) ::close(fd);
        throw Error(Fault::config, "cannot read {}: {}", path.string(), std::strerror(why));
    }
    size_ = static_cast<std::size_t>(about.st_size);
    void* const data = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    const int why = errno;
    ::close(fd);
    if (data == MAP_FAILED) throw Error(Fault::config, "cannot map {}: {}", path.string(), std::strerror(why));
    data_ = static_cast<const char*>(data);
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace llm
