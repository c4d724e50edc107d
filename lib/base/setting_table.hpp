/// Every setting there is: what the file may hold, what `LLMUTILS_…` variables may override, what the manual
/// lists. To add one, add a line to setting_table.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

enum class SettingKind {
    text,
    integer,
    count,     ///< a whole number, 0 or more
    number,
    boolean,
    duration,  ///< "30s", "500ms", "2m", or a number of seconds
    size,      ///< "1GiB", or a number of bytes
    keep,      ///< "30d, 1GiB": age, size or both; "forever"
    words,     ///< a list of texts, or one text that is split at blanks (quotes count, nothing else does)
    texts,     ///< a table of texts
    any,       ///< read by who uses it
};

struct SettingEntry {
    std::string_view path;      ///< "log.keep"; `*` stands for any name
    SettingKind kind;
    std::string_view fallback;  ///< the value where none is given, written as in a variable; may be empty
    std::string_view about;     ///< one line for people
    std::string_view shorthand =
        {};  ///< path under which a bare value means this: `log = false` for `log.enabled`
};

/// In the order of the manual.
std::span<const SettingEntry> setting_table() noexcept;

using SettingKeys = std::span<const std::string>;

/// The entry for a path given as its keys; one that names a key beats a `*`. Null where there is none.
const SettingEntry* setting_entry(SettingKeys) noexcept;
/// Whether any entry lies below the keys.
bool is_setting_table(SettingKeys) noexcept;
/// The names that may stand right below the keys, `*` left out.
std::vector<std::string_view> setting_names_below(SettingKeys);

/// "LLMUTILS_LOG_KEEP" for `log.keep`; the shorthand's where there is one ("LLMUTILS_LOG").
std::string variable_of(const SettingEntry&);

/// What a value of the kind looks like: `a length of time such as "30s" or "2m"`.
std::string_view example_of(SettingKind) noexcept;

}  // namespace llm
