#include "route/features.hpp"

#include "route/arithmetic.hpp"
#include "route/counting.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

namespace llm {
namespace {

constexpr std::string_view answer_names[] = {
    "a_bytes",           "a_per_prompt",       "a_lines",          "a_sums",
    "a_sums_wrong",      "a_any_wrong",        "a_notes",          "a_marker",
    "a_cut_short",       "a_no_number",        "a_hedges",         "a_assumes",
    "a_algebra",         "a_strange_operands", "a_unused_numbers", "a_final_is_last_sum",
    "a_final_in_prompt", "a_final_fraction",   "a_final_negative", "a_final_size",
    "a_any_fraction",    "a_any_negative",     "a_no_sums",        "a_sums_per_number",
    "a_divisions",       "a_contradicts",      "a_repeats",        "a_final_above_all",
    "a_long_decimals",
};

bool same(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(1.0, std::abs(b)); }
bool among(double x, const std::vector<double>& all) {
    return std::any_of(all.begin(), all.end(), [&](double y) { return same(x, y); });
}
bool fractional(double x) { return std::abs(x - std::round(x)) > 1e-6; }

/// The number after "####" or "answer is", else the text's last.
struct Final {
    double value = 0;
    bool found = false;
};
Final final_number(std::string_view answer) {
    std::vector<double> numbers;
    for (const std::string_view mark : {"####", "answer is", "Answer:"})
        if (const std::size_t at = answer.rfind(mark); numbers.empty() && at != std::string_view::npos)
            numbers = numbers_in(answer.substr(at));
    if (!numbers.empty()) return {numbers.front(), true};
    numbers = numbers_in(answer);
    if (numbers.empty()) return {};
    return {numbers.back(), true};
}

}  // namespace

std::span<const std::string_view> answer_feature_names() noexcept { return answer_names; }

void answer_features(std::string_view prompt, std::string_view answer, float* out) {
    const std::vector<Sum> sums = stated_sums(answer);
    const std::vector<double> asked = numbers_in(prompt, Words::too);
    const std::vector<double> said = numbers_in(answer, Words::too);
    const std::vector<std::string> words = words_of(answer);
    const Final last = final_number(answer);

    constexpr double usual[] = {1, 2, 7, 12, 24, 60, 100, 365, 52, 30, 4, 3, 1000};
    std::vector<double> known = asked;
    known.insert(known.end(), std::begin(usual), std::end(usual));
    std::size_t wrong = 0, strange = 0, fractions = 0, negatives = 0, repeats = 0;
    std::vector<double> results;
    for (const Sum& sum : sums) {
        wrong += sum.holds ? 0 : 1;
        for (const double operand : sum.operands)
            strange += among(operand, known) || among(operand * 100, known) || among(operand / 100, known) ||
                               among(100 - operand, asked)
                           ? 0
                           : 1;
        fractions += fractional(sum.stated) ? 1 : 0;
        negatives += sum.stated < 0 ? 1 : 0;
        repeats += among(sum.stated, results) ? 1 : 0;
        results.push_back(sum.stated);
        known.push_back(sum.stated);
    }
    std::size_t unused = 0;
    double largest = 0;
    for (const double n : asked) {
        unused += among(n, said) || among(n / 100, said) || among(1 / std::max(n, 1e-9), said) ? 0 : 1;
        largest = std::max(largest, n);
    }
    std::string_view trimmed = answer;
    while (!trimmed.empty() && (trimmed.back() == '\n' || trimmed.back() == ' ')) trimmed.remove_suffix(1);
    const bool marker = answer.find("####") != std::string_view::npos;
    const bool cut = !marker && (trimmed.empty() ||
                                 std::string_view{".!?)\""}.find(trimmed.back()) == std::string_view::npos);
    std::size_t long_decimals = 0;
    for (const double n : said) long_decimals += std::abs(n * 100 - std::round(n * 100)) > 1e-6 ? 1 : 0;
    const auto flag = [](bool b) { return b ? 1.0F : 0.0F; };

    const float values[] = {
        log_of(answer.size()),
        static_cast<float>(
            std::log(static_cast<double>(answer.size() + 1) / static_cast<double>(prompt.size() + 1))),
        log_of(count_marks(trimmed, "\n")),
        log_of(sums.size()),
        log_of(wrong),
        flag(wrong > 0),
        log_of(count_text(answer, "<<")),
        flag(marker),
        flag(cut),
        flag(!last.found),
        log_of(count_any(words,
                         {"however", "cannot", "impossible", "unclear", "unknown", "sorry", "mistake",
                          "unfortunately", "approximately", "about", "not", "but", "actually", "negative"})),
        log_of(count_any(words, {"assume", "assuming", "suppose", "let", "if", "would", "could", "must"})),
        log_of(count_any(words, {"x", "y", "equation", "solve", "variable", "denote"})),
        log_of(strange),
        log_of(unused),
        flag(last.found && !results.empty() && same(last.value, results.back())),
        flag(last.found && among(last.value, asked)),
        flag(last.found && fractional(last.value)),
        flag(last.found && last.value < 0),
        static_cast<float>(std::log1p(std::min(std::abs(last.value), 1e9))),
        flag(fractions > 0),
        flag(negatives > 0),
        flag(sums.empty()),
        static_cast<float>(static_cast<double>(sums.size()) / static_cast<double>(asked.size() + 1)),
        log_of(count_text(answer, " / ")),
        flag(last.found && !results.empty() && !among(last.value, results)),
        log_of(repeats),
        flag(last.found && std::abs(last.value) > largest),
        log_of(long_decimals),
    };
    static_assert(std::size(values) == std::size(answer_names));
    std::copy(std::begin(values), std::end(values), out);
}

}  // namespace llm
