/// command: a program of the user's own. It is started once and kept: a line with the case as JSON (to_json of
/// evaluators/case.hpp, and `config`) on its stdin, a line back on its stdout: true, false, a score, or {pass, score, reason}
/// (evaluators/outcome.hpp).
#include "base/error.hpp"
#include "evaluators/outcome.hpp"
#include "evaluators/parameters.hpp"

#include <array>

namespace llm {
namespace {

constexpr std::array command_types{EvaluatorType{"command", "[program, argument, …], or a line for sh -c",
                                         "at least, where the program gives a score; .5", "what a program says of the case"}};

class Command final : public Evaluator {
public:
    Command(CheckSpec spec, std::vector<std::string> argv, const EvaluatorNeeds& needs)
        : spec_(std::move(spec)), argv_(std::move(argv)), needs_(needs) {}
    bool local() const override { return false; }
    Task<Verdict> judge(const Case& c) const override {
        if (!needs_.exchange) throw Error(Fault::config, "{}: programs cannot be run here", spec_.full_type());
        Json line = to_json(c);
        if (!spec_.config.is_null()) line["config"] = spec_.config;
        const std::string answer = co_await needs_.exchange(argv_, dump(line));
        const Json said = read_json(answer);
        if (said.is_discarded())
            throw Error(Fault::provider, "{}: {} answered a line that is no JSON: {}", spec_.full_type(), argv_.front(),
                        shown(answer));
        co_return outcome_of(spec_, said, argv_.front());
    }

private:
    CheckSpec spec_;
    std::vector<std::string> argv_;
    const EvaluatorNeeds& needs_;
};

}  // namespace

extern const EvaluatorEntry evaluator_command{
    "command", "programs of your own", command_types,
    [](const CheckSpec& spec, const EvaluatorNeeds& needs) -> std::unique_ptr<Evaluator> {
        std::vector<std::string> argv;
        if (spec.value.is_array())
            argv = list_parameter(spec);
        else
            argv = {"sh", "-c", text_parameter(spec, "[\"program\", \"argument\"], or a line for the shell")};
        return std::make_unique<Command>(spec, std::move(argv), needs);
    }};

}  // namespace llm
