#include "net/sse.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::string_view mark = "\xEF\xBB\xBF";
constexpr std::size_t longest_event = std::size_t{64} << 20;

void grow_event(std::string& to, std::string_view by) {
    if (by.size() > longest_event || to.size() > longest_event - by.size())
        throw Error(Fault::provider, "an event of the stream is longer than 64 MiB");
    to.append(by);
}

std::size_t line_end(std::string_view s) {
    const std::size_t lf = s.find('\n');
    const std::size_t cr = s.substr(0, lf).find('\r');
    return std::min(lf, cr);
}

}  // namespace

void Sse::skip_mark(std::string_view& bytes) {
    while (mark_ < mark.size() && !bytes.empty()) {
        if (bytes.front() != mark[mark_]) {
            line_.append(mark.substr(0, mark_));
            mark_ = mark.size();
            return;
        }
        ++mark_;
        bytes.remove_prefix(1);
    }
}

void Sse::feed(std::string_view bytes, const SseSink& sink) {
    skip_mark(bytes);
    while (!bytes.empty()) {
        if (after_cr_) {
            after_cr_ = false;
            if (bytes.front() == '\n') {
                bytes.remove_prefix(1);
                continue;
            }
        }
        const std::size_t end = line_end(bytes);
        if (end == bytes.npos) {
            grow_event(line_, bytes);
            return;
        }
        if (line_.empty()) {
            line(bytes.substr(0, end), sink);
        } else {
            grow_event(line_, bytes.substr(0, end));
            line(line_, sink);
            line_.clear();
        }
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
    }
}

void Sse::end(const SseSink& sink) {
    if (!line_.empty()) line(line_, sink);
    line_.clear();
    dispatch(sink);
}

void Sse::line(std::string_view text, const SseSink& sink) {
    if (text.empty()) return dispatch(sink);
    const std::size_t colon = text.find(':');
    const std::string_view field = text.substr(0, colon);
    std::string_view value = colon == text.npos ? std::string_view{} : text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
        if (has_data_) grow_event(data_, "\n");
        grow_event(data_, value);
        has_data_ = true;
    } else if (field == "event") {
        type_.assign(value);
    }
}

void Sse::dispatch(const SseSink& sink) {
    if (has_data_) sink({type_.empty() ? std::string_view{"message"} : std::string_view{type_}, data_});
    has_data_ = false;
    data_.clear();
    type_.clear();
}

}  // namespace llm
