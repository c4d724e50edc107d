/// One option or argument as it is declared, parsed, shown and completed. Everything about it is said
/// once, here; help, manual, completions and --describe are printed from it.
#pragma once

#include "base/error.hpp"
#include "cli/value.hpp"

#include <deque>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// What the shell offers behind an option. `file` and `directory` are the shell's own; the others are
/// asked of the binary (Tool::completes) under their name.
enum class Complete { none, file, directory, model, space, suite, option_name, member, template_file, command };
/// "none", "file", "model", "namespace" (of `space`), …
std::string_view name(Complete) noexcept;
std::optional<Complete> complete_named(std::string_view) noexcept;

/// Who reads the variable an option names.
enum class Env {
    fills,    ///< the front door: it fills the bound variable where the option is not given
    settings  ///< base/settings, because the configuration file knows the value too; here it is only documented
};

struct Choice {
    std::string name;
    std::string about;  ///< may be empty
};

/// What was declared, as plain values.
struct OptionSpec {
    std::vector<std::string> shorts, longs;  ///< "-m", "--model"; both empty for an argument
    std::vector<std::string> opposites;      ///< "--no-stream"
    std::string argument_name;               ///< "PROMPT"
    ValueKind kind = ValueKind::flag;
    std::string value_name;                  ///< "NAME", "KEY VALUE"; empty for a flag
    std::string text, since, env, default_text, group;
    std::string setting, flag_value;         ///< "timeout"; "false" for --no-log
    std::string last;                        ///< the value last given on the command line
    std::vector<Choice> choices;
    std::optional<std::string> implied;      ///< the value of the option given without one
    std::optional<double> lowest, highest;   ///< in seconds for a duration, bytes for a size
    std::function<void(std::string_view)> check;
    std::function<void(const std::vector<std::string>&)> store;
    Complete complete = Complete::none;
    Env env_how = Env::fills;
    bool repeated = false, hidden = false, required = false;
    int count = 0;  ///< how often it stood on the command line
};

class Option {
public:
    /// Names as "-m,--model"; for an argument, "PROMPT". `text` is the long text; its first sentence
    /// (up to ". ") stands alone in --help, without its full stop.
    Option(std::string_view names, ValueKind kind, std::string_view value_name, std::string_view text);

    // ---- what can be said about it; each returns *this -------------------------------------------
    Option& env(std::string variable, Env how = Env::fills);
    /// The flag of a setting (base/setting_table.hpp): variable and default are the setting's, and
    /// settings_of (cli/settings.hpp) hands its value on. `flag_value` is what a flag without a value sets.
    Option& setting(std::string_view path, std::string_view flag_value = {});
    Option& completes(Complete);
    Option& since(std::string version);
    /// The value may be left out: `--near` alone stands for `--near=0.9`. The next word is the value only
    /// where it reads as one (and is, for text, no option).
    Option& implies(std::string value);
    Option& at_least(double lowest);
    Option& between(double lowest, double highest);
    /// A check of our own; throws Error{usage} with the end of a sentence.
    Option& check(std::function<void(std::string_view)>);
    Option& hidden();
    Option& required();
    /// Shown as the default where the bound variable cannot say it ("the configuration's").
    Option& default_is(std::string text);
    /// Names of the opposite sense, for a flag: "--no-stream".
    Option& opposite(std::string_view names);

    // ---- what the front door and the printers read ------------------------------------------------
    bool given() const { return spec.count > 0; }  ///< on the command line, not by a variable
    bool is_argument() const { return spec.shorts.empty() && spec.longs.empty(); }
    const std::string& long_name() const;      ///< "--model"; the short one where there is no long one
    std::vector<std::string> names() const;    ///< "-m", "--model", then the opposites
    std::string help() const;                  ///< the first sentence

    /// One occurrence: one word, or two for a pair, none for a flag ("true" or "false" stands for it).
    /// Throws Error{usage} without naming the option.
    void take(const std::vector<std::string>& words);
    /// Whether `word` reads as this option's value, if one out of its bounds; nothing is stored.
    bool accepts(std::string_view word) const;

    OptionSpec spec;
};

/// Binds a variable. Its value at this moment is the default that is shown.
template <typename T>
void bind(Option& o, T& variable) {
    o.spec.repeated = Value<T>::repeated;
    if constexpr (Value<T>::kind == ValueKind::pair) {
        static_assert(Value<T>::repeated, "pairs are kept in a vector");
        o.spec.store = [&variable](const std::vector<std::string>& w) { variable.emplace_back(w.at(0), w.at(1)); };
    } else {
        o.spec.default_text = Value<T>::show(variable);
        o.spec.store = [&variable](const std::vector<std::string>& w) { Value<T>::read(w.at(0), variable); };
    }
}

template <typename E>
struct EnumChoice {
    E value;
    std::string_view name;
    std::string_view about = {};
};
template <typename E>
EnumChoice(E, const char*) -> EnumChoice<E>;
template <typename E>
EnumChoice(E, const char*, const char*) -> EnumChoice<E>;

/// Options under one heading. References stay good as long as the group lives.
class OptionGroup {
public:
    explicit OptionGroup(std::string title) : title_(std::move(title)) {}

    Option& flag(std::string_view names, bool&, std::string_view text);
    /// "--stream" sets true, "--no-stream" false; absent where neither was given; the last one counts.
    Option& toggle(std::string_view yes, std::string_view no, std::optional<bool>&, std::string_view text);
    /// Counts how often it was given.
    Option& count(std::string_view names, int&, std::string_view text);

    template <typename T>
    Option& option(std::string_view names, T& variable, std::string_view value_name, std::string_view text) {
        Option& o = add(names, Value<T>::kind, value_name, text);
        bind(o, variable);
        return o;
    }
    /// One of a few words, kept as text.
    Option& choice(std::string_view names, std::string& variable, std::vector<Choice>, std::string_view value_name,
                   std::string_view text);
    /// One of a few words, kept as an enum (E or optional<E>).
    template <typename E, typename V>
    Option& choice(std::string_view names, V& variable, std::initializer_list<EnumChoice<E>> choices,
                   std::string_view value_name, std::string_view text) {
        Option& o = add(names, ValueKind::choice, value_name, text);
        std::vector<E> values;
        for (const auto& c : choices) {
            o.spec.choices.push_back({std::string{c.name}, std::string{c.about}});
            values.push_back(c.value);
            if (variable == c.value) o.spec.default_text = c.name;
        }
        o.spec.store = [&o, &variable, values](const std::vector<std::string>& w) {
            for (std::size_t i = 0; i < values.size(); ++i)
                if (o.spec.choices[i].name == w.at(0)) variable = values[i];
        };
        return o;
    }

    const std::string& title() const { return title_; }
    std::deque<Option>& options() { return options_; }
    const std::deque<Option>& options() const { return options_; }

private:
    Option& add(std::string_view names, ValueKind, std::string_view value_name, std::string_view text);

    std::string title_;
    std::deque<Option> options_;
};

}  // namespace llm
