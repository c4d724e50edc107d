/// Server-sent events, cut anywhere (WHATWG HTML §9.2.6).
///
/// Lines end with LF, CR or CRLF; a byte order mark at the start and comments are skipped; several `data` lines are joined
/// by LF. `id` and `retry` are ignored. One thing is taken more leniently than there: an event that the end of the stream
/// leaves without its blank line is still delivered by `end`, because some servers forget it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace llm {

struct SseEvent {
    std::string_view type;  ///< "message" where the server names none
    std::string_view data;
};
/// The views hold during the call only.
using SseSink = std::function<void(const SseEvent&)>;

class Sse {
public:
    /// Throws Error{provider} where a line or an event passes 64 MiB; whatever the sink throws goes through, and the reader
    /// is then of no further use.
    void feed(std::string_view bytes, const SseSink&);
    void end(const SseSink&);

private:
    void skip_mark(std::string_view& bytes);
    void line(std::string_view, const SseSink&);
    void dispatch(const SseSink&);

    std::string line_, type_, data_;
    std::size_t mark_ = 0;  // bytes of the byte order mark seen; 3 once it can no longer come
    bool has_data_ = false, after_cr_ = false;
};

}  // namespace llm
