/// One answer on its way to a person: streamed as text, or whole.
#pragma once

#include "flags.hpp"

#include "base/loop.hpp"
#include "record/filter.hpp"
#include "record/writer.hpp"

namespace llm {

/// An answer that goes out as plain text while it comes.
class TextEmitter final : public Emitter {
public:
    explicit TextEmitter(Writer& out) : out_(out) {}
    void delta(std::string_view text) override {
        if (text.empty()) return;
        begun_ = true;
        ends_line_ = text.back() == '\n';
        out_.put(text);
        out_.flush();
    }
    void forget() override {}
    bool begun() const override { return begun_; }
    bool final() const override { return true; }
    bool ends_line() const { return ends_line_; }

private:
    Writer& out_;
    bool begun_ = false;
    bool ends_line_ = false;
};

/// Runs one task to its end; throws what it throws. A signal or a closed stdout ends it at once (somebody at a terminal waits); the
/// task is then not done().
void drive(Loop&, Task<void>&, Writer& out);

/// What of a `response` is the answer: its JSON where a schema was asked for, its text, else the calls of tools.
std::string text_of_answer(const Json& response);
/// What of the record's response has not been streamed yet: the rest of the line, or the whole text, JSON or tool calls.
void put_answer(Writer& out, const Record&, const AskFlags&, const TextEmitter&);

}  // namespace llm
