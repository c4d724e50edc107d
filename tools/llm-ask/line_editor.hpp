/// One line from a person, with editing and history where libedit is there and stdin is a terminal.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace llm {

class LineEditor {
public:
    /// History is kept in that file (0600), made with its folder where missing; none where empty.
    explicit LineEditor(std::string history_file);
    ~LineEditor();
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;

    /// Without its newline; nothing at the end of input, or where a signal came (Loop::signal_caught tells).
    std::optional<std::string> read(const char* prompt);

private:
    struct Library;
    struct Uncooked;
    std::string history_file_;
    Library* library_ = nullptr;
    std::unique_ptr<Uncooked> uncooked_;
};

}  // namespace llm
