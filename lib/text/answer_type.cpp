#include "text/answer_type.hpp"

#include "base/ascii.hpp"
#include "text/normalise.hpp"
#include "text/words.hpp"

#include <utf8proc.h>

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace llm {
namespace {

struct Token {
    std::string folded;
    std::string_view written;
    WordKind kind;
};

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    for (const Word& w : split_words(text))
        tokens.push_back({fold(w.span.of(text)), w.span.of(text), w.kind});
    return tokens;
}

constexpr auto amounts =
    std::to_array<std::string_view>({"many", "much", "old", "long", "far", "tall", "high", "deep", "big",
                                     "large", "heavy", "fast", "often", "few"});
constexpr auto times =
    std::to_array<std::string_view>({"time", "date", "day", "year", "month", "week", "weekday", "century",
                                     "season", "hour", "period", "decade"});
constexpr auto numbers =
    std::to_array<std::string_view>({"number", "amount", "price", "cost", "age", "percentage", "percent",
                                     "rate", "size", "distance", "count", "fee"});
constexpr auto places = std::to_array<std::string_view>(
    {"place", "city", "country", "town", "state", "location", "street", "address", "region", "village"});
constexpr auto people = std::to_array<std::string_view>(
    {"person", "name", "author", "president", "actor", "singer", "friend", "man", "woman"});

constexpr auto time_words = std::to_array<std::string_view>(
    {"january",   "february",  "march",   "april",    "may",      "june",      "july",
     "august",    "september", "october", "november", "december", "monday",    "tuesday",
     "wednesday", "thursday",  "friday",  "saturday", "sunday",   "yesterday", "today",
     "tomorrow",  "tonight",   "ago",     "weekend",  "morning",  "evening",   "noon",
     "midnight",  "spring",    "summer",  "autumn",   "winter",   "christmas", "easter",
     "week",      "month",     "year",    "last",     "next",     "recently",  "since"});
constexpr auto number_words = std::to_array<std::string_view>(
    {"one",     "two",    "three", "four",   "five",   "six",     "seven", "eight",   "nine",     "ten",
     "eleven",  "twelve", "dozen", "twenty", "thirty", "forty",   "fifty", "hundred", "thousand", "million",
     "billion", "half",   "once",  "twice",  "couple", "several", "none",  "zero"});
constexpr auto reason_words = std::to_array<std::string_view>(
    {"because", "since", "therefore", "due", "owing", "cause", "caused", "reason", "so", "thanks", "as"});
constexpr auto place_words =
    std::to_array<std::string_view>({"in", "at", "near", "from", "to", "on", "inside", "outside"});

bool capitalised(std::string_view word) {
    const CodePoint c = decode_utf8(word, 0);
    return utf8proc_category(static_cast<utf8proc_int32_t>(c.value)) == UTF8PROC_CATEGORY_LU && word != "I" &&
           !word.starts_with("I'");
}

bool in_question(const std::vector<Token>& question, std::string_view folded) {
    return std::ranges::any_of(question, [folded](const Token& t) { return t.folded == folded; });
}

}  // namespace

AnswerType answer_type(std::string_view question) {
    const std::vector<Token> tokens = tokens_of(question);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string& w = tokens[i].folded;
        const std::string_view next = i + 1 < tokens.size() ? std::string_view(tokens[i + 1].folded) : "";
        if (w == "who" || w == "whom" || w == "whose" || w == "who's") return AnswerType::person;
        if (w == "when") return AnswerType::time;
        if (w == "where" || w == "where's") return AnswerType::place;
        if (w == "why") return AnswerType::reason;
        if (w == "how") return among(amounts, next) ? AnswerType::number : AnswerType::any;
        if (w == "what" || w == "which" || w == "what's") {
            // The noun asked for stands within a few words: "what is the price", "in which year".
            for (std::size_t j = i + 1; j < std::min(tokens.size(), i + 5); ++j) {
                const std::string& noun = tokens[j].folded;
                if (among(times, noun)) return AnswerType::time;
                if (among(numbers, noun)) return AnswerType::number;
                if (among(places, noun)) return AnswerType::place;
                if (among(people, noun)) return AnswerType::person;
            }
            return AnswerType::any;
        }
    }
    return AnswerType::any;
}

bool names(AnswerType type, std::string_view sentence, std::string_view question) {
    if (type == AnswerType::any) return false;
    const std::vector<Token> asked = tokens_of(question);
    const std::vector<Token> said = tokens_of(sentence);
    for (std::size_t i = 0; i < said.size(); ++i) {
        const Token& t = said[i];
        if (type != AnswerType::reason && in_question(asked, t.folded)) continue;
        const bool number = t.kind == WordKind::number || among(number_words, t.folded);
        const bool name = i > 0 && t.kind == WordKind::word && capitalised(t.written);
        switch (type) {
            case AnswerType::person:
                if (name && !among(time_words, t.folded)) return true;
                break;
            case AnswerType::time:
                if (among(time_words, t.folded) || t.kind == WordKind::number) return true;
                break;
            case AnswerType::number:
                if (number) return true;
                break;
            case AnswerType::place:
                if (name && among(place_words, said[i - 1].folded)) return true;
                break;
            case AnswerType::reason:
                if (among(reason_words, t.folded)) return true;
                break;
            case AnswerType::any: return false;
        }
    }
    return false;
}

}  // namespace llm
