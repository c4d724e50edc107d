#include "route/features.hpp"

#include "base/hash.hpp"
#include "route/arithmetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <string>

namespace llm {
namespace {

constexpr std::string_view prompt_names[] = {
    "bytes", "words", "sentences", "lines", "word_length", "long_words", "capitals", "digits", "numbers",
    "largest_number", "decimals", "percent", "money", "operators", "brackets", "question_marks", "commas", "quotes",
    "code", "latex", "non_ascii", "blanks", "negation", "comparison", "rates", "fractions", "conditions", "time_units",
    "remainder", "options", "option_words", "option_spread", "option_numbers", "statements", "all_of_above",
    "last_sentence", "distinct_words", "which", "how", "why", "stem_words", "unequal",
};

constexpr std::string_view answer_names[] = {
    "a_bytes", "a_per_prompt", "a_lines", "a_sums", "a_sums_wrong", "a_any_wrong", "a_notes", "a_marker",
    "a_cut_short", "a_no_number", "a_hedges", "a_assumes", "a_algebra", "a_strange_operands", "a_unused_numbers",
    "a_final_is_last_sum", "a_final_in_prompt", "a_final_fraction", "a_final_negative", "a_final_size",
    "a_any_fraction", "a_any_negative", "a_no_sums", "a_sums_per_number", "a_divisions", "a_contradicts",
    "a_repeats", "a_final_above_all", "a_long_decimals",
};

float log_of(std::size_t n) { return static_cast<float>(std::log1p(static_cast<double>(n))); }

bool word_byte(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || u >= 0x80;
}

/// The text's words in lower case, numbers as "0".
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < text.size();) {
        if (!word_byte(text[i])) {
            ++i;
            continue;
        }
        std::string word;
        bool number = true;
        while (i < text.size() && word_byte(text[i])) {
            const char c = text[i++];
            number = number && c >= '0' && c <= '9';
            word += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        }
        words.push_back(number ? "0" : std::move(word));
    }
    return words;
}

std::size_t count_any(const std::vector<std::string>& words, std::initializer_list<std::string_view> wanted) {
    return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), [&](const std::string& w) {
        return std::find(wanted.begin(), wanted.end(), w) != wanted.end();
    }));
}

std::size_t count_text(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
    return n;
}

std::size_t count_marks(std::string_view text, std::string_view marks) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [&](char c) { return marks.find(c) != std::string_view::npos; }));
}

std::size_t count_sentences(std::string_view text) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((text[i] == '.' || text[i] == '?' || text[i] == '!') && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n')) ++n;
    return n;
}

/// Lines "A. …" to "J. …" of a question with choices; the rest is its stem.
struct Choices {
    std::vector<std::string_view> texts;
    std::string_view stem;
};
Choices choices_of(std::string_view text) {
    Choices out;
    out.stem = text;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        const bool choice = line.size() > 2 && line[0] >= 'A' && line[0] <= 'J' && (line[1] == '.' || line[1] == ')');
        if (choice && out.texts.empty()) out.stem = text.substr(0, at);
        if (choice) out.texts.push_back(line.substr(2));
        at = end + 1;
    }
    return out;
}

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

std::span<const std::string_view> prompt_feature_names() noexcept { return prompt_names; }
std::span<const std::string_view> answer_feature_names() noexcept { return answer_names; }

