#include "text/facts.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

struct Name {
    std::string_view word, key;
};
constexpr auto calendar = std::to_array<Name>({{"january", "m1"},
                                               {"jan", "m1"},
                                               {"february", "m2"},
                                               {"feb", "m2"},
                                               {"march", "m3"},
                                               {"april", "m4"},
                                               {"apr", "m4"},
                                               {"may", "m5"},
                                               {"june", "m6"},
                                               {"jun", "m6"},
                                               {"july", "m7"},
                                               {"jul", "m7"},
                                               {"august", "m8"},
                                               {"aug", "m8"},
                                               {"september", "m9"},
                                               {"sept", "m9"},
                                               {"sep", "m9"},
                                               {"october", "m10"},
                                               {"oct", "m10"},
                                               {"november", "m11"},
                                               {"nov", "m11"},
                                               {"december", "m12"},
                                               {"dec", "m12"},
                                               {"monday", "d1"},
                                               {"mondays", "d1"},
                                               {"tuesday", "d2"},
                                               {"tuesdays", "d2"},
                                               {"wednesday", "d3"},
                                               {"wednesdays", "d3"},
                                               {"thursday", "d4"},
                                               {"thursdays", "d4"},
                                               {"friday", "d5"},
                                               {"fridays", "d5"},
                                               {"saturday", "d6"},
                                               {"saturdays", "d6"},
                                               {"sunday", "d7"},
                                               {"sundays", "d7"},
                                               {"mon", "d1"},
                                               {"tue", "d2"},
                                               {"tues", "d2"},
                                               {"wed", "d3"},
                                               {"thu", "d4"},
                                               {"thurs", "d4"},
                                               {"fri", "d5"},
                                               {"weekend", "weekend"},
                                               {"weekends", "weekend"},
                                               {"weekday", "weekday"},
                                               {"weekdays", "weekday"},
                                               {"tomorrow", "tomorrow"},
                                               {"yesterday", "yesterday"},
                                               {"today", "today"},
                                               {"tonight", "today"},
                                               {"now", "now"},
                                               {"noon", "noon"},
                                               {"midday", "noon"},
                                               {"midnight", "midnight"},
                                               {"spring", "spring"},
                                               {"summer", "summer"},
                                               {"autumn", "autumn"},
                                               {"winter", "winter"},
                                               {"christmas", "christmas"},
                                               {"easter", "easter"},
                                               {"thanksgiving", "thanksgiving"},
                                               {"halloween", "halloween"},
                                               {"ramadan", "ramadan"},
                                               {"morning", "morning"},
                                               {"afternoon", "afternoon"},
                                               {"evening", "evening"},
                                               {"night", "night"}});
/// Words of other meanings that name a date only beside a number or a capital.
constexpr auto doubtful =
    std::to_array<std::string_view>({"march", "may", "mon", "wed", "sun", "sat", "spring", "dec", "jan", "apr", "sep", "oct", "nov", "jun"});
constexpr auto may_be_missing =
    std::to_array<std::string_view>({"today", "now", "morning", "afternoon", "evening", "night"});
constexpr auto periods = std::to_array<std::string_view>(
    {"week", "month", "year", "weekend", "quarter", "night", "summer", "winter", "monday", "tuesday",
     "wednesday", "thursday", "friday", "saturday", "sunday", "time", "semester", "season"});

bool capital(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

void read_dates(const std::vector<GateWord>& words, std::string_view text, Facts& facts) {
    const auto number_at = [&words](std::size_t i) {
        return i < words.size() && words[i].role == WordRole::number;
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& w = words[i].text;
        const std::string written(words[i].span.of(text));
        const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1].text) : "";
        if ((w == "am" || w == "pm") && i > 0 && number_at(i - 1)) facts.dates.push_back({w, written});
        if ((w == "a" || w == "p") && next == "." && i + 2 < words.size() && words[i + 2].text == "m" &&
            i > 0 && number_at(i - 1))
            facts.dates.push_back({w + "m", w + ".m."});
        if ((w == "last" || w == "next" || w == "previous" || w == "past" || w == "coming" || w == "this") &&
            std::ranges::find(periods, next) != periods.end()) {
            const std::string_view which = w == "previous" || w == "past" ? "last"
                                           : w == "coming"                ? "next"
                                                                          : std::string_view(w);
            if (which != "this" && !(which == "last" && next == "time"))
                facts.dates.push_back(
                    {std::string(which) + " " + std::string(next), written + " " + std::string(next)});
            else if (which == "this")
                facts.dates.push_back({"this " + std::string(next), written + " " + std::string(next), true});
            continue;
        }
        const auto* const named = std::ranges::find(calendar, std::string_view(w), &Name::word);
        if (named == calendar.end()) continue;
        if (std::ranges::find(doubtful, w) != doubtful.end()) {
            const bool beside_number = number_at(i + 1) || (i > 0 && number_at(i - 1)) ||
                                       (i > 1 && words[i - 1].text == "of" && number_at(i - 2)) ||
                                       (i > 1 && (words[i - 1].text == "th" || words[i - 1].text == "st" ||
                                                  words[i - 1].text == "rd"));
            const bool in_march = i > 0 && capital(written[0]) && !(written.size() > 1 && capital(written[1]));
            if (!beside_number && !in_march) continue;
        }
        if ((w == "tomorrow" || w == "yesterday") && i > 1 && words[i - 2].text == "day" && words[i - 1].text == (w == "tomorrow" ? "after" : "before")) {
            facts.dates.push_back({"day beyond " + w, "day " + words[i - 1].text + " " + written});
            continue;
        }
        const bool optional = std::ranges::find(may_be_missing, named->key) != may_be_missing.end();
        facts.dates.push_back({std::string(named->key), written, optional});
    }
}

}  // namespace llm
