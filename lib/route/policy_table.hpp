/// One table of a policy file, read member by member; every complaint names file, line, value and remedy.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/toml.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace llm {

/// The file's lines by path.
struct PolicyLines {
    std::string file;
    std::unordered_map<std::string, int> at;

    PolicyLines(std::string name, const Toml&);
    int line(const std::string& path) const;
};

/// Every getter throws Error{config} where the member is of another shape. Absent members give nothing.
class PolicyTable {
public:
    /// All are borrowed. `path` is that of the table ("rule[2]"), empty for the whole file.
    PolicyTable(const PolicyLines& lines, const Json& table, std::string path);

    bool has(std::string_view key);
    const Json& raw(std::string_view key);
    std::optional<std::string> text(std::string_view key);
    std::optional<bool> boolean(std::string_view key);
    std::optional<double> number(std::string_view key, double least, double most);
    std::optional<long> count(std::string_view key, long least);
    std::optional<double> milliseconds(std::string_view key);  ///< "800ms", "3s"
    /// A text, or a list of texts.
    std::vector<std::string> texts(std::string_view key);
    /// A table of numbers of at least `least` and at most `most`, in the file's order.
    std::vector<std::pair<std::string, double>> numbers(std::string_view key, double least, double most);
    PolicyTable table(std::string_view key);

    /// Throws for the first member nobody has asked for, with the nearest that is known.
    void no_others() const;

    int line(std::string_view key = {}) const;
    [[noreturn]] void wrong(std::string_view key, std::string_view what) const;
    const Json& tree() const noexcept { return *table_; }

private:
    const PolicyLines* lines_;
    const Json* table_;
    std::string path_;
    std::vector<std::string> asked_;
};

}  // namespace llm
