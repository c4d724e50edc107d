#include "route/router_file.hpp"

#include "base/error.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace llm {

Router read_router(const std::string& file, const BuiltinEmbedder& embedder) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw Error(Fault::usage, "cannot read the router {}: {}; make one with llm-route train", file, std::strerror(errno));
    std::string text;
    try {
        text = read_all(fd);
    } catch (...) {
        ::close(fd);
        throw;
    }
    ::close(fd);
    try {
        return Router::from_json(read_json(text), embedder);
    } catch (const Error& e) {
        throw Error(e.fault, "{}: {}", file, e.what());
    }
}

void write_router(const std::string& file, const Router& router) {
    const std::string text = dump(router.to_json()) + "\n";
    if (file == "/dev/stdout" || file == "-") {
        write_all(1, text, "standard output");
        return;
    }
    std::string part = file + ".XXXXXX";
    const int fd = ::mkostemp(part.data(), O_CLOEXEC);
    if (fd < 0) throw Error(Fault::io, "cannot write {}: {}", file, std::strerror(errno));
    try {
        write_all(fd, text, part);
        if (::fchmod(fd, 0644) != 0 || ::fsync(fd) != 0 || ::rename(part.c_str(), file.c_str()) != 0)
            throw Error(Fault::io, "cannot write {}: {}", file, std::strerror(errno));
    } catch (...) {
        ::close(fd);
        ::unlink(part.c_str());
        throw;
    }
    ::close(fd);
}

}  // namespace llm
