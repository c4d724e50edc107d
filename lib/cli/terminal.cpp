#include "cli/terminal.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace llm {
namespace {

struct Range {
    char32_t first, last;
};
// Unicode 15, East_Asian_Width W and F, joined into blocks; and the common combining ranges.
constexpr std::array<Range, 19> wide{{{0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},
                                      {0x2648, 0x2653},   {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x274C, 0x274C},
                                      {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
                                      {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},   {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 13> zero{{{0x0300, 0x036F},
                                      {0x0483, 0x0489},
                                      {0x0591, 0x05BD},
                                      {0x0610, 0x061A},
                                      {0x064B, 0x065F},
                                      {0x0900, 0x0902},
                                      {0x0E31, 0x0E31},
                                      {0x1AB0, 0x1AFF},
                                      {0x200B, 0x200F},
                                      {0x20D0, 0x20FF},
                                      {0xFE00, 0xFE0F},
                                      {0xFE20, 0xFE2F},
                                      {0xE0100, 0xE01EF}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
    return std::ranges::any_of(ranges, [c](Range r) { return c >= r.first && c <= r.last; });
}

std::size_t width_of(char32_t c) {
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0;
    if (c < 0x300) return 1;
    if (within(zero, c)) return 0;
    return within(wide, c) ? 2 : 1;
}

}  // namespace

bool is_terminal(int fd) noexcept { return ::isatty(fd) == 1; }

Colour colour_of(int fd) {
    const char* no = std::getenv("NO_COLOR");
    const char* clicolor = std::getenv("CLICOLOR");
    const char* term = std::getenv("TERM");
    if (no && *no) return Colour::no;
    if (clicolor && std::strcmp(clicolor, "0") == 0) return Colour::no;
    if (term && std::strcmp(term, "dumb") == 0) return Colour::no;
    return is_terminal(fd) ? Colour::yes : Colour::no;
}

std::size_t terminal_width(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::max<std::size_t>(size.ws_col, 20);
    std::size_t columns = 80;
    if (const char* set = std::getenv("COLUMNS")) std::from_chars(set, set + std::strlen(set), columns);
    return std::max<std::size_t>(columns, 20);
}

std::string paint(std::string_view text, Style style, Colour colour) {
    if (colour == Colour::no || text.empty()) return std::string{text};
    constexpr std::array<std::string_view, 5> codes{"1", "36", "2", "32", "31"};
    return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(style)], text);
}

std::size_t display_width(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint c = decode_utf8(text, at);
        columns += width_of(c.value);
        at += c.size;
    }
    return columns;
}

std::string fit(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) return std::string{text};
    std::size_t used = 0, at = 0;
    while (at < text.size()) {
        const CodePoint c = decode_utf8(text, at);
        if (used + width_of(c.value) + 1 > columns) break;
        used += width_of(c.value);
        at += c.size;
    }
    return std::string{text.substr(0, at)} + (columns > 0 ? "…" : "");
}

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
    std::string out;
    std::size_t used = 0;
    const auto line_break = [&] {
        out += '\n';
        used = 0;
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
        const std::string_view word = text.substr(0, end);
        const std::size_t width = display_width(word);
        if (!word.empty()) {
            if (used > 0 && indent + used + 1 + width > columns) line_break();
            if (used > 0) {
                out += ' ';
                ++used;
            } else if (!out.empty()) {
                out.append(indent, ' ');
            }
            out += word;
            used += width;
        }
        if (end < text.size() && text[end] == '\n') line_break();
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

void put(std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
        if (n >= 0) {
            text.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EPIPE) {
            throw NobodyReads{};
        } else if (errno != EINTR) {
            throw Error(Fault::io, "cannot write to stdout: {}", std::strerror(errno));
        }
    }
}

}  // namespace llm
