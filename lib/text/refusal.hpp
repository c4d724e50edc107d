/// Answers that decline to do what was asked, told by known wordings in English, German, French and Spanish.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace llm {

struct RefusalWording {
    std::string_view wording;  ///< folded
    std::size_t at = 0;        ///< where it begins, about, in bytes
};
/// The first of the list that stands in the answer's first 400 bytes: a refusal is said first.
std::optional<RefusalWording> refusal_wording(std::string_view answer);

}  // namespace llm
