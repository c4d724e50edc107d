#include "evaluators/assertion.hpp"

#include "base/error.hpp"
#include "evaluators/parameters.hpp"
#include "record/predicate.hpp"
#include "record/template.hpp"

#include <algorithm>
#include <map>

namespace llm {
namespace {

/// `{{name}}` and sections; not what merely has two braces.
bool has_template(std::string_view text) {
    for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
        const std::size_t first = text.find_first_not_of(" \t{#^&", at);
        const std::size_t end = text.find("}}", at);
        if (first != std::string_view::npos && end != std::string_view::npos && first < end &&
            (std::isalpha(static_cast<unsigned char>(text[first])) != 0 || text[first] == '_'))
            return true;
    }
    return false;
}

bool has_template(const Json& j) {
    if (j.is_string()) return has_template(std::string_view{j.get_ref<const std::string&>()});
    return j.is_structured() && std::any_of(j.begin(), j.end(), [](const Json& inner) { return has_template(inner); });
}

Json rendered(const Json& j, const Record& vars, const std::string& name) {
    if (j.is_string()) {
        const auto& text = j.get_ref<const std::string&>();
        return has_template(std::string_view{text}) ? Json(Template(text, name).render(vars)) : j;
    }
    Json out = j;
    if (out.is_structured())
        for (Json& inner : out) inner = rendered(inner, vars, name);
    return out;
}

/// Programs have braces of their own.
bool takes_templates(const CheckSpec& spec) { return spec.type != "jq" && spec.type != "command"; }

void load_files(Json& value, const std::filesystem::path& folder) {
    if (value.is_string() && value.get_ref<const std::string&>().starts_with("file://"))
        value = read_value_file(value.get<std::string>(), folder);
    else if (value.is_array())
        for (Json& inner : value) load_files(inner, folder);
}

JqProgram jq_of(const std::string& program, const CheckSpec& spec, std::string_view what) {
    try {
        return JqProgram(program);
    } catch (const Error& e) {
        throw Error(Fault::config,
                    "{}: `{}` is {}, which jq cannot read ({}); it is jq here, not JavaScript: output.name is .name, "
                    "JSON.parse(output) is not needed",
                    spec.full_type(), what, shown(program), e.what());
    }
}

}  // namespace

struct Assertion::State {
    CheckSpec spec;
    const EvaluatorNeeds* needs;
    bool templated = false;
    bool local = true;
    std::unique_ptr<Evaluator> evaluator;  ///< null where templated or a set
    std::unique_ptr<Assertions> set;
    std::optional<JqProgram> transform, context_transform;
    // What a template filled in last: neighbouring cases often fill in the same.
    std::string last_value;
    std::shared_ptr<Evaluator> last;

    std::shared_ptr<Evaluator> filled_in(const Case& c) {
        CheckSpec full = spec;
        const Record vars = Record::of(c.vars.is_object() ? c.vars : Json::object());
        full.value = rendered(spec.value, vars, spec.full_type() + ": value");
        load_files(full.value, needs->folder);
        std::string printed = dump(full.value);
        if (!last || printed != last_value) {
            last = evaluator_entry(full.type).make(full, *needs);
            last_value = std::move(printed);
        }
        return last;
    }

    /// The case as the assertion is to see it, where that differs.
    std::optional<Case> transformed(const Case& c) {
        if (!transform && !context_transform) return std::nullopt;
        Case changed = c;
        if (transform) {
            Json input = c.json;
            if (input.is_null()) input = read_json(c.answer);
            if (input.is_discarded()) input = c.answer;
            const auto out = transform->first(dump(input));
            Json value = out ? Json::parse(*out) : Json();
            changed.answer = value.is_string() ? value.get<std::string>() : value.is_null() ? std::string{} : dump(value);
            changed.json = value.is_structured() ? std::move(value) : Json();
        }
        if (context_transform) {
            const auto out = context_transform->first(dump(c.vars));
            const Json value = out ? Json::parse(*out) : Json();
            changed.context = case_of(Json{{"context", value}}).context;
        }
        return changed;
    }
};

Assertion::Assertion(CheckSpec spec, const EvaluatorNeeds& needs) : state_(std::make_unique<State>()) {
    State& s = *state_;
    s.spec = std::move(spec);
    s.needs = &needs;
    if (!s.spec.transform.empty()) s.transform.emplace(jq_of(s.spec.transform, s.spec, "transform"));
    if (!s.spec.context_transform.empty())
        s.context_transform.emplace(jq_of(s.spec.context_transform, s.spec, "contextTransform"));
    if (s.spec.type == "assert-set") {
        s.set = std::make_unique<Assertions>(s.spec.checks, s.spec.threshold, needs);
        s.local = s.set->local();
        return;
    }
    const EvaluatorEntry& entry = evaluator_entry(s.spec.type);
    s.templated = takes_templates(s.spec) && has_template(s.spec.value);
    CheckSpec loaded = s.spec;
    if (!s.templated) load_files(loaded.value, needs.folder);
    s.templated = s.templated || (takes_templates(s.spec) && has_template(loaded.value));
    if (loaded.prompt.starts_with("file://")) {
        const Json text = read_value_file(loaded.prompt, needs.folder);
        loaded.prompt = text.is_string() ? text.get<std::string>() : dump(text);
        s.spec.prompt = loaded.prompt;
    }
    try {
        s.evaluator = entry.make(loaded, needs);
        s.local = s.evaluator->local();
    } catch (const Error&) {
        if (!s.templated) throw;  // a template need not make sense before it is filled in
    }
    if (s.templated) s.evaluator.reset();
}

