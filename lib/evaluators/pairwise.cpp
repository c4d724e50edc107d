/// pairwise: the answer against another one (`value`, else the record's reference), in both orders.
#include "evaluators/pairwise.hpp"

#include "base/error.hpp"
#include "evaluators/judge.hpp"
#include "evaluators/parameters.hpp"
#include "record/template.hpp"

#include <algorithm>
#include <array>

namespace llm {
namespace {

constexpr std::array pairwise_types{EvaluatorType{"pairwise", "the other answer; else the record's reference",
                                         "preference at least, .5 (not worse)",
                                         "better than another answer, judged in both orders; config {criteria: text}"}};

Json pair_data(const JudgePrompt& prompt, const Case& c, const std::string& first, const std::string& second) {
    JudgePrompt others = prompt;
    others.needs.clear();
    Json data = judged_data(others, c, "pairwise");
    data["first"] = first;
    data["second"] = second;
    return data;
}

std::string_view swapped_word(std::string_view word) { return word == "first" ? "second" : word == "second" ? "first" : word; }

double points_of(std::string_view word) { return word == "first" ? 1 : word == "second" ? 0 : .5; }

}  // namespace

Task<PairComparison> compare_answers(const EvaluatorNeeds& needs, std::vector<std::string> jurors, std::string criteria,
                                 const Case& c, std::string first, std::string second) {
    const JudgePrompt prompt = judge_prompt("pairwise", needs.prompts);
    Json values = Json::object();
    if (!criteria.empty()) values["criteria"] = criteria;
    const std::string instructions = Template(prompt.text, "the prompt " + prompt.where).render(Record::of(values));
    PairComparison out;
    out.jurors = Json::array();
    Verdict spent;
    double sum = 0;
    for (const std::string& juror : jurors) {
        std::array<Opinion, 2> words;
        for (const bool swapped : {false, true}) {
            std::vector<Message> turns = judge_turns(
                prompt, instructions, swapped ? pair_data(prompt, c, second, first) : pair_data(prompt, c, first, second));
            std::string model = juror;
            Scale scale = prompt.scale;
            Opinion o = co_await ask_judge(needs, std::move(model), std::move(turns), std::move(scale), spent);
            words[swapped ? 1 : 0] = std::move(o);
        }
        const std::string straight = words[0].choice, swapped{swapped_word(words[1].choice)};
        const bool same = straight == swapped;
        out.consistent = out.consistent && same;
        sum += same ? points_of(straight) : .5;
        if (out.reason.empty()) out.reason = same ? words[0].reason : "the judge's word changes with the order: a tie";
        out.jurors.push_back(
            {{"judge", words[0].model}, {"straight", straight}, {"swapped", swapped}, {"reason", words[0].reason}});
    }
    out.preference = jurors.empty() ? .5 : sum / static_cast<double>(jurors.size());
    out.cost = spent.cost;
    out.calls = spent.calls;
    co_return out;
}

Task<PairSelection> select_best(const EvaluatorNeeds& needs, std::vector<std::string> jurors, std::string criteria, const Case& c,
                            std::vector<std::string> answers) {
    PairSelection out;
    out.points.assign(answers.size(), 0);
    for (std::size_t i = 0; i < answers.size(); ++i)
        for (std::size_t j = i + 1; j < answers.size(); ++j) {
            std::vector<std::string> asked = jurors;
            std::string words = criteria, one = answers[i], other = answers[j];
            const PairComparison pair =
                co_await compare_answers(needs, std::move(asked), std::move(words), c, std::move(one), std::move(other));
            out.points[i] += pair.preference;
            out.points[j] += 1 - pair.preference;
            out.cost += pair.cost;
            out.calls += pair.calls;
            if (out.reason.empty()) out.reason = pair.reason;
        }
    if (answers.size() > 1)
        for (double& p : out.points) p /= static_cast<double>(answers.size() - 1);
    out.best = static_cast<std::size_t>(std::ranges::max_element(out.points) - out.points.begin());
    co_return out;
}

namespace {

class Pairwise final : public Evaluator {
public:
    Pairwise(const CheckSpec& spec, const EvaluatorNeeds& needs)
        : spec_(spec), other_(spec), criteria_(text_setting(spec, "criteria", "")), needs_(needs) {}
    bool local() const override { return false; }
    Task<Verdict> judge(const Case& c) const override {
        std::string other = other_.of(c).front(), own = c.answer, criteria = criteria_;
        std::vector<std::string> jurors = jurors_of(spec_, needs_);
        PairComparison found =
            co_await compare_answers(needs_, std::move(jurors), std::move(criteria), c, std::move(own), std::move(other));
        Verdict v = scored(spec_, found.preference, .5, "the preference");
        v.reason = found.reason;
        v.details = {{"consistent", found.consistent}, {"jurors", std::move(found.jurors)}};
        v.cost = found.cost;
        v.calls = found.calls;
        co_return v;
    }

private:
    CheckSpec spec_;
    References other_;
    std::string criteria_;
    const EvaluatorNeeds& needs_;
};

}  // namespace

extern const EvaluatorEntry evaluator_pairwise{
    "pairwise", "one answer against another", pairwise_types,
    [](const CheckSpec& spec, const EvaluatorNeeds& needs) -> std::unique_ptr<Evaluator> {
        return std::make_unique<Pairwise>(spec, needs);
    }};

}  // namespace llm
