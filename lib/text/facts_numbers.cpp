#include "text/facts.hpp"
#include "text/measure_units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace llm {
namespace {

struct Spelt {
    std::string_view word;
    long value;
};
constexpr auto cardinals = std::to_array<Spelt>({
    {"zero", 0}, {"one", 1}, {"two", 2}, {"three", 3}, {"four", 4}, {"five", 5}, {"six", 6}, {"seven", 7},
    {"eight", 8}, {"nine", 9}, {"ten", 10}, {"eleven", 11}, {"twelve", 12}, {"thirteen", 13},
    {"fourteen", 14},
    {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},
    {"thirty", 30}, {"forty", 40}, {"fifty", 50}, {"sixty", 60}, {"seventy", 70}, {"eighty", 80},
    {"ninety", 90},
    {"dozen", 12},
});
constexpr auto scales = std::to_array<Spelt>({
    {"hundred", 100}, {"thousand", 1000}, {"million", 1000000}, {"billion", 1000000000}, {"k", 1000},
    {"m", 1000000}, {"bn", 1000000000},
});
constexpr auto ordinals = std::to_array<Spelt>({
    {"first", 1}, {"second", 2}, {"third", 3}, {"fourth", 4}, {"fifth", 5}, {"sixth", 6}, {"seventh", 7},
    {"eighth", 8}, {"ninth", 9}, {"tenth", 10}, {"eleventh", 11}, {"twelfth", 12}, {"thirteenth", 13},
    {"twentieth", 20}, {"hundredth", 100},
});

template <std::size_t N>
std::optional<long> value_in(const std::array<Spelt, N>& list, std::string_view word) {
    const auto* const found = std::ranges::find(list, word, &Spelt::word);
    return found == list.end() ? std::nullopt : std::optional(found->value);
}

/// "1,250.50" → "1250.5", "007" → "7"; what has two points stays ("1.2.3").
std::string normal_number(std::string_view digits) {
    std::string out;
    const std::size_t comma = digits.find(',');
    const bool thousands = comma != std::string_view::npos && digits.size() - comma > 3;
    for (const char c : digits)
        if (c != ',' || !thousands) out.push_back(c == ',' ? '.' : c);
    if (std::ranges::count(out, '.') == 1) {
        while (out.back() == '0') out.pop_back();
        if (out.back() == '.') out.pop_back();
    }
    const std::size_t first = out.find_first_not_of('0');
    if (first == std::string::npos) return "0";
    return out[first] == '.' ? out.substr(first - 1) : out.substr(first);
}

std::string scaled(const std::string& number, long scale) {
    double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    char buffer[64];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer,
                                            value * static_cast<double>(scale), std::chars_format::fixed);
    std::string out(buffer, error == std::errc{} ? end : buffer);
    return out.find('.') == std::string::npos ? out : normal_number(out);
}

class NumberReader {
public:
    NumberReader(std::string_view text, const std::vector<GateWord>& words, Facts& facts)
        : text_(text), words_(words), facts_(facts) {}

    void run() {
        while (at_ < words_.size()) {
            const std::size_t first = at_;
            if (words_[at_].role == WordRole::number) digits(first);
            else if (value_in(cardinals, words_[at_].text)) spelt(first);
            else if (value_in(ordinals, words_[at_].text)) ordinal(first);
            else alone(first);
        }
    }

private:
    bool touching(std::size_t i) const {
        return i < words_.size() && words_[i].span.begin == words_[i - 1].span.end;
    }
    std::string_view word(std::size_t i) const {
        return i < words_.size() ? std::string_view(words_[i].text) : "";
    }
    std::string written(std::size_t first) const {
        return std::string(
            text_.substr(words_[first].span.begin, words_[at_ - 1].span.end - words_[first].span.begin));
    }

