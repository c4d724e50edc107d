#include "record/scan.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace llm {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

struct Bad {
    const char* what;
};

/// Walks the text once; `at_` never passes `end_`.
class Scanner {
public:
    Scanner(std::string_view text, Scan& out) : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), out_(out) {}

    void run() {
        space();
        if (at_ == end_) {
            out_.kind = Scan::Kind::blank;
            return;
        }
        if (*at_ == '{') {
            out_.kind = Scan::Kind::object;
            out_.open = offset();
        } else {
            out_.kind = Scan::Kind::other;
        }
        value();
        space();
        if (at_ != end_) fail("more text after the end of the value");
        if (high_) {
            const std::string_view whole{begin_, static_cast<std::size_t>(end_ - begin_)};
            const std::size_t good = utf8_prefix(whole);
            if (good != whole.size()) {
                at_ = begin_ + good;
                fail("invalid UTF-8");
            }
        }
    }

    std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

private:
    [[noreturn]] void fail(const char* what) const { throw Bad{what}; }

    void space() {
        while (at_ != end_ && is_space(*at_)) ++at_;
    }

    /// A value with all it contains; objects and lists on an explicit stack of bits.
    void value() {
        int depth = 0;
        for (;;) {
            // a value starts here
            if (at_ == end_) fail("the text ends where a value should stand");
            switch (*at_) {
                case '{':
                    if (++depth > max_depth) fail("nested deeper than 1000 levels");
                    stack_[static_cast<std::size_t>(depth)] = true;
                    ++at_;
                    space();
                    if (at_ != end_ && *at_ == '}') break;
                    key(depth);
                    continue;
                case '[':
                    if (++depth > max_depth) fail("nested deeper than 1000 levels");
                    stack_[static_cast<std::size_t>(depth)] = false;
                    ++at_;
                    space();
                    if (at_ != end_ && *at_ == ']') break;
                    continue;
                case '"': string(); break;
                case 't': literal("true"); break;
                case 'f': literal("false"); break;
                case 'n': literal("null"); break;
                default: number(); break;
            }
            // a value ended, or an empty container is about to
            for (;;) {
                if (depth == 0) return;
                const bool object = stack_[static_cast<std::size_t>(depth)];
                if (depth == 1 && object && pending_) {
                    out_.members.back().value_end = offset();
                    pending_ = false;
                }
                space();
                if (at_ == end_) fail(object ? "the object is not closed" : "the list is not closed");
                if (*at_ == ',') {
                    ++at_;
                    space();
                    if (object) key(depth);
                    break;
                }
                if (*at_ != (object ? '}' : ']')) fail(object ? "',' or '}' expected" : "',' or ']' expected");
                if (depth == 1) out_.close = offset();
                ++at_;
                --depth;
            }
        }
    }

    void key(int depth) {
        if (at_ == end_ || *at_ != '"') fail("a member's name in quotes expected");
        const std::size_t from = offset() + 1;
        escaped_ = false;
        string();
        const std::size_t to = offset() - 1;
        space();
        if (at_ == end_ || *at_ != ':') fail("':' expected");
        ++at_;
        space();
        if (depth == 1) {
            if (out_.members.capacity() == 0) out_.members.reserve(16);  // once, rather than for 1, 2, 4 and 8
            out_.members.push_back({from, to, offset(), 0});
            out_.escaped_names = out_.escaped_names || escaped_;
            pending_ = true;
        }
    }

    void literal(std::string_view word) {
        if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
            fail("no JSON value");
        at_ += word.size();
    }

    void number() {
        if (at_ != end_ && *at_ == '-') ++at_;
        if (at_ == end_ || !is_digit(*at_)) fail("no JSON value");
        if (*at_ == '0') ++at_;
        else digits();
        if (at_ != end_ && *at_ == '.') {
            ++at_;
            if (at_ == end_ || !is_digit(*at_)) fail("a digit expected after the decimal point");
            digits();
        }
        if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
            ++at_;
            if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
            if (at_ == end_ || !is_digit(*at_)) fail("a digit expected in the exponent");
            digits();
        }
    }
    void digits() {
        while (at_ != end_ && is_digit(*at_)) ++at_;
    }

    void string() {
        ++at_;
        for (;;) {
            skip_plain();
            if (at_ == end_) fail("the string is not closed");
            const auto c = static_cast<unsigned char>(*at_);
            if (c == '"') {
                ++at_;
                return;
            }
            if (c == '\\') {
                escape();
            } else if (c < 0x20) {
                fail("a control character in a string");
            } else {
                high_ |= c >= 0x80;
                ++at_;
            }
        }
    }

    /// Up to the next byte that needs a look: quote, backslash, control, or the last few bytes of the text.
    void skip_plain() {
#if defined(__SSE2__)
        const __m128i quote_mark = _mm_set1_epi8('"');
        const __m128i backslash = _mm_set1_epi8('\\');
        const __m128i last_control = _mm_set1_epi8(0x1F);
        while (end_ - at_ >= 16) {
            const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at_));
            const __m128i special =
                _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote_mark), _mm_cmpeq_epi8(v, backslash)),
                             _mm_cmpeq_epi8(_mm_min_epu8(v, last_control), v));
            high_ |= _mm_movemask_epi8(v) != 0;
            const int mask = _mm_movemask_epi8(special);
            if (mask != 0) {
                at_ += __builtin_ctz(static_cast<unsigned>(mask));
                return;
            }
            at_ += 16;
        }
