/// SQL cut into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct SqlDialect {
    bool backticks = true;       ///< `name`
    bool brackets = false;       ///< [name]
    bool double_names = true;    ///< "name"; else a string
    bool colon_casts = true;     ///< a::type
};
SqlDialect sql_dialect(std::string_view name);

struct SqlToken {
    enum class Kind { word, name, number, string, parameter, mark, end } kind = Kind::end;
    std::string text;   ///< words in upper case; names without their quotes; marks as they are
    std::string shown;  ///< as it stands
    std::size_t at = 0;
};
/// Ends with a token of kind end. Throws std::invalid_argument with what is wrong.
std::vector<SqlToken> sql_tokens(std::string_view, const SqlDialect&);

}  // namespace llm
