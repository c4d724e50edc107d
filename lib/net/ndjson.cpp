#include "net/ndjson.hpp"

#include "base/error.hpp"

namespace llm {
namespace {

constexpr std::size_t longest_line = std::size_t{64} << 20;

void grow_line(std::string& to, std::string_view by) {
    if (by.size() > longest_line || to.size() > longest_line - by.size())
        throw Error(Fault::provider, "a line of the stream is longer than 64 MiB");
    to.append(by);
}

}  // namespace

void Ndjson::feed(std::string_view bytes, const LineSink& sink) {
    for (std::size_t end; (end = bytes.find('\n')) != bytes.npos; bytes.remove_prefix(end + 1)) {
        if (line_.empty()) {
            deliver(bytes.substr(0, end), sink);
        } else {
            grow_line(line_, bytes.substr(0, end));
            deliver(line_, sink);
            line_.clear();
        }
    }
    grow_line(line_, bytes);
}

void Ndjson::end(const LineSink& sink) {
    if (!line_.empty()) deliver(line_, sink);
    line_.clear();
}

void Ndjson::deliver(std::string_view line, const LineSink& sink) {
    if (first_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    first_ = false;
    if (line.find_first_not_of(" \t\r") == line.npos) return;
    if (line.ends_with('\r')) line.remove_suffix(1);
    sink(line);
}

}  // namespace llm