void prompt_features(std::string_view prompt, float* out) {
    const std::vector<std::string> words = words_of(prompt);
    const Choices choices = choices_of(prompt);
    const std::vector<std::string> stem_words = words_of(choices.stem);
    const std::vector<double> numbers = numbers_in(choices.stem, Words::too);
    const double count = std::max<double>(1, static_cast<double>(words.size()));
    const auto share = [&](std::size_t n) { return static_cast<float>(static_cast<double>(n) / count); };

    std::size_t letters = 0, long_words = 0, capitals = 0, non_ascii = 0, digits = 0;
    for (const std::string& w : words) {
        letters += w.size();
        long_words += w.size() > 8 ? 1 : 0;
    }
    for (std::size_t i = 0; i < prompt.size(); ++i) {
        const char c = prompt[i];
        capitals += c >= 'A' && c <= 'Z' && i > 1 && prompt[i - 1] == ' ' && word_byte(prompt[i - 2]) ? 1 : 0;
        non_ascii += static_cast<unsigned char>(c) >= 0x80 ? 1 : 0;
        digits += c >= '0' && c <= '9' ? 1 : 0;
    }
    double largest = 0;
    std::size_t decimals = 0;
    for (const double n : numbers) {
        largest = std::max(largest, std::abs(n));
        decimals += fractional(n) ? 1 : 0;
    }
    std::vector<double> lengths;
    std::size_t number_choices = 0, choice_words = 0;
    for (const std::string_view c : choices.texts) {
        const std::vector<std::string> inside = words_of(c);
        lengths.push_back(static_cast<double>(inside.size()));
        choice_words += inside.size();
        number_choices += !inside.empty() && std::count(inside.begin(), inside.end(), "0") * 2 >= static_cast<long>(inside.size()) ? 1 : 0;
    }
    double spread = 0;
    if (!lengths.empty()) {
        const auto [low, high] = std::minmax_element(lengths.begin(), lengths.end());
        spread = (*high - *low) / std::max(1.0, *high);
    }
    std::vector<std::string> distinct = words;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const std::size_t last_stop = choices.stem.find_last_of(".!", choices.stem.size() > 2 ? choices.stem.size() - 3 : 0);
    const std::string_view last = last_stop == std::string_view::npos ? choices.stem : choices.stem.substr(last_stop);
    const double per_choice = choices.texts.empty() ? 0 : static_cast<double>(choice_words) / static_cast<double>(choices.texts.size());

    const float values[] = {
        log_of(prompt.size()),
        log_of(words.size()),
        log_of(count_sentences(choices.stem)),
        log_of(count_marks(prompt, "\n")),
        static_cast<float>(static_cast<double>(letters) / count),
        share(long_words),
        share(capitals),
        log_of(digits),
        log_of(numbers.size()),
        static_cast<float>(std::log1p(std::min(largest, 1e9))),
        log_of(decimals),
        log_of(count_marks(prompt, "%")),
        log_of(count_marks(prompt, "$")),
        log_of(count_marks(prompt, "+*/=<>^")),
        log_of(count_marks(prompt, "()[]{}")),
        log_of(count_marks(prompt, "?")),
        log_of(count_marks(prompt, ",;")),
        log_of(count_marks(prompt, "\"")),
        log_of(count_text(prompt, "```") + count_text(prompt, "::") + count_text(prompt, "();") + count_text(prompt, "def ")),
        log_of(count_marks(prompt, "\\_") ),
        static_cast<float>(static_cast<double>(non_ascii) / std::max<double>(1, static_cast<double>(prompt.size()))),
        count_text(prompt, "___") > 0 ? 1.0F : 0.0F,
        log_of(count_any(words, {"not", "except", "no", "never", "without", "least", "incorrect", "false"})),
        log_of(count_any(words, {"more", "less", "fewer", "than", "times", "older", "younger", "longer", "as", "twice", "taller", "faster"})),
        log_of(count_any(words, {"each", "every", "per", "rate", "average", "speed", "hourly"})),
        log_of(count_any(words, {"half", "third", "quarter", "fourth", "fifth", "percent", "fraction", "ratio"}) + count_marks(prompt, "%/")),
        log_of(count_any(words, {"if", "when", "unless", "suppose", "assume", "assuming", "while", "after", "before", "then"})),
        log_of(count_any(words, {"hour", "hours", "minutes", "minute", "day", "days", "week", "weeks", "month", "months", "year", "years"})),
        log_of(count_any(words, {"left", "remaining", "remain", "rest", "still", "leftover", "difference", "back"})),
        log_of(choices.texts.size()),
        static_cast<float>(std::log1p(per_choice)),
        static_cast<float>(spread),
        log_of(number_choices),
        log_of(count_any(words, {"statement", "statements"}) + count_text(prompt, "II")),
        count_text(prompt, " of the above") + count_text(prompt, "None of") > 0 ? 1.0F : 0.0F,
        log_of(words_of(last).size()),
        static_cast<float>(static_cast<double>(distinct.size()) / count),
        log_of(count_any(stem_words, {"which", "what", "who", "where"})),
        log_of(count_any(stem_words, {"how", "find", "calculate", "compute", "determine"})),
        log_of(count_any(stem_words, {"why", "because", "explain", "best", "most", "likely"})),
        log_of(stem_words.size()),
        log_of(count_any(words, {"first", "second", "next", "another", "other", "same", "total", "together", "altogether"})),
    };
    static_assert(std::size(values) == std::size(prompt_names));
    std::copy(std::begin(values), std::end(values), out);
}

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
            strange += among(operand, known) || among(operand * 100, known) || among(operand / 100, known) || among(100 - operand, asked) ? 0 : 1;
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
    const bool cut = !marker && (trimmed.empty() || std::string_view{".!?)\""}.find(trimmed.back()) == std::string_view::npos);
    std::size_t long_decimals = 0;
    for (const double n : said) long_decimals += std::abs(n * 100 - std::round(n * 100)) > 1e-6 ? 1 : 0;
    const auto flag = [](bool b) { return b ? 1.0F : 0.0F; };

    const float values[] = {
        log_of(answer.size()),
        static_cast<float>(std::log(static_cast<double>(answer.size() + 1) / static_cast<double>(prompt.size() + 1))),
        log_of(count_marks(trimmed, "\n")),
        log_of(sums.size()),
        log_of(wrong),
        flag(wrong > 0),
        log_of(count_text(answer, "<<")),
        flag(marker),
        flag(cut),
        flag(!last.found),
        log_of(count_any(words, {"however", "cannot", "impossible", "unclear", "unknown", "sorry", "mistake", "unfortunately", "approximately", "about", "not", "but", "actually", "negative"})),
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

SparseVector hashed_words(std::string_view text, int bits) {
    const std::vector<std::string> words = words_of(text);
    std::vector<std::uint32_t> slots;
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    for (std::size_t i = 0; i < words.size(); ++i) {
        slots.push_back(static_cast<std::uint32_t>(fast_hash(words[i]) & mask));
        if (i + 1 < words.size()) slots.push_back(static_cast<std::uint32_t>(fast_hash(words[i] + ' ' + words[i + 1]) & mask));
    }
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    SparseVector out;
    const float value = 1.0F / std::sqrt(static_cast<float>(std::max<std::size_t>(1, slots.size())));
    for (const std::uint32_t slot : slots) out.emplace_back(slot, value);
    return out;
}

}  // namespace llm
