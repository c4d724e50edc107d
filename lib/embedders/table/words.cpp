#include "embedders/table/words.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace llm::table {

static_assert(std::endian::native == std::endian::little, "the table is little-endian");

namespace {

enum class Class : std::uint8_t { separator, letter, digit, alone };

/// What a code point becomes: its class, and the code point to write for it.
struct Folded {
    Class kind;
    char32_t code;
};

/// Base letters of U+00C0 to U+017F; '.' marks what is no letter, '*' what keeps its own code point.
constexpr std::string_view latin =
    "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(latin.size() == 0x180 - 0xC0);

constexpr bool within(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

Folded fold(char32_t c) noexcept {
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c < 0x80) {
        if (within(c, 'a', 'z')) return {Class::letter, c};
        if (within(c, 'A', 'Z')) return {Class::letter, c + 32};
        if (within(c, '0', '9')) return {Class::digit, c};
        return {Class::separator, c};
    }
    if (c < 0xC0) return {Class::separator, c};
    if (c < 0x180) {
        const char base = latin[c - 0xC0];
        return base == '.' ? Folded{Class::separator, c} : Folded{Class::letter, static_cast<char32_t>(base)};
    }
    if (within(c, 0x391, 0x3A9) || within(c, 0x410, 0x42F)) return {Class::letter, c + 0x20};
    if (within(c, 0x400, 0x40F)) return {Class::letter, c + 0x50};
    if (within(c, 0x2000, 0x206F) || within(c, 0x3000, 0x303F) || within(c, 0xFE00, 0xFE0F) ||
        within(c, 0xE000, 0xF8FF))
        return {Class::separator, c};
    const bool symbol = within(c, 0x20A0, 0x20CF) || within(c, 0x2100, 0x2BFF) || within(c, 0x1F000, 0x1FAFF);
    const bool ideograph = within(c, 0x3040, 0x30FF) || within(c, 0x3400, 0x9FFF) || within(c, 0xF900, 0xFAFF) ||
                           within(c, 0x20000, 0x3FFFF);
    return {symbol || ideograph ? Class::alone : Class::letter, c};
}

/// One code point at `at`; a byte that begins none counts as U+0080, a separator.
struct Decoded {
    char32_t code;
    std::size_t size;
};

Decoded decode(const char* at, const char* end) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(at[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || static_cast<std::size_t>(end - at) < size) return {0x80, 1};
    char32_t code = lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {0x80, 1};
        code = code << 6 | (byte(i) & 0x3Fu);
    }
    return {code, size};
}

std::size_t encode(char32_t c, char* out) noexcept {
    const auto put = [&](std::size_t i, char32_t bits) { out[i] = static_cast<char>(bits); };
    if (c < 0x80) {
        put(0, c);
        return 1;
    }
    if (c < 0x800) {
        put(0, 0xC0 | c >> 6);
        put(1, 0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        put(0, 0xE0 | c >> 12);
        put(1, 0x80 | (c >> 6 & 0x3F));
        put(2, 0x80 | (c & 0x3F));
        return 3;
    }
    put(0, 0xF0 | c >> 18);
    put(1, 0x80 | (c >> 12 & 0x3F));
    put(2, 0x80 | (c >> 6 & 0x3F));
    put(3, 0x80 | (c & 0x3F));
    return 4;
}

/// The word that is said for a sign, or nothing.
constexpr std::string_view said(char32_t c) noexcept {
    switch (c) {
        case '$': return "dollar";
        case '%': return "percent";
        case '&': return "and";
        case 0xA3: return "pound";
        case 0xA5: return "yen";
        case 0x20AC: return "euro";
        default: return {};
    }
}

/// Length of an apostrophe at `at`, straight or curly, or 0.
std::size_t apostrophe(const char* at, const char* end) noexcept {
    if (at == end) return 0;
    if (*at == '\'') return 1;
    return end - at >= 3 && std::memcmp(at, "\xE2\x80\x99", 3) == 0 ? 3 : 0;
}

bool give(Word& word, std::string_view text, Word::Kind kind = Word::Kind::word) noexcept {
    word = {text, kind};
    return true;
}

constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93ull;
    x ^= x >> 29;
    x *= 0xA0761D6478BD642Full;
    return x ^ x >> 32;
}

}  // namespace

