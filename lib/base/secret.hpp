/// Keys: where they come from, and how they are kept out of what is written.
#pragma once

#include "base/environment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Where a key is to be had; at most one of the three is filled.
struct KeySource {
    std::string variable;              ///< name of an environment variable
    std::vector<std::string> command;  ///< a program and its arguments that prints the key
    std::string file;                  ///< path; `~/` is HOME

    bool empty() const noexcept { return variable.empty() && command.empty() && file.empty(); }
};

/// The source in words, for messages: "the variable OPENAI_API_KEY", "the command 'pass show openai'", "the
/// file ~/key".
std::string described(const KeySource&);

/// The key, without the blanks and newlines around it; nothing where the variable is not set or empty, or the
/// source is empty.
///
/// A command is started without a shell, with nothing on its stdin and with this program's stderr; it has
/// `seconds` to end. It fails as Error{auth} where it ends otherwise than with 0, prints nothing or takes too
/// long, as Error{config} where it cannot be started. A file that cannot be read, is not the user's own or
/// may be read by others is Error{config} with the command that cures it. A key with other than visible ASCII
/// characters, or above 16 KiB, is Error{config}. No message holds the key or a part of it.
std::optional<std::string> read_key(const KeySource&, const Environment&, double seconds = 10);

/// The text with the secret struck out ("***"), also where it stands escaped as in JSON or in a URL. A secret
/// of less than 4 bytes is taken for none, for it would strike out half the text.
std::string redact(std::string_view text, std::string_view secret);

}  // namespace llm