Assertion::~Assertion() = default;
Assertion::Assertion(Assertion&&) noexcept = default;
Assertion& Assertion::operator=(Assertion&&) noexcept = default;

const CheckSpec& Assertion::spec() const noexcept { return state_->spec; }
bool Assertion::local() const { return state_->local; }

namespace {

Verdict negated_set(Verdict v, const CheckSpec& spec) {
    if (spec.sense == CheckSpec::Sense::negated) {
        v.pass = !v.pass;
        v.score = 1 - v.score;
        v.reason = v.pass ? "not all of the set hold" : "all of the set hold";
    }
    return v;
}

Json parts_of(const Assertions& set, const Assertions::Checked& checked) { return set.member(checked)["checks"]; }

}  // namespace

Verdict Assertion::check(const Case& given) const {
    State& s = *state_;
    const std::optional<Case> changed = s.transformed(given);
    const Case& c = changed ? *changed : given;
    if (s.set) {
        const Assertions::Checked checked = s.set->check(c);
        Verdict v = negated_set(checked.whole, s.spec);
        v.details = parts_of(*s.set, checked);
        return v;
    }
    return s.templated ? s.filled_in(c)->check(c) : s.evaluator->check(c);
}

Task<Verdict> Assertion::verdict(const Case& given) const {
    State& s = *state_;
    const std::optional<Case> changed = s.transformed(given);
    const Case& c = changed ? *changed : given;
    if (s.set) {
        const Assertions::Checked checked = co_await s.set->verdict(c);
        Verdict v = negated_set(checked.whole, s.spec);
        v.details = parts_of(*s.set, checked);
        co_return v;
    }
    const std::shared_ptr<Evaluator> filled = s.templated ? s.filled_in(c) : nullptr;
    const Evaluator& evaluator = filled ? *filled : *s.evaluator;
    if (evaluator.local()) co_return evaluator.check(c);
    Verdict v = co_await evaluator.judge(c);
    co_return v;
}

Assertions::Assertions(std::vector<CheckSpec> specs, std::optional<double> threshold, const EvaluatorNeeds& needs)
    : threshold_(threshold) {
    list_.reserve(specs.size());
    for (CheckSpec& spec : specs) list_.emplace_back(std::move(spec), needs);
}

bool Assertions::local() const {
    return std::ranges::all_of(list_, [](const Assertion& a) { return a.local(); });
}

namespace {

Verdict combined_of(const std::vector<Assertion>& list, const std::vector<Verdict>& parts, std::optional<double> threshold) {
    std::vector<const CheckSpec*> specs;
    specs.reserve(list.size());
    for (const Assertion& a : list) specs.push_back(&a.spec());
    return combined(parts, specs, threshold);
}

}  // namespace

Assertions::Checked Assertions::check(const Case& c) const {
    Checked out;
    out.parts.reserve(list_.size());
    for (const Assertion& a : list_) out.parts.push_back(a.check(c));
    out.whole = combined_of(list_, out.parts, threshold_);
    return out;
}

Task<Assertions::Checked> Assertions::verdict(const Case& c) const {
    Checked out;
    out.parts.reserve(list_.size());
    for (const Assertion& a : list_) {
        if (a.local()) {
            out.parts.push_back(a.check(c));
            continue;
        }
        Verdict v = co_await a.verdict(c);
        out.parts.push_back(std::move(v));
    }
    out.whole = combined_of(list_, out.parts, threshold_);
    co_return out;
}

Json Assertions::member(const Checked& checked) const {
    Json j{{"pass", checked.whole.pass}, {"score", checked.whole.score}, {"checks", Json::array()}};
    if (checked.whole.cost > 0) j["cost"] = checked.whole.cost;
    for (std::size_t i = 0; i < list_.size(); ++i) {
        const Verdict& v = checked.parts[i];
        const CheckSpec& spec = list_[i].spec();
        Json one{{"type", spec.full_type()}, {"pass", v.pass}, {"score", v.score}};
        if (v.value) one["value"] = *v.value;
        if (!v.reason.empty()) one["reason"] = v.reason;
        if (!spec.metric.empty()) one["metric"] = spec.metric;
        if (!v.details.is_null()) one["details"] = v.details;
        if (v.cost > 0) one["cost"] = v.cost;
        j["checks"].push_back(std::move(one));
    }
    return j;
}

Verdict combined(std::span<const Verdict> parts, std::span<const CheckSpec* const> specs, std::optional<double> threshold) {
    Verdict whole;
    double sum = 0, weights = 0;
    bool all = true;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double weight = specs[i]->weight;
        whole.cost += parts[i].cost;
        whole.calls += parts[i].calls;
        if (weight <= 0) continue;
        sum += weight * parts[i].score;
        weights += weight;
        if (!parts[i].pass) {
            if (whole.reason.empty()) whole.reason = specs[i]->full_type() + ": " + parts[i].reason;
            all = false;
        }
    }
    whole.score = weights > 0 ? std::clamp(sum / weights, 0.0, 1.0) : 1;
    whole.pass = threshold ? whole.score >= *threshold - 1e-12 : all;
    if (whole.pass)
        whole.reason.clear();
    else if (threshold && whole.reason.empty())
        whole.reason = fmt::format("the score {:.4g} is below {:.4g}", whole.score, *threshold);
    return whole;
}

}  // namespace llm
