/// Taking in a body, whole or streamed, whichever the server chose to send: the part that is the same for every HTTP provider.
#pragma once

#include "chat/provider.hpp"
#include "net/ndjson.hpp"
#include "net/sse.hpp"
#include "providers/wire.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace llm {

class HttpReply : public Reply {
public:
    enum class Framing { sse, ndjson, whole };
    /// With `sse`, a body that starts with '{' or '[' is one whole document all the same: servers answer so where they do
    /// not stream, or fail.
    HttpReply(std::shared_ptr<const Wire>, Framing);

    void feed(std::string_view bytes, const DeltaSink&) final;
    bool done() const final { return done_; }
    Completion finish() final;

protected:
    /// A way round the tree for the most common answers: true where it took in all of `json` (an event or the document),
    /// false where it took in nothing and the text is to be parsed.
    virtual bool quick(std::string_view json, const DeltaSink&);
    /// One event of a stream.
    virtual void event(Json&& data, const DeltaSink&) = 0;
    /// The answer in one document.
    virtual void whole(Json&& body) = 0;
    /// After the last event or the document: puts the completion together. False where the answer is not complete.
    virtual bool complete() = 0;

    /// Appends to the answer and hands the piece on.
    void text(std::string_view, const DeltaSink&);
    void reasoning(std::string_view, const DeltaSink&);
    /// Error{provider} that quotes the beginning of what came.
    Error broken(std::string_view what) const;

    std::shared_ptr<const Wire> wire_;
    Completion completion_;
    bool done_ = false;

private:
    void choose(std::string_view start);
    void take(std::string_view data, const DeltaSink&);

    Framing framing_;
    bool chosen_ = false;
    std::size_t received_ = 0;
    std::string body_;   // all of a document, or the beginning of a stream
    Sse sse_;
    Ndjson lines_;
};

}  // namespace llm
