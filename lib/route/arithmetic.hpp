/// The sums a text states ("3 * 24 = 72", "<<9*2=18>>18") and the numbers it names.
#pragma once

#include <string_view>
#include <vector>

namespace llm {

/// "a op b … = c": the operands as written, what they come to, and what the text says they come to.
struct Sum {
    std::vector<double> operands;
    double value = 0;    ///< worked out: + - * x × / ÷, brackets, the usual precedence
    double stated = 0;   ///< the number after the equals sign
    bool holds = false;  ///< equal within rounding to the digits written
};

/// Every statement of the kind that can be read, in order, each once: a calculator note "<<…=c>>" counts, the
/// same statement in plain text before it does not. "$", "%", thousands commas and units between are passed
/// over.
std::vector<Sum> stated_sums(std::string_view);

/// Numbers in order: digits ("1,250.5", "-3"), and with `Words::too` English words (twelve, half, twice,
/// dozen).
enum class Words { no, too };
std::vector<double> numbers_in(std::string_view, Words = Words::no);

}  // namespace llm
