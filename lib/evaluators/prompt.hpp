/// What a judge is told: one file a judgement, built in from lib/evaluators/prompts/NAME.md, or the user's own of that name.
///
///     ---
///     about: one line for people
///     scale: 1-5 | 0-7 | 0-10 …   whole numbers
///            yes-no               `pass` says which of the two passes
///            choice               one of `choices: A=1 B=0.5 C=0` with the score of each
///            share                a list of items with a yes or no each; the score is the share of yes
///            rubric               a score from 0 to 1 and pass or not
///     pass: 3                     threshold where the assertion has none, on the scale; yes or no
///     better: high | low          high where left out
///     unit: yes                   thresholds are from 0 to 1 whatever the scale
///     needs: answer context       members of the case without which it cannot judge
///     may: query                  members it is shown where they are there
///     criteria: required | optional   whether the assertion's `value` is shown as {{criteria}}
///     ---
///     What the judge is told, in mustache; it may mention {{criteria}} and {{steps}}.
///
/// What is judged never stands in this text: it goes to the judge as one JSON object in the user's turn. How the judge is to answer is added by the program.
#pragma once

#include "base/json.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct Scale {
    enum class Kind { steps, yes_no, choice, share, rubric } kind = Kind::steps;
    int min = 0, max = 1;                                    ///< steps
    std::vector<std::pair<std::string, double>> choices;     ///< choice: name and score, in order
    enum class Better { high, low } better = Better::high;   ///< steps

    /// 0 to 1, 1 is best.
    double unit(double value) const;
    /// "1 to 5", "yes or no"
    std::string shown() const;
};

struct JudgePrompt {
    std::string name, about;
    Scale scale;
    double pass = 0;                  ///< threshold on the scale; yes-no: 1 where yes passes, 0 where no does
    bool unit = false;
    std::vector<std::string> needs, may;
    enum class Criteria { none, optional, required } criteria = Criteria::none;
    std::string text;                 ///< mustache
    std::string where;                ///< file, for messages
};

struct BuiltInPrompt {
    std::string_view name, text;
};
std::span<const BuiltInPrompt> built_in_prompts();

/// `folder`/NAME.md where it is there, else the built-in one. Throws Error{config}: with the nearest name, or with what is wrong in the file.
JudgePrompt judge_prompt(std::string_view name, const std::filesystem::path& folder);
JudgePrompt parse_prompt(std::string_view name, std::string_view text, std::string where);

}  // namespace llm