bool Words::next(Word& word) noexcept {
    if (not_follows_) {
        not_follows_ = false;
        return give(word, "not");
    }
    while (at_ < end_) {
        const Decoded found = decode(at_, end_);
        const Folded folded = fold(found.code);
        if (folded.kind == Class::letter) {
            read_letters();
            clitics();
            return give(word, {letters_.data(), size_});
        }
        if (folded.kind == Class::digit) {
            read_digits();
            return give(word, {letters_.data(), size_}, Word::Kind::number);
        }
        at_ += found.size;
        if (const std::string_view name = said(found.code); !name.empty()) return give(word, name);
        if (folded.kind == Class::alone) return give(word, {letters_.data(), encode(folded.code, letters_.data())});
    }
    return false;
}

void Words::read_letters() noexcept {
    size_ = 0;
    while (at_ < end_ && size_ < longest) {
        const Decoded found = decode(at_, end_);
        const bool accent = within(found.code, 0x300, 0x36F);
        const Folded folded = fold(found.code);
        if (!accent) {
            if (folded.kind != Class::letter) break;
            size_ += encode(folded.code, letters_.data() + size_);
        }
        at_ += found.size;
    }
}

void Words::read_digits() noexcept {
    size_ = 0;
    const auto digit = [&](const char* p) { return p < end_ && *p >= '0' && *p <= '9'; };
    while (at_ < end_ && size_ < longest) {
        const Decoded found = decode(at_, end_);
        const Folded folded = fold(found.code);
        if (folded.kind == Class::digit) {
            letters_[size_++] = static_cast<char>(folded.code);
        } else if (found.code == '.' && digit(at_ + 1)) {
            letters_[size_++] = '.';
        } else if (found.code != ',' || !(digit(at_ + 1) && digit(at_ + 2) && digit(at_ + 3))) {
            break;
        }
        at_ += found.size;
    }
}

/// Takes what hangs on the word just read by an apostrophe.
void Words::clitics() noexcept {
    const std::size_t mark = apostrophe(at_, end_);
    if (mark == 0) return;
    const char* from = at_ + mark;
    std::array<char, 3> tail{};
    std::size_t size = 0;
    while (from + size < end_ && size < tail.size()) {
        const char c = static_cast<char>(from[size] | 0x20);
        if (c < 'a' || c > 'z') break;
        tail[size++] = c;
    }
    const std::string_view hanging{tail.data(), size};
    if (hanging == "t" && size_ > 1 && letters_[size_ - 1] == 'n') {
        --size_;
        const std::string_view stem{letters_.data(), size_};
        const std::string_view whole = stem == "ca" ? "can" : stem == "wo" ? "will" : stem == "sha" ? "shall" : stem;
        std::copy(whole.begin(), whole.end(), letters_.begin());
        size_ = whole.size();
        not_follows_ = true;
        at_ = from + size;
        return;
    }
    for (const std::string_view known : {"s", "re", "ve", "ll", "d", "m"})
        if (hanging == known) at_ = from + size;
}

std::uint64_t hash(std::string_view word, std::uint64_t seed) noexcept {
    std::uint64_t state = seed ^ (word.size() * 0x9E3779B97F4A7C15ull);
    while (word.size() >= 8) {
        std::uint64_t bytes;
        std::memcpy(&bytes, word.data(), 8);
        state = mix(state ^ bytes);
        word.remove_prefix(8);
    }
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, word.data(), word.size());
    return mix(state ^ bytes);
}

std::uint64_t hash_pair(std::uint64_t first, std::uint64_t second) noexcept {
    return mix(first * 3 + second);
}

std::size_t grams_of(const Word& word, std::array<std::uint64_t, most_grams>& grams) noexcept {
    std::size_t count = 0;
    if (word.kind == Word::Kind::number) {
        for (; count < 4; ++count) grams[count] = hash(word.text, 0x6E756D + count);
        return count;
    }
    std::array<char, Words::longest + 10> marked{};
    marked[0] = '^';
    std::copy(word.text.begin(), word.text.end(), marked.begin() + 1);
    const std::size_t size = word.text.size() + 2;
    marked[size - 1] = '$';
    for (std::size_t length = 3; length <= 5; ++length)
        for (std::size_t at = 0; at + length <= size && count < most_grams; ++at)
            grams[count++] = hash({marked.data() + at, length}, 0x6772616D);
    return count;
}

}  // namespace llm::table