#endif
    }

    void escape() {
        escaped_ = true;
        ++at_;
        if (at_ == end_) fail("the string is not closed");
        switch (*at_) {
            case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': ++at_; return;
            case 'u':
                for (int i = 1; i <= 4; ++i)
                    if (end_ - at_ <= i || !is_hex(at_[i])) fail("four hexadecimal digits expected after \\u");
                at_ += 5;
                return;
            default: fail("unknown escape in a string");
        }
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    Scan& out_;
    bool high_ = false;
    bool pending_ = false;
    bool escaped_ = false;  ///< the string at hand
    std::bitset<max_depth + 1> stack_;
};

char32_t hex4(std::string_view s) {
    char32_t v = 0;
    for (const char c : s.substr(0, 4)) {
        v <<= 4;
        v |= static_cast<char32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

}  // namespace

void scan(std::string_view text, Scan& into) {
    into.kind = Scan::Kind::invalid;
    into.members.clear();
    into.escaped_names = false;
    into.open = into.close = into.bad_at = 0;
    into.what = "";
    Scanner scanner{text, into};
    try {
        scanner.run();
    } catch (const Bad& bad) {
        into.kind = Scan::Kind::invalid;
        into.bad_at = scanner.offset();
        into.what = bad.what;
        into.members.clear();
    }
}

const MemberSpan* find(const Scan& s, std::string_view text, std::string_view name) {
    for (auto it = s.members.rbegin(); it != s.members.rend(); ++it) {
        const std::string_view key = text.substr(it->key_begin, it->key_end - it->key_begin);
        if (key == name) return &*it;
        if (s.escaped_names && key.size() > name.size() && key.find('\\') != std::string_view::npos && unescape(key) == name) return &*it;
    }
    return nullptr;
}

std::string unescape(std::string_view raw) {
    if (raw.size() >= 2 && raw.front() == '"' && raw.back() == '"') raw = raw.substr(1, raw.size() - 2);
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    std::string out;
    out.reserve(raw.size());
    out.append(raw, 0, plain);
    for (std::size_t i = plain; i < raw.size(); ++i) {
        if (raw[i] != '\\' || i + 1 >= raw.size()) {
            out += raw[i];
            continue;
        }
        switch (raw[++i]) {
            case 'b': out += '\b'; break;
            case 'f': out += '\f'; break;
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case 'u': {
                if (i + 4 >= raw.size()) return out;
                char32_t c = hex4(raw.substr(i + 1));
                i += 4;
                if (c >= 0xD800 && c <= 0xDBFF && i + 6 < raw.size() && raw[i + 1] == '\\' && raw[i + 2] == 'u') {
                    const char32_t low = hex4(raw.substr(i + 3));
                    if (low >= 0xDC00 && low <= 0xDFFF) {
                        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                        i += 6;
                    }
                }
                append_utf8(out, c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c);
                break;
            }
            default: out += raw[i];
        }
    }
    return out;
}

std::string quote(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text);
    return out;
}

void append_quoted(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    if (!is_utf8(text)) return append_quoted(out, sanitise_utf8(text));
    out += '"';
    std::size_t clean = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, clean, i - clean);
        clean = i + 1;
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            default:
                out += "\\u00";
                out += hex[static_cast<unsigned char>(c) >> 4];
                out += hex[c & 15];
        }
    }
    out.append(text, clean);
    out += '"';
}

}  // namespace llm
