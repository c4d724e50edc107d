/// A judge that says what a test has written down for it, and what evaluators need around it.
#pragma once

#include "call/caller.hpp"
#include "evaluators/assertion.hpp"
#include "support/catch.hpp"

#include <deque>
#include <string>
#include <vector>

namespace llm::test {

struct Script {
    std::deque<std::string> says;       ///< one answer a call, in order
    std::vector<Request> asked;
    std::vector<std::string> models;
    double cost = .25;                  ///< of each call
};

inline Task<Answer> answered(Script& script, std::string model, Request request) {
    script.models.push_back(std::move(model));
    script.asked.push_back(std::move(request));
    if (script.says.empty()) throw Error(Fault::refused, "the script has no answer to call {}", script.asked.size());
    Answer a;
    a.completion.text = script.says.front();
    a.cost = script.cost;
    script.says.pop_front();
    co_return a;
}

inline EvaluatorNeeds needs_of(Script& script) {
    EvaluatorNeeds needs;
    needs.ask = [&script](const ResolvedModel& m, Request r) { return answered(script, m.full_name(), std::move(r)); };
    needs.resolve = [](std::string_view name) {
        ResolvedModel m;
        m.endpoint.name = "scripted";
        m.model = name.empty() ? "default" : std::string{name};
        return m;
    };
    return needs;
}

/// What the assertion says of a record; nothing in it waits.
inline Verdict verdict_of(const Json& written, const Json& record, const EvaluatorNeeds& needs) {
    const Assertion assertion{check_of(written), needs};
    const Case c = case_of(record);
    Task<Verdict> task = assertion.verdict(c);
    task.start();
    REQUIRE(task.done());
    return task.result();
}

inline Verdict check(const Json& written, const Json& record) {
    static const EvaluatorNeeds none;
    return verdict_of(written, record, none);
}

inline bool passes(const Json& written, std::string_view answer) { return check(written, {{"response", {{"text", answer}}}}).pass; }

inline Error error_of(const Json& written, const Json& record, const EvaluatorNeeds& needs) {
    try {
        verdict_of(written, record, needs);
    } catch (const Error& e) {
        return e;
    }
    FAIL("no error");
    return Error(Fault::internal, "");
}

inline Error error_of(const Json& written, const Json& record = {{"response", {{"text", "x"}}}}) {
    static const EvaluatorNeeds none;
    return error_of(written, record, none);
}

}  // namespace llm::test
