#include "text/measure_units.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

struct MeasureUnit {
    std::string_view unit;
    std::string_view words;  ///< separated by a space
};
constexpr auto measure_units = std::to_array<MeasureUnit>({
    {"usd", "$ usd dollar dollars bucks"}, {"eur", "€ eur euro euros"}, {"gbp", "£ gbp pound pounds quid"},
    {"jpy", "¥ jpy yen"}, {"cny", "cny yuan rmb"}, {"chf", "chf franc francs"}, {"inr", "₹ inr rupee rupees"},
    {"rub", "rub ruble rubles"}, {"aud", "aud"}, {"cad", "cad"}, {"peso", "peso pesos"}, {"krw", "won krw"},
    {"btc", "btc bitcoin"}, {"eth", "eth"}, {"cent", "cent cents"}, {"pence", "pence"},
    {"percent", "% percent percentage"},
    {"ms", "ms millisecond milliseconds"}, {"s", "s sec secs second seconds"},
    {"min", "min mins minute minutes"},
    {"h", "h hr hrs hour hours"}, {"day", "day days"}, {"week", "week weeks"}, {"month", "month months"},
    {"year", "yr year years"}, {"decade", "decade decades"}, {"century", "century centuries"},
    {"mm", "mm millimeter millimeters millimetre millimetres"},
    {"cm", "cm centimeter centimeters centimetre centimetres"}, {"metre", "m meter meters metre metres"},
    {"km", "km kms kilometer kilometers kilometre kilometres"}, {"mile", "mi mile miles"},
    {"ft", "ft foot feet"}, {"inch", "in inch inches"}, {"yard", "yard yards"},
    {"mg", "mg milligram milligrams"}, {"g", "g gram grams"}, {"kg", "kg kilo kilos kilogram kilograms"},
    {"lb", "lb lbs"}, {"oz", "oz ounce ounces"}, {"ton", "ton tons"}, {"tonne", "tonne tonnes"},
    {"ml", "ml milliliter milliliters millilitre millilitres"}, {"l", "l liter liters litre litres"},
    {"gal", "gallon gallons"}, {"pint", "pint pints"}, {"cup", "cup cups"},
    {"tbsp", "tbsp tablespoon tablespoons"}, {"tsp", "tsp teaspoon teaspoons"},
    {"celsius", "c celsius centigrade"}, {"fahrenheit", "f fahrenheit"}, {"kelvin", "kelvin"},
    {"degree", "° degree degrees"}, {"radian", "radian radians"},
    {"bit", "bit bits"}, {"byte", "byte bytes"}, {"kb", "kb"}, {"mb", "mb"}, {"gb", "gb"}, {"tb", "tb"},
    {"kib", "kib"}, {"mib", "mib"}, {"gib", "gib"}, {"hz", "hz"}, {"khz", "khz"}, {"mhz", "mhz"},
    {"ghz", "ghz"},
    {"watt", "watt watts"}, {"kw", "kw"}, {"kwh", "kwh"}, {"volt", "volt volts"}, {"mph", "mph"},
    {"kph", "kph kmh"}, {"acre", "acre acres"}, {"hectare", "hectare hectares"},
});

/// Too short, or too often something else ("a second card"), without a number.
constexpr std::string_view doubtful_words = "s h m in g l c f mi second min sec won bit bits foot ton tons yard kw";
constexpr std::string_view doubtful_units = "cent pence ms decade century mm metre yard ton tonne";

bool lists_word(std::string_view words, std::string_view word) {
    for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) return true;
    }
    return false;
}

}  // namespace

std::string_view unit_of(std::string_view word) {
    if (word.empty() || word.find(' ') != std::string_view::npos) return {};
    const auto* const found = std::ranges::find_if(measure_units, [word](const MeasureUnit& u) { return lists_word(u.words, word); });
    return found == measure_units.end() ? std::string_view{} : found->unit;
}

bool speaks_alone(std::string_view unit, std::string_view word) {
    return !lists_word(doubtful_units, unit) && !lists_word(doubtful_words, word);
}

}  // namespace llm
