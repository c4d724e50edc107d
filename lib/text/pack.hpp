/// Filling passages with units that belong together.
#pragma once

#include "text/span.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace llm {

enum class Splitting { allowed, forbidden };

/// Something that is put into a passage whole (a sentence, a fenced block, a line of code).
struct Unit {
    Span span;
    Splitting if_too_long = Splitting::allowed;  ///< between words, where it alone is above the limit
};

/// Consecutive units joined while they cost at most `tokens`. A border between paragraphs (a blank
/// line) is preferred once a passage is half full. Each passage after the first begins with up to
/// `overlap` units of the one before, as long as they fill less than half of it.
std::vector<Span> pack(std::string_view text, const std::vector<Unit>&, std::size_t tokens,
                       std::size_t overlap);

}  // namespace llm
