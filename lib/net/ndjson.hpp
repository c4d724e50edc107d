/// Lines of a stream, cut anywhere: what Ollama and others send as application/x-ndjson.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace llm {

/// The view holds during the call only.
using LineSink = std::function<void(std::string_view)>;

/// Lines end with LF or CRLF. Lines of white space and a byte order mark at the start are skipped.
class Ndjson {
public:
    /// Throws Error{provider} where a line passes 64 MiB; whatever the sink throws goes through, and the reader is then of no
    /// further use.
    void feed(std::string_view bytes, const LineSink&);
    /// Delivers a last line that lacks its end.
    void end(const LineSink&);

private:
    void deliver(std::string_view, const LineSink&);

    std::string line_;
    bool first_ = true;
};

}  // namespace llm
