#include "text/tokens.hpp"

#include "base/utf8.hpp"
#include "text/token_weights.hpp"

#include <algorithm>

namespace llm {
namespace {

enum class Byte : std::uint8_t { control, lower, upper, digit, space, line, mark, high };

constexpr std::array<Byte, 256> byte_classes = [] {
    std::array<Byte, 256> classes{};
    for (std::size_t b = 0; b < 256; ++b) {
        Byte c = Byte::mark;
        if (b >= 0x80) c = Byte::high;
        else if (b >= 'a' && b <= 'z') c = Byte::lower;
        else if (b >= 'A' && b <= 'Z') c = Byte::upper;
        else if (b >= '0' && b <= '9') c = Byte::digit;
        else if (b == ' ' || b == '\t') c = Byte::space;
        else if (b == '\n' || b == '\r') c = Byte::line;
        else if (b < 0x20 || b == 0x7F) c = Byte::control;
        classes[b] = c;
    }
    return classes;
}();

enum class Writing {
    latin,
    han,
    kana,
    hangul,
    cyrillic,
    greek,
    arabic,
    hebrew,
    indic,
    thai,
    wide_mark,
    space,
    other
};

/// Unicode blocks, coarsely: what matters is how tokenisers treat them.
Writing script_of(char32_t c) noexcept {
    if (c == 0xA0 || c == 0x3000) return Writing::space;
    if (c < 0x250) return c >= 0xC0 && c != 0xD7 && c != 0xF7 ? Writing::latin : Writing::wide_mark;
    if (c >= 0x300 && c < 0x370) return Writing::latin;
    if (c >= 0x370 && c < 0x400) return Writing::greek;
    if (c >= 0x400 && c < 0x530) return Writing::cyrillic;
    if (c >= 0x590 && c < 0x600) return Writing::hebrew;
    if (c >= 0x600 && c < 0x780) return Writing::arabic;
    if (c >= 0x900 && c < 0xE00) return Writing::indic;
    if (c >= 0xE00 && c < 0xF00) return Writing::thai;
    if (c >= 0x1E00 && c < 0x1F00) return Writing::latin;
    if (c >= 0x2000 && c < 0x2E00) return Writing::wide_mark;
    if (c >= 0x3001 && c < 0x3040) return Writing::wide_mark;
    if (c >= 0x3040 && c < 0x3100) return Writing::kana;
    if (c >= 0x3400 && c < 0xA000) return Writing::han;
    if (c >= 0xAC00 && c < 0xD7B0) return Writing::hangul;
    if (c >= 0xF900 && c < 0xFB00) return Writing::han;
    if (c >= 0xFF00 && c < 0xFFF0) return Writing::wide_mark;
    if (c >= 0x20000 && c < 0x32000) return Writing::han;
    return Writing::other;
}

constexpr std::size_t longest_short_word = 12;
/// A border is reported at least this often, so that any budget can be met closely.
constexpr std::size_t longest_piece = 64;
constexpr std::size_t longest_script_run = 16;

/// Cuts the text into pieces and tells `sink.add(part, count)` for each part of a piece, then
/// `sink.border(offset)`, which returns false to stop.
template <typename Sink>
class Scanner {
public:
    Scanner(std::string_view text, Sink& sink) : text_(text), sink_(sink) {}

    void run() {
        while (at_ < text_.size()) {
            const Previous before = previous_;
            switch (class_at(at_)) {
                case Byte::lower:
                case Byte::upper: word(before); break;
                case Byte::digit: number(before); break;
                case Byte::space: space(before); break;
                case Byte::line: lines(before); break;
                case Byte::mark:
                case Byte::control: marks(); break;
                case Byte::high: high(); break;
            }
            if (!sink_.border(at_)) return;
        }
    }

private:
    enum class Previous { start, word, digit, space, indent, line, mark };

    Byte class_at(std::size_t i) const { return byte_classes[static_cast<unsigned char>(text_[i])]; }
    bool is(std::size_t i, Byte c) const { return i < text_.size() && class_at(i) == c; }
    std::size_t run_of(std::size_t i, Byte c) const {
        const std::size_t end = std::min(text_.size(), i + longest_piece);
        while (i < end && class_at(i) == c) ++i;
        return i;
    }
    Writing script_at(std::size_t i, std::size_t& size) const {
        const CodePoint c = decode_utf8(text_, i);
        size = c.size;
        return c.valid ? script_of(c.value) : Writing::other;
    }
    bool accent_at(std::size_t i) const {
        std::size_t size;
        return is(i, Byte::high) && script_at(i, size) == Writing::latin;
    }

    void word(Previous before) {
        const std::size_t begin = at_;
        std::size_t capitals = run_of(at_, Byte::upper);
        if (capitals - begin >= 2) {
            if (is(capitals, Byte::lower)) --capitals;
        }
        if (capitals - begin >= 2) {
            at_ = capitals;
            sink_.add(TokenPart::capitals, 1);
            sink_.add(TokenPart::capital_letters, at_ - begin);
        } else {
            at_ = run_of(capitals, Byte::lower);
            if (accent_at(at_)) return accented(begin);
            const std::size_t length = at_ - begin;
            if (length <= longest_short_word) {
                sink_.add(static_cast<TokenPart>(length - 1), 1);
            } else {
                sink_.add(TokenPart::long_word, 1);
                sink_.add(TokenPart::long_letters, length - longest_short_word);
            }
        }
        if (before == Previous::word || before == Previous::digit) sink_.add(TokenPart::joined_word, 1);
        previous_ = Previous::word;
    }

