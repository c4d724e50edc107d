#include "eval/plan.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace llm {
namespace {

void lay_over(Json& under, const Json& over) {
    if (!over.is_object()) return;
    if (!under.is_object()) under = Json::object();
    under.update(over);
}

bool named(const std::vector<std::string>& labels, const std::string& label) {
    if (labels.empty()) return true;
    return std::ranges::any_of(labels, [&](const std::string& l) {
        return l == label || (l.ends_with('*') && label.starts_with(std::string_view{l}.substr(0, l.size() - 1)));
    });
}

Json passages(const Json& context) {
    Json list = Json::array();
    for (const Json& one : context.is_array() ? context : Json::array({context})) list.push_back(one.is_object() ? one : Json{{"text", one}});
    return list;
}

}  // namespace

RunPlan::RunPlan(const Suite& suite, PlanOptions options) : suite_(suite), options_(std::move(options)), cases_(suite), prompts_(suite.prompts), models_(suite.models) {
    if (prompts_.empty()) prompts_.emplace_back();
    if (models_.empty()) models_.emplace_back();
    for (const SuitePrompt& p : prompts_) {
        if (p.turns.is_string()) templates_.try_emplace(p.turns.get<std::string>(), p.turns.get<std::string>(), p.label.empty() ? "prompt" : p.label);
    }
}

bool RunPlan::open_case() {
    if (options_.limit && count_ >= *options_.limit) return false;
    ++count_;
    now_ = cases_.next();
    if (!now_) return false;
    id_ = now_->id.empty() ? fmt::format("case-{}", count_) : now_->id;
    cells_.clear();
    for (std::size_t p = 0; p < prompts_.size(); ++p)
        for (std::size_t m = 0; m < models_.size(); ++m) {
            const bool asked = named(now_->prompts, prompts_[p].label) && named(models_[m].prompts, prompts_[p].label) &&
                               (named(now_->models, models_[m].label) || named(now_->models, models_[m].name));
            if (asked) cells_.emplace_back(p, m);
        }
    cell_ = 0;
    repeat_ = 0;
    return true;
}

bool RunPlan::next(std::string& line) {
    while (!now_ || cell_ >= cells_.size())
        if (!open_case()) return false;
    const auto [prompt, model] = cells_[cell_];
    const long repeat = ++repeat_;
    if (repeat_ >= options_.repeat) ++cell_, repeat_ = 0;
    try {
        line = dump(record(prompt, model, repeat));
    } catch (const Error& e) {
        throw Error(Fault::data, "case {}: {}", id_, e.what());
    }
    return true;
}

Json RunPlan::record(std::size_t prompt, std::size_t model, long repeat) {
    const SuiteCase& c = *now_;
    const SuitePrompt& p = prompts_[prompt];
    const SuiteModel& m = models_[model];
    std::string id = id_;
    if (prompts_.size() > 1) id += '/' + p.label;
    if (models_.size() > 1) id += '/' + m.label;
    if (options_.repeat > 1) id += fmt::format("/{}", repeat);
    Json r{{"id", id}};
    Json where{{"id", id_}};
    if (!c.description.empty()) where["description"] = c.description;
    if (!p.label.empty()) where["prompt"] = p.label;
    if (!m.label.empty()) where["model"] = m.label;
    if (options_.repeat > 1) where["repeat"] = repeat, where["of"] = options_.repeat;
    if (c.threshold) where["threshold"] = *c.threshold;
    if (!c.transform.empty()) where["transform"] = c.transform;
    r["case"] = std::move(where);
    Json vars = c.vars;
    if (!c.context.is_null() && !suite_.prompts.empty() && !vars.contains("context")) vars["context"] = c.context;
    if (!vars.empty()) r["vars"] = vars;
    if (p.turns.is_null()) {
        if (c.turns.is_null() && c.answer.is_null()) throw Error(Fault::data, "there is nothing to ask: neither the suite nor the case has a prompt");
        if (!c.turns.is_null()) r[c.turns.is_string() ? "prompt" : "messages"] = c.turns;
        if (!c.context.is_null()) r["context"] = passages(c.context);
    } else {
        if (!c.turns.is_null()) vars[c.turns.is_string() ? "prompt" : "messages"] = c.turns;
        const Record values = Record::of(vars);
        if (p.turns.is_string())
            r["prompt"] = text_of(c.wrap, "prefix") + render(p.turns.get<std::string>(), values, p.label) + text_of(c.wrap, "suffix");
        else r["messages"] = rendered(p.turns, values, p.label);
    }
    if (!suite_.system.empty()) r["system"] = suite_.system;
    if (!m.name.empty()) r["model"] = m.name;
    Json options;
    for (const Json* o : std::initializer_list<const Json*>{&suite_.options, &m.options, &p.options, &c.options, &options_.options}) lay_over(options, *o);
    if (!options.is_null()) r["options"] = std::move(options);
    for (const Json* schema : {&p.schema, &m.schema, &suite_.schema})
        if (!schema->is_null()) {
            r["schema"] = *schema;
            break;
        }
    if (const Json& tools = p.tools.is_null() ? m.tools : p.tools; !tools.is_null()) r["tools"] = tools;
    if (!c.reference.is_null()) r["reference"] = c.reference;
    if (!c.expect.is_null()) r["expect"] = c.expect;
    if (!c.metadata.is_null()) r["metadata"] = c.metadata;
    if (!c.answer.is_null()) r["response"] = c.answer.is_string() ? Json{{"text", c.answer}} : Json{{"text", dump(c.answer)}, {"json", c.answer}};
    return r;
}

std::string RunPlan::render(const std::string& text, const Record& vars, const std::string& where) {
    if (text.find("{{") == std::string::npos) return text;
    const auto it = templates_.try_emplace(text, text, where.empty() ? "prompt" : where).first;
    return it->second.render(vars);
}

Json RunPlan::rendered(const Json& turns, const Record& vars, const std::string& where) {
    if (turns.is_string()) return render(turns.get<std::string>(), vars, where);
    Json out = turns;
    if (turns.is_array() || turns.is_object())
        for (auto& [key, value] : out.items()) value = rendered(Json(value), vars, where);
    return out;
}

std::uint64_t RunPlan::total() const {
    // a case that is asked of some prompts and models only makes this too much
    const std::size_t cases = count_cases(suite_);
    const std::size_t counted = options_.limit ? std::min(cases, static_cast<std::size_t>(*options_.limit)) : cases;
    return std::uint64_t{counted} * prompts_.size() * models_.size() * static_cast<std::uint64_t>(options_.repeat);
}

}  // namespace llm
