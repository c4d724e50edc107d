#include "eval/checker.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t most_compiled = 1000;

std::string id_text(const Record& record) {
    const Json id = record.get("id");
    return id.is_string() ? id.get<std::string>() : id.is_null() ? std::string{} : dump(id);
}

/// `under` fills in what `over` does not have.
void fill(Json& over, const Json& under) {
    if (!under.is_object()) return;
    for (const auto& [key, value] : under.items())
        if (member(over, key).is_null()) over[key] = value;
}

bool has_answer(const Json& record) {
    for (const char* name : {"response", "answer", "output"})
        if (!member(record, name).is_null()) return true;
    return false;
}

/// jq and programs may look at whatever a record holds.
bool needs_answer(const Assertions& assertions) {
    return std::ranges::any_of(assertions.list(), [](const Assertion& a) { return a.spec().type != "jq" && a.spec().type != "command"; });
}

std::optional<double> threshold_of(const Json& record) {
    const Json& least = member(member(record, "case"), "threshold");
    return least.is_number() ? std::optional{least.get<double>()} : std::nullopt;
}

}  // namespace

Checker::Checker(const EvaluatorNeeds& needs, Demands demands) : needs_(needs), demands_(std::move(demands)) {}

bool Checker::wants(const Record& record) const {
    return !demands_.all.empty() || record.has("expect") || (!demands_.by_id.empty() && demands_.by_id.contains(id_text(record)));
}

Task<void> Checker::step(Record& record, Emitter&) {
    Json whole = record.value();
    if (!demands_.by_id.empty())
        if (const auto it = demands_.by_id.find(id_text(record)); it != demands_.by_id.end()) {
            fill(whole, it->second);
            fill(whole["case"], it->second);
        }
    const Json expect = member(whole, "expect");
    const auto assertions = assertions_for(expect, threshold_of(whole));
    if (!has_answer(whole) && needs_answer(*assertions))
        throw Error(Fault::data, "there is no answer to check: the record has no 'response'; let llm-ask stand in front");
    const Json where = member(whole, "case");
    fill(whole, Json(member(whole, "vars")));
    Case looked_at = case_of(whole);
    if (const std::string program = text_of(where, "transform"); !program.empty()) transform(looked_at, program);
    Assertions::Checked checked;
    if (assertions->local()) checked = assertions->check(looked_at);
    else checked = co_await assertions->verdict(looked_at);
    record.set("eval", assertions->member(checked));
}

std::shared_ptr<const Assertions> Checker::assertions_for(const Json& expect, std::optional<double> threshold) {
    const std::string key = dump(expect) + (threshold ? fmt::format("\x1f{}", *threshold) : "");
    if (const auto it = compiled_.find(key); it != compiled_.end()) return it->second;
    std::vector<CheckSpec> specs = demands_.all;
    if (!expect.is_null())
        for (CheckSpec& own : checks_of(expect)) specs.push_back(std::move(own));
    auto made = std::make_shared<const Assertions>(std::move(specs), threshold, needs_);
    if (compiled_.size() >= most_compiled) compiled_.clear();  // each case has its own: nothing comes back
    compiled_.emplace(key, made);
    return made;
}

void Checker::transform(Case& c, const std::string& program) {
    auto& slot = programs_[program];
    if (!slot) slot = std::make_unique<JqProgram>(program);
    Json input = c.json;
    if (input.is_null()) input = read_json(c.answer);
    if (input.is_discarded()) input = c.answer;
    const auto out = slot->first(dump(input));
    if (!out) throw Error(Fault::data, "the transform '{}' gives nothing", program);
    const Json value = read_json(*out);
    c.answer = value.is_string() ? value.get<std::string>() : *out;
    c.json = value.is_string() ? Json{} : value;
}

}  // namespace llm
