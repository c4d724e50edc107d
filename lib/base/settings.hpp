/// The configuration, resolved once: $XDG_CONFIG_HOME/llm-utils/config.toml, overridden by LLMUTILS_…
/// variables, overridden by flags. What there is to set stands in base/setting_table.hpp.
///
/// A path is written with dots, as in TOML: `log.keep`, `model."openai/gpt-4.1".input` (see `dotted` in
/// base/toml.hpp). A shorthand may be used for its path (`log` for `log.enabled`, `model` for
/// `model.default`).
#pragma once

#include "base/environment.hpp"
#include "base/json.hpp"
#include "base/setting_table.hpp"
#include "base/units.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Where a value came from, the weakest first.
struct Origin {
    enum class Kind { nowhere, fallback, file, environment, flag } kind = Kind::nowhere;
    std::string where;  ///< "~/…/config.toml:12", "LLMUTILS_LOG", "--timeout", "default", ""
};

class Settings {
public:
    /// No file, no variables: the defaults.
    Settings();

    /// Reads `file`, else $LLMUTILS_CONFIG, else config.toml in the configuration folder. Only the last may
    /// be missing. Everything but
    /// `[provider.…]` is checked here (see `check`); a variable LLMUTILS_X that names no setting is an error
    /// too, unless X begins with an underscore. Empty variables count as not set. Throws Error{config} with
    /// the place and what to write instead.
    static Settings load(const Environment&, const std::optional<std::filesystem::path>& file = {});

    /// The same from text; `name` is what errors call it.
    static Settings parse(std::string_view toml, std::string_view name, const Environment& = Environment{{}});

    /// Throws Error{config} for the first unknown name or value of a wrong kind at or below `path`, with
    /// place, value, nearest name.
    void check(std::string_view path) const;

    /// A flag's value. Throws Error{usage} where the text does not fit the setting.
    void set(std::string_view path, std::string_view value, std::string_view flag);

    /// Everything given (no defaults in it), shorthands written out: `log` and `model` are tables. An object.
    const Json& tree() const noexcept { return tree_; }
    /// The value given there, or null.
    const Json& at(std::string_view path) const;
    /// Where it came from; kind `nowhere` where it is not given and has no default.
    Origin origin(std::string_view path) const;

    // The value given, else the default of the table, else nothing. Throw Error{config} where the value given
    // is of another kind.
    std::optional<std::string> text(std::string_view path) const;
    std::optional<double> number(std::string_view path) const;
    std::optional<long> integer(std::string_view path) const;
    std::optional<bool> boolean(std::string_view path) const;
    std::optional<double> duration(std::string_view path) const;  ///< seconds
    std::optional<std::uint64_t> size(std::string_view path) const;
    std::optional<Keep> keep(std::string_view path) const;
    std::optional<std::vector<std::string>> words(std::string_view path) const;

    /// The file read, or where it would be; empty where that cannot be known.
    const std::string& file() const noexcept { return file_; }
    /// "config.toml:12: " to put in front of a message about the value there, or "LLMUTILS_X: ", or "".
    std::string place(std::string_view path) const;

private:
    struct Given {
        std::string path;
        int line;              ///< in the file, 0 where from elsewhere
        std::string variable;  ///< or flag
        Origin::Kind kind;
    };

    void read(std::string_view toml);
    void write_out_shorthands();
    void apply(const Environment&);
    void apply(const std::string& variable, std::string_view value);
    void put(const std::vector<std::string>& keys, Json value, Given);
    void check(const Json&, const std::vector<std::string>& keys, std::string_view shown) const;
    Json given_or_default(std::string_view path) const;
    template <typename T>
    std::optional<T> as(std::string_view path, SettingKind, std::optional<T> (*read)(const Json&)) const;
    const Given* given(std::string_view path) const;
    [[noreturn]] void wrong_kind(std::string_view path, const Json& value, SettingKind) const;
    [[noreturn]] void unknown(const std::vector<std::string>& keys, std::string_view shown) const;

    Json tree_ = Json::object();
    std::vector<Given> given_;
    std::string file_;
};

}  // namespace llm