    void accented(std::size_t begin) {
        std::size_t letters = at_ - begin;
        while (at_ < text_.size()) {
            std::size_t size = 1;
            if (!is(at_, Byte::lower) && !is(at_, Byte::upper)) {
                if (!is(at_, Byte::high) || script_at(at_, size) != Writing::latin) break;
            }
            at_ += size;
            ++letters;
        }
        sink_.add(TokenPart::accented_word, 1);
        sink_.add(TokenPart::accented_letters, letters);
        previous_ = Previous::word;
    }

    void number(Previous before) {
        const std::size_t begin = at_;
        at_ = run_of(at_, Byte::digit);
        sink_.add(TokenPart::digits, (at_ - begin + 2) / 3);
        if (before == Previous::space || before == Previous::indent) sink_.add(TokenPart::spaced_number, 1);
        previous_ = Previous::digit;
    }

    void space(Previous before) {
        const std::size_t begin = at_;
        at_ = run_of(at_, Byte::space);
        previous_ = Previous::space;
        if (at_ - begin >= 2 || before == Previous::line) {
            if (at_ - begin >= 2) sink_.add(TokenPart::indent, 1);
            previous_ = Previous::indent;
        }
    }

    void lines(Previous before) {
        while (at_ < text_.size() && (class_at(at_) == Byte::line)) ++at_;
        sink_.add(before == Previous::mark ? TokenPart::marked_line_end : TokenPart::line_end, 1);
        previous_ = Previous::line;
    }

    void marks() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && (class_at(at_) == Byte::mark || class_at(at_) == Byte::control)) ++at_;
        const bool joined = at_ - begin == 1 && (is(at_, Byte::lower) || is(at_, Byte::upper));
        sink_.add(joined ? TokenPart::joined_mark : TokenPart::mark, 1);
        sink_.add(TokenPart::mark_tail, at_ - begin - 1);
        previous_ = Previous::mark;
    }

    void high() {
        std::size_t size = 1;
        const Writing script = script_at(at_, size);
        if (script == Writing::latin) return accented(at_);
        const std::size_t begin = at_;
        std::size_t letters = 0;
        for (std::size_t next = size;
             letters < longest_script_run && is(at_, Byte::high) && script_at(at_, next) == script;
             at_ += next)
            ++letters;
        previous_ = Previous::word;
        switch (script) {
            case Writing::han: sink_.add(TokenPart::han, letters); break;
            case Writing::kana: sink_.add(TokenPart::kana, letters); break;
            case Writing::hangul: scripted(TokenPart::hangul_word, letters); break;
            case Writing::cyrillic: scripted(TokenPart::cyrillic_word, letters); break;
            case Writing::greek: scripted(TokenPart::greek_word, letters); break;
            case Writing::arabic: scripted(TokenPart::arabic_word, letters); break;
            case Writing::hebrew: sink_.add(TokenPart::hebrew, letters); break;
            case Writing::indic: sink_.add(TokenPart::indic, letters); break;
            case Writing::thai: sink_.add(TokenPart::thai, letters); break;
            case Writing::space: previous_ = Previous::space; break;
            case Writing::wide_mark:
                sink_.add(TokenPart::wide_mark, letters);
                previous_ = Previous::mark;
                break;
            default: sink_.add(TokenPart::other_bytes, at_ - begin); break;
        }
    }

    void scripted(TokenPart word_part, std::size_t letters) {
        sink_.add(word_part, 1);
        sink_.add(static_cast<TokenPart>(static_cast<std::uint8_t>(word_part) + 1), letters);
    }

    std::string_view text_;
    Sink& sink_;
    std::size_t at_ = 0;
    Previous previous_ = Previous::start;
};

struct Counter {
    std::array<std::uint64_t, std::tuple_size_v<TokenParts>> counts{};

    void add(TokenPart p, std::size_t n) { counts[static_cast<std::size_t>(p)] += n; }
    static bool border(std::size_t) { return true; }
};

struct Budget {
    double budget;
    double sum = 0;
    std::size_t fits = 0;

    void add(TokenPart p, std::size_t n) {
        sum += token_weights[static_cast<std::size_t>(p)] * static_cast<double>(n);
    }
    bool border(std::size_t end) {
        if (sum > budget) return false;
        fits = end;
        return true;
    }
};

}  // namespace

TokenParts token_parts(std::string_view text) {
    Counter counter;
    Scanner(text, counter).run();
    TokenParts parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = static_cast<double>(counter.counts[i]);
    return parts;
}

std::size_t estimate_tokens(std::string_view text) {
    if (text.empty()) return 0;
    const TokenParts parts = token_parts(text);
    double sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) sum += parts[i] * token_weights[i];
    return std::max(std::size_t{1}, static_cast<std::size_t>(sum + 0.5));
}

std::string_view within_tokens(std::string_view text, std::size_t budget) {
    if (budget == 0) return {};
    Budget sink{static_cast<double>(budget)};
    Scanner(text, sink).run();
    return text.substr(0, sink.fits);
}

}  // namespace llm
