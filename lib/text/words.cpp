#include "text/words.hpp"

#include "base/utf8.hpp"
#include "text/normalise.hpp"
#include "text/stem.hpp"

#include <utf8proc.h>

#include <array>

namespace llm {
namespace {

enum class Class : std::uint8_t { space, letter, lone_letter, digit, mark, symbol, extend };

bool written_without_spaces(char32_t c) noexcept {
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x323AF) || (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) ||
           (c >= 0x1780 && c <= 0x17FF);
}

Class unicode_class(char32_t c) noexcept {
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO: return written_without_spaces(c) ? Class::lone_letter : Class::letter;
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME: return Class::extend;
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO: return Class::digit;
        case UTF8PROC_CATEGORY_PC:
        case UTF8PROC_CATEGORY_PD:
        case UTF8PROC_CATEGORY_PS:
        case UTF8PROC_CATEGORY_PE:
        case UTF8PROC_CATEGORY_PI:
        case UTF8PROC_CATEGORY_PF:
        case UTF8PROC_CATEGORY_PO: return Class::mark;
        case UTF8PROC_CATEGORY_SM:
        case UTF8PROC_CATEGORY_SC:
        case UTF8PROC_CATEGORY_SK:
        case UTF8PROC_CATEGORY_SO: return Class::symbol;
        default: return Class::space;
    }
}

constexpr std::array<Class, 128> ascii_classes = [] {
    std::array<Class, 128> classes{};
    for (std::size_t b = 0; b < 128; ++b) {
        const bool letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
        const bool symbol = b == '$' || b == '+' || b == '<' || b == '=' || b == '>' || b == '^' ||
                            b == '`' || b == '|' || b == '~';
        if (b <= ' ' || b == 127) classes[b] = Class::space;
        else if (letter) classes[b] = Class::letter;
        else if (b >= '0' && b <= '9') classes[b] = Class::digit;
        else classes[b] = symbol ? Class::symbol : Class::mark;
    }
    return classes;
}();

class WordSplitter {
public:
    explicit WordSplitter(std::string_view text) : text_(text) {}

    std::vector<Word> run() {
        std::vector<Word> words;
        words.reserve(text_.size() / 5);
        while (at_ < text_.size()) {
            const std::size_t begin = at_;
            const Class c = step();
            switch (c) {
                case Class::letter: rest_of_word(); break;
                case Class::lone_letter:
                    while (peek() == Class::extend) step();
                    break;
                case Class::digit: rest_of_number(); break;
                default: break;
            }
            if (c != Class::space && c != Class::extend) words.push_back({{begin, at_}, kind_of(c)});
        }
        return words;
    }

private:
    static WordKind kind_of(Class c) {
        switch (c) {
            case Class::digit: return WordKind::number;
            case Class::mark: return WordKind::punctuation;
            case Class::symbol: return WordKind::symbol;
            default: return WordKind::word;
        }
    }

    Class class_at(std::size_t i, std::size_t& size) const {
        size = 1;
        if (i >= text_.size()) return Class::space;
        const auto b = static_cast<unsigned char>(text_[i]);
        if (b < 128) return ascii_classes[b];
        const CodePoint c = decode_utf8(text_, i);
        size = c.size;
        return c.valid ? unicode_class(c.value) : Class::symbol;
    }
    Class peek(std::size_t ahead = 0) const {
        std::size_t size;
        return class_at(at_ + ahead, size);
    }
    Class step() {
        std::size_t size;
        const Class c = class_at(at_, size);
        at_ += size;
        return c;
    }
    /// Bytes of the apostrophe that stands here, or 0.
    std::size_t apostrophe() const {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with('\'')) return 1;
        return rest.starts_with("\u2019") ? 3 : 0;
    }

    void rest_of_word() {
        while (at_ < text_.size()) {
            const Class c = peek();
            if (c == Class::letter || c == Class::digit || c == Class::extend) {
                step();
            } else if (text_[at_] == '_') {
                ++at_;
            } else if (const std::size_t mark = apostrophe(); mark != 0 && peek(mark) == Class::letter) {
                at_ += mark;
            } else {
                return;
            }
        }
    }

    void rest_of_number() {
        while (at_ < text_.size()) {
            if (peek() == Class::digit)
                step();
            else if ((text_[at_] == '.' || text_[at_] == ',') && peek(1) == Class::digit)
                ++at_;
            else
                return;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string with_straight_apostrophes(std::string_view word) {
    constexpr std::string_view curled = "\u2019";
    std::string out;
    for (std::size_t i; (i = word.find(curled)) != std::string_view::npos;
         word.remove_prefix(i + curled.size()))
        out.append(word.substr(0, i)).push_back('\'');
    out.append(word);
    return out;
}

}  // namespace

std::vector<Word> split_words(std::string_view text) { return WordSplitter(text).run(); }

std::vector<std::string> content_stems(std::string_view text, std::string_view language) {
    std::vector<std::string> stems;
    for (const Word& w : split_words(text)) {
        if (w.kind != WordKind::word && w.kind != WordKind::number) continue;
        std::string folded = with_straight_apostrophes(fold(w.span.of(text)));
        if (is_stop_word(folded)) continue;
        if (folded.ends_with("'s")) folded.resize(folded.size() - 2);
        if (is_stop_word(folded)) continue;
        stems.push_back(w.kind == WordKind::word ? stem(folded, language) : std::move(folded));
    }
    return stems;
}

}  // namespace llm
