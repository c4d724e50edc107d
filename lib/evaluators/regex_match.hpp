/// Regular expressions: PCRE2 (pcre2pattern(3)), which reads what JavaScript and Python write; text and pattern are UTF-8, and no text makes it
/// recurse or run for ever.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace llm {

class Regex {
public:
    /// `flags` of JavaScript: i, m, s, u, x; g and y mean nothing here. Throws Error{config} with the place where the pattern cannot be read.
    explicit Regex(std::string_view pattern, std::string_view flags = {});
    ~Regex();
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;

    /// Whether it matches somewhere. Ill-formed bytes count as U+FFFD. Throws Error{data} where the match takes more steps than are allowed.
    bool matches(std::string_view text) const;
    /// Whether it matches all of the text.
    bool matches_whole(std::string_view text) const;

private:
    bool run(std::string_view text, unsigned options) const;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace llm
