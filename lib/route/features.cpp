#include "route/features.hpp"

#include "base/hash.hpp"
#include "route/arithmetic.hpp"
#include "route/counting.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace llm {
namespace {

constexpr std::string_view prompt_names[] = {
    "bytes",          "words",          "sentences",      "lines",      "word_length",
    "long_words",     "capitals",       "digits",         "numbers",    "largest_number",
    "decimals",       "percent",        "money",          "operators",  "brackets",
    "question_marks", "commas",         "quotes",         "code",       "latex",
    "non_ascii",      "blanks",         "negation",       "comparison", "rates",
    "fractions",      "conditions",     "time_units",     "remainder",  "options",
    "option_words",   "option_spread",  "option_numbers", "statements", "all_of_above",
    "last_sentence",  "distinct_words", "which",          "how",        "why",
    "stem_words",     "unequal",
};

bool is_fractional(double x) { return std::abs(x - std::round(x)) > 1e-6; }

std::size_t count_sentences(std::string_view text) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((text[i] == '.' || text[i] == '?' || text[i] == '!') &&
            (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n'))
            ++n;
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
        const bool choice =
            line.size() > 2 && line[0] >= 'A' && line[0] <= 'J' && (line[1] == '.' || line[1] == ')');
        if (choice && out.texts.empty()) out.stem = text.substr(0, at);
        if (choice) out.texts.push_back(line.substr(2));
        at = end + 1;
    }
    return out;
}

}  // namespace

std::span<const std::string_view> prompt_feature_names() noexcept { return prompt_names; }

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
        decimals += is_fractional(n) ? 1 : 0;
    }
    std::vector<double> lengths;
    std::size_t number_choices = 0, choice_words = 0;
    for (const std::string_view c : choices.texts) {
        const std::vector<std::string> inside = words_of(c);
        lengths.push_back(static_cast<double>(inside.size()));
        choice_words += inside.size();
        number_choices += !inside.empty() && std::count(inside.begin(), inside.end(), "0") * 2 >=
                                                 static_cast<long>(inside.size())
                              ? 1
                              : 0;
    }
    double spread = 0;
    if (!lengths.empty()) {
        const auto [low, high] = std::minmax_element(lengths.begin(), lengths.end());
        spread = (*high - *low) / std::max(1.0, *high);
    }
    std::vector<std::string> distinct = words;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const std::size_t last_stop =
        choices.stem.find_last_of(".!", choices.stem.size() > 2 ? choices.stem.size() - 3 : 0);
    const std::string_view last =
        last_stop == std::string_view::npos ? choices.stem : choices.stem.substr(last_stop);
    const double per_choice =
        choices.texts.empty() ? 0
                              : static_cast<double>(choice_words) / static_cast<double>(choices.texts.size());

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
        log_of(count_text(prompt, "```") + count_text(prompt, "::") + count_text(prompt, "();") +
               count_text(prompt, "def ")),
        log_of(count_marks(prompt, "\\_")),
        static_cast<float>(static_cast<double>(non_ascii) /
                           std::max<double>(1, static_cast<double>(prompt.size()))),
        count_text(prompt, "___") > 0 ? 1.0F : 0.0F,
        log_of(count_any(words, {"not", "except", "no", "never", "without", "least", "incorrect", "false"})),
        log_of(count_any(words, {"more", "less", "fewer", "than", "times", "older", "younger", "longer", "as",
                                 "twice", "taller", "faster"})),
        log_of(count_any(words, {"each", "every", "per", "rate", "average", "speed", "hourly"})),
        log_of(count_any(words,
                         {"half", "third", "quarter", "fourth", "fifth", "percent", "fraction", "ratio"}) +
               count_marks(prompt, "%/")),
        log_of(count_any(words, {"if", "when", "unless", "suppose", "assume", "assuming", "while", "after",
                                 "before", "then"})),
        log_of(count_any(words, {"hour", "hours", "minutes", "minute", "day", "days", "week", "weeks",
                                 "month", "months", "year", "years"})),
        log_of(count_any(words,
                         {"left", "remaining", "remain", "rest", "still", "leftover", "difference", "back"})),
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
        log_of(count_any(words, {"first", "second", "next", "another", "other", "same", "total", "together",
                                 "altogether"})),
    };
    static_assert(std::size(values) == std::size(prompt_names));
    std::copy(std::begin(values), std::end(values), out);
}

SparseVector hashed_words(std::string_view text, int bits) {
    const std::vector<std::string> words = words_of(text);
    std::vector<std::uint32_t> slots;
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    for (std::size_t i = 0; i < words.size(); ++i) {
        slots.push_back(static_cast<std::uint32_t>(fast_hash(words[i]) & mask));
        if (i + 1 < words.size())
            slots.push_back(static_cast<std::uint32_t>(fast_hash(words[i] + ' ' + words[i + 1]) & mask));
    }
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    SparseVector out;
    const float value = 1.0F / std::sqrt(static_cast<float>(std::max<std::size_t>(1, slots.size())));
    for (const std::uint32_t slot : slots) out.emplace_back(slot, value);
    return out;
}

SparseVector hashed_letters(std::string_view text, int bits) {
    constexpr std::size_t looked_at = 4000, shortest = 3, longest = 5;
    std::string plain{text.substr(0, looked_at)};
    for (char& c : plain) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c >= '0' && c <= '9') c = '0';
    }
    // FNV-1a, carried on from the shorter run to the longer one
    std::vector<bool> met(std::size_t{1} << bits);
    SparseVector out;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        std::uint64_t hash = 14695981039346656037U;
        for (std::size_t n = 0; n < longest && i + n < plain.size(); ++n) {
            hash = (hash ^ static_cast<unsigned char>(plain[i + n])) * 1099511628211U;
            if (n + 1 < shortest) continue;
            const std::size_t slot = (hash ^ (hash >> 29)) & (met.size() - 1);
            if (met[slot]) continue;
            met[slot] = true;
            out.emplace_back(static_cast<std::uint32_t>(slot), 0.0F);
        }
    }
    const float value = 1.0F / std::sqrt(static_cast<float>(std::max<std::size_t>(1, out.size())));
    for (auto& [slot, v] : out) v = value;
    return out;
}

}  // namespace llm
