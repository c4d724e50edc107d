/// What families share: reading an assertion's value, and saying what came of it.
#pragma once

#include "evaluators/evaluator.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Error{config}: "contains: value …; write TEXT".
[[noreturn]] void bad_value(const CheckSpec&, std::string_view wanted);

/// Text, or a number as it is printed. Throws Error{config} saying what is `wanted`.
std::string text_parameter(const CheckSpec&, std::string_view wanted = "a text");
/// A list of texts and numbers, or one text with commas between the entries (CSV quoting: `a, "b, c"`). Not empty.
std::vector<std::string> list_parameter(const CheckSpec&);
std::vector<std::string> split_list(std::string_view);

/// Given by the assertion (a text or a list of texts), else the case's own reference. Throws Error{data} where there is none.
class References {
public:
    explicit References(const CheckSpec&);
    std::vector<std::string> of(const Case&) const;

private:
    std::string type_;
    std::vector<std::string> given_;
};

/// A number member of `config`, of `value` where that is an object, or `otherwise`.
double number_setting(const CheckSpec&, std::string_view name, double otherwise);
std::string text_setting(const CheckSpec&, std::string_view name, std::string_view otherwise);
enum class Flag { no, yes };
Flag flag_setting(const CheckSpec&, std::string_view name, Flag otherwise);

/// {min, max}; either may be absent.
struct NumberBounds {
    std::optional<double> min, max;
    bool hold(double n) const { return (!min || n >= *min) && (!max || n <= *max); }
    std::string shown() const;  ///< "at least 2 and at most 5"
};
/// Members `min` and `max` of an object. Throws Error{config} where one is no number or min is above max.
NumberBounds bounds_of(const CheckSpec&, const Json& from);

/// Pass or fail. `finding` says what was found, true in either sense ("the answer contains 'x'", "… does not contain 'x'"). Score 1 or 0.
Verdict decided(const CheckSpec&, bool holds, std::string finding);
/// `score` (0 to 1) reaches the threshold. Negated: passes below it, scored 1 − score.
Verdict scored(const CheckSpec&, double score, double otherwise_threshold, std::string_view measure);

/// Reads `file://PATH` against `folder`: JSON where the name ends in .json, else text without its last newline. Throws Error{config}.
Json read_value_file(std::string_view url, const std::filesystem::path& folder);

/// An evaluator that is one function.
std::unique_ptr<Evaluator> local_evaluator(std::function<Verdict(const Case&)>);

/// The first characters, for a message: quotes around them, `…` where cut, line breaks made visible.
std::string shown(std::string_view text, std::size_t bytes = 80);

}  // namespace llm