    void digits(std::size_t first) {
        std::string key = normal_number(words_[at_++].text);
        bool joined = false;
        while (at_ + 1 < words_.size() && touching(at_) && touching(at_ + 1) &&
               words_[at_ + 1].role == WordRole::number &&
               std::string_view("/-:.").find(word(at_)) != std::string_view::npos) {
            key.append(word(at_)).append(normal_number(word(at_ + 1)));
            at_ += 2;
            joined = true;
        }
        const std::string_view next = word(at_);
        const bool suffix = touching(at_) && (next == "st" || next == "nd" || next == "rd" || next == "th");
        if (suffix) {
            key.insert(0, "#");
            ++at_;
        } else if (const auto scale = value_in(scales, next);
                   scale && !joined && (touching(at_) || next.size() > 2)) {
            key = scaled(key, *scale);
            ++at_;
        }
        if (first > 0 && word(first - 1) == "-" && touching(first) && (first == 1 || !touching(first - 1)))
            key.insert(0, "-");
        finish(first, std::move(key), false);
    }

    void spelt(std::size_t first) {
        long total = 0, part = 0;
        bool any = false;
        while (at_ < words_.size()) {
            if (const auto value = value_in(cardinals, word(at_));
                value && (!any || part % 100 == 0 || (part % 10 == 0 && *value < 10))) {
                part += *value;
            } else if (const auto scale = value_in(scales, word(at_)); scale && any && word(at_).size() > 2) {
                part = *scale == 100 ? part * 100 : (total += part * *scale, 0);
            } else if (!(any && (word(at_) == "-" || word(at_) == "and") &&
                         value_in(cardinals, word(at_ + 1)) && part % 10 == 0 && part != 0)) {
                break;
            }
            any = true;
            ++at_;
        }
        const bool single = at_ == first + 1 && words_[first].text == "one";
        finish(first, std::to_string(total + part), single);
    }

    void ordinal(std::size_t first) {
        const std::string_view before = first > 0 ? word(first - 1) : "";
        const bool time = words_[first].text == "second" &&
                          (before == "per" || before == "each" || before == "every" || before == "one");
        ++at_;
        if (time) return;
        facts_.numbers.push_back({"#" + std::to_string(*value_in(ordinals, words_[first].text)),
                                  written(first), words_[first].text == "first"});
    }

    void finish(std::size_t first, std::string key, bool optional) {
        facts_.numbers.push_back({key, written(first), optional});
        std::string_view unit = first > 0 && words_[first - 1].text.size() <= 3 &&
                                        unit_of(word(first - 1)).size() == 3 &&
                                        words_[first - 1].role == WordRole::mark
                                    ? unit_of(word(first - 1))
                                    : std::string_view{};
        std::size_t unit_at = at_;
        if (unit.empty() && word(unit_at) == "-" && touching(unit_at)) ++unit_at;
        if (unit.empty()) {
            unit = unit_of(word(unit_at));
            // "5 in the list" is no inch.
            if (unit_at == at_ && !touching(at_) && (word(unit_at) == "in" || word(unit_at) == "s"))
                unit = {};
            if (!unit.empty()) at_ = unit_at + 1;
        }
        if (unit.empty() || optional) return;
        facts_.measures.push_back({key + " " + std::string(unit), written(first)});
        facts_.units.push_back({std::string(unit), written(first)});
    }

    void alone(std::size_t first) {
        ++at_;
        const std::string_view unit = unit_of(words_[first].text);
        if (unit.empty() || !speaks_alone(unit, words_[first].text)) return;
        if (words_[first].role == WordRole::mark && words_[first].text != "%")
            return;  // before a number, or alone
        facts_.units.push_back({std::string(unit), written(first)});
    }

    std::string_view text_;
    const std::vector<GateWord>& words_;
    Facts& facts_;
    std::size_t at_ = 0;
};

}  // namespace

bool is_number_word(std::string_view folded) noexcept {
    return value_in(cardinals, folded) || value_in(ordinals, folded) || (folded.size() > 2 && value_in(scales, folded));
}

void read_numbers(std::string_view text, const std::vector<GateWord>& words, Facts& facts) {
    NumberReader(text, words, facts).run();
}

}  // namespace llm
