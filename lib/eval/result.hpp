/// One evaluated record as the sums, the comparisons and the reports see it.
///
/// A record that llm-eval run has made says in member `case` where it is from:
///     {"id": "capital-1", "prompt": "short", "model": "openai/gpt-5-mini", "repeat": 2, "of": 5}
/// Any other record with `eval` is its own case: its id (else its line's number), the model that answered.
#pragma once

#include "record/record.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct ResultCheck {
    std::string type;
    std::string name;    ///< its metric; else its type
    bool pass = false;
    double score = 0;
    std::string reason;
};

struct Result {
    std::string case_id, prompt, model;  ///< prompt: a label, may be empty
    std::string description;
    long repeat = 1, of = 1;
    enum class Outcome { passed, failed, error, unjudged } outcome = Outcome::unjudged;
    double score = 0;
    std::vector<ResultCheck> checks;
    std::string fault, message;          ///< where outcome is error
    std::optional<double> ms, cost;      ///< of the answer; cost in dollars
    std::optional<long> input, output;   ///< tokens
    bool stored = false;                 ///< the answer is out of a cache

    bool judged() const { return outcome == Outcome::passed || outcome == Outcome::failed; }
    /// What stays the same from one repetition to the next.
    std::string group() const { return case_id + '\x1f' + prompt + '\x1f' + model; }
    /// For people: "capital-1 · short · openai/gpt-5-mini", as far as there is more than one of it.
    std::string title() const;
};

/// Reads what members there are; a record without `eval` is `unjudged`.
Result result_of(const Record&);

/// The records among lines that come in pieces of any size. Deltas and what is no record are left out.
class ResultLines {
public:
    using Take = std::function<void(const Record&, const Result&)>;
    explicit ResultLines(Take take) : take_(std::move(take)) {}
    void feed(std::string_view bytes);
    /// A last line without its end.
    void end();

private:
    void line(std::string_view);
    Take take_;
    std::string rest_;
    Record record_;
    long number_ = 0;
};

/// All results of a file of records ("-" is stdin). Throws Error{usage} where it cannot be read.
void read_results(const std::string& path, const ResultLines::Take&);

/// The text of the last question, and of the answer.
std::string asked_text(const Record&);
std::string answer_text(const Record&);

}  // namespace llm
