/// The variables a program was started with, as a value, so that tests bring their own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llm {

class Environment {
public:
    /// The process's own, read when asked (nothing is copied).
    Environment() = default;
    /// These and no others.
    explicit Environment(std::map<std::string, std::string, std::less<>> variables);

    /// The variable's value, which may be empty; nothing where it is not set.
    std::optional<std::string> get(std::string_view name) const;
    /// As `get`, but an empty value counts as not set.
    std::optional<std::string> filled(std::string_view name) const;
    /// All variables whose names begin with `prefix`, sorted by name.
    std::vector<std::pair<std::string, std::string>> beginning_with(std::string_view prefix) const;

private:
    std::optional<std::map<std::string, std::string, std::less<>>> variables_;
};

}  // namespace llm
