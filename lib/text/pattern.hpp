/// Regular expressions, in Perl's language through PCRE2 (man pcre2pattern). PCRE2 enters the project here and in no other folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm {

/// Compiled once, to machine code where the processor allows. UTF-8; `\w`, `\d`, `\b` and case know Unicode. Flags stand in the
/// pattern: `(?i)`, `(?m)`, `(?s)`, `(?x)`. Invalid UTF-8 in a subject matches nothing and is no error.
class Pattern {
public:
    /// Throws Error{config}: PCRE2's words, and where in the pattern.
    explicit Pattern(std::string_view pattern);
    ~Pattern();
    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;

    /// Whether it matches anywhere in the text. Throws Error{data} where that takes more than a few million steps
    /// (nested repetitions such as `(a+)+`), so that no text can hold the program up.
    bool found_in(std::string_view text) const;
    /// The first piece of the text that matches: a view into it.
    std::optional<std::string_view> first_in(std::string_view text) const;

    const std::string& source() const noexcept { return source_; }

private:
    struct Compiled;
    std::string source_;
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace llm
