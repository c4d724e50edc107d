/// What a person sees: whether a stream is a terminal, how wide, in which colours; and the one way by
/// which the front door itself writes on stdout.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llm {

enum class Colour { no, yes };
enum class Style { heading, name, faint, good, bad };

bool is_terminal(int fd) noexcept;
/// yes only on a terminal, and not with NO_COLOR set (to anything), CLICOLOR=0 or TERM=dumb.
Colour colour_of(int fd);
/// Columns of the terminal at fd, else $COLUMNS, else 80; never below 20.
std::size_t terminal_width(int fd);
std::string paint(std::string_view text, Style, Colour);

/// Columns a text takes on a terminal: wide characters two, combining ones none (wcwidth of the C.UTF-8
/// locale is not asked, so it works in any locale).
std::size_t display_width(std::string_view);
/// The longest prefix that fits, with "…" where something was cut.
std::string fit(std::string_view, std::size_t columns);
/// Lines of at most `columns`, broken at blanks; a word that is longer stands alone. Line breaks in
/// the text are kept.
std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

/// Thrown by put() when nobody reads stdout any more; Tool::run ends quietly with 0. No std::exception,
/// so that nobody takes it for an error.
struct NobodyReads {};

/// All of `text` on stdout. Throws NobodyReads, or Error{io} where the device is full or gone.
void put(std::string_view text);

}  // namespace llm
