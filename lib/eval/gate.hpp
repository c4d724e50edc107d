/// `--gate`: a small expression that decides the exit code.
///
///     gate   = and { "or" and }
///     and    = term { "and" term }          ("&&", "||" and "," for "and" are read too)
///     term   = "not" term | "(" gate ")" | value op value
///     op     = ">=" | ">" | "<=" | "<" | "==" | "!="
///     value  = NUMBER [ "%" ] | NAME
///     NAME   = letters, digits and _ - . : @ ^, or anything in double quotes
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

class Gate {
public:
    /// Throws Error{usage} that shows where the text cannot be read.
    explicit Gate(std::string text);
    ~Gate();
    Gate(Gate&&) noexcept;
    Gate& operator=(Gate&&) noexcept;

    /// What a name stands for; nothing where there is no such figure.
    using Lookup = std::function<std::optional<double>(std::string_view name)>;
    struct Answer {
        bool holds = false;
        std::vector<std::string> figures;  ///< "pass_rate = 0.93", in the order of the text
        std::vector<std::string> unknown;  ///< names that stood for nothing; the gate does not hold then
    };
    Answer ask(const Lookup&) const;
    const std::string& text() const noexcept { return text_; }

private:
    struct Node;
    friend struct GateReader;
    std::string text_;
    std::unique_ptr<Node> root_;
};

}  // namespace llm
