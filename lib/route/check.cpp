#include "route/check.hpp"

#include "base/error.hpp"
#include "embedders/builtin.hpp"
#include "route/examples.hpp"
#include "route/router_file.hpp"
#include "route/rule.hpp"
#include "text/pattern.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace llm {
namespace {

bool holds_all(const std::vector<std::string>& wide, const std::vector<std::string>& narrow) {
    return wide.empty() || (!narrow.empty() && std::ranges::all_of(narrow, [&wide](const std::string& n) { return std::ranges::find(wide, n) != wide.end(); }));
}
bool same_or_free(const std::string& wide, const std::string& narrow) { return wide.empty() || wide == narrow; }
template <typename T>
bool same_or_free(const std::optional<T>& wide, const std::optional<T>& narrow) {
    return !wide || wide == narrow;
}

bool limited(const RouteEntry* r) { return r && (r->max_input || r->max_cost || r->max_latency || r->budget_left); }

class Checker {
public:
    Checker(const Policy& policy, const Models& models, const Settings& settings) : policy_(policy), models_(models), settings_(settings) {}

    std::vector<Finding> all() {
        for (const auto& [name, line] : policy_.mentioned())
            if (policy_.route(name) == nullptr) check_model(name, line);
        for (const RouteEntry& r : policy_.routes) check_route(r);
        for (const Rule& r : policy_.rules) check_rule(r);
        if (policy_.mode == Policy::Mode::first) check_reach();
        check_names();
        std::ranges::stable_sort(found_, {}, &Finding::line);
        return std::move(found_);
    }

private:
    template <typename... A>
    void say(int line, fmt::format_string<A...> text, A&&... arguments) {
        found_.push_back({line, fmt::format(text, std::forward<A>(arguments)...)});
    }
    /// An error whose message may begin with its own place.
    void say(int line, const Error& e) {
        std::string text = e.what();
        const std::string prefix = policy_.file + ":";
        if (text.starts_with(prefix))
            if (const std::size_t colon = text.find(": ", prefix.size()); colon != std::string::npos) text = text.substr(colon + 2);
        found_.push_back({line, std::move(text)});
    }

    void check_model(const std::string& name, int line) {
        try {
            const ResolvedModel model = models_.resolve(name);
            const ModelInfo& info = model.info;
            if (!info.date.empty() || info.context || info.price.input) return;
            std::vector<std::string> others;
            for (const ListedModel& l : models_.list())
                if (l.info.provider == model.endpoint.name && !l.info.name.empty() && l.info.name != model.model) others.push_back(l.info.name);
            if (others.empty()) return;  // nobody says what it has
            const std::string near = nearest(model.model, others);
            say(line, "nothing is known of the model {}{} a table [model.\"{}\"] in config.toml may say what it is", model.full_name(),
                near.empty() ? ";" : "; did you mean '" + model.endpoint.name + '/' + near + "'? If not,", model.full_name());
        } catch (const Error& e) {
            std::vector<std::string> routes;
            for (const RouteEntry& r : policy_.routes) routes.push_back(r.name);
            const std::string near = nearest(name, routes);
            if (near.empty()) say(line, e);
            else say(line, "there is no route or model '{}'; did you mean '{}'?", name, near);
        }
    }

    void check_route(const RouteEntry& r) {
        check_model(r.model, r.line);
        for (const auto* list : {&r.lists.error, &r.lists.overflow, &r.lists.refusal})
            if (std::ranges::find(*list, r.name) != list->end()) say(r.line, "route '{}' falls back to itself; take it out of its own list", r.name);
        if (r.budget_left && !settings_.number("budget.day")) say(r.line, "budget_left = {} of '{}' decides nothing: config.toml sets no budget.day", *r.budget_left, r.name);
        try {
            const ModelInfo info = models_.resolve(r.model).info;
            if (r.max_cost && !info.price.input) say(r.line, "max_cost = {} of '{}' decides nothing: the price of {} is unknown", *r.max_cost, r.name, r.model);
            if (r.max_input && info.context && *r.max_input > *info.context)
                say(r.line, "max_input = {} of '{}' is more than the context window of {}, {} tokens", *r.max_input, r.name, r.model, *info.context);
        } catch (const Error&) {  // told already
        }
    }

    void check_rule(const Rule& r) {
        try {
            const Conditions compiled{r, policy_};
        } catch (const Error& e) {
            say(r.line, e);
            return;
        }
        if (!r.regex.empty() && Pattern{r.regex}.found_in("")) say(r.line, "regex '{}' of {} matches every text, the empty one too", r.regex, r.name);
        if (r.share && *r.share <= 0) say(r.line, "share = 0 of {} lets it match nothing; leave the rule out", r.name);
        if (r.share && *r.share >= 1) say(r.line, "share = 1 of {} decides nothing; leave it out", r.name);
        if (r.budget_below && !settings_.number("budget.day")) say(r.line, "budget_below = {} of {} is never true: config.toml sets no budget.day", *r.budget_below, r.name);
        if (policy_.mode == Policy::Mode::weighted && r.weight <= 0) say(r.line, "weight = 0 of {} gives its route nothing", r.name);
        if (r.examples) check_examples(r);
        if (r.router) check_router(r);
        if (r.classifier) check_model(r.classifier->model, r.line);
    }

    void check_examples(const Rule& r) {
        const ExampleRule& e = *r.examples;
        if (e.threshold <= 0) say(r.line, "threshold = 0 of {} never abstains; what is like no example goes by chance", r.name);
        if (e.threshold >= 1) say(r.line, "threshold = 1 of {} lets nothing match; a paraphrase lies near .7", r.name);
        if (e.file.empty()) return;
        std::map<std::string, std::string> label_of_text;
        std::set<std::string> labels;
        try {
            for (const LabelledPrompt& p : read_examples(e.file)) {
                const auto [it, fresh] = label_of_text.emplace(p.text, p.label);
                if (!fresh && it->second != p.label) say(r.line, "examples of {}: '{}' is labelled '{}' and '{}'", r.name, p.text, it->second, p.label);
                labels.insert(p.label);
            }
        } catch (const Error& error) {
            say(r.line, error);
            return;
        }
        const auto listed = [](const auto& table, const std::string& name) { return std::ranges::any_of(table, [&name](const auto& t) { return t.first == name; }); };
        for (const std::string& label : labels) {
            if (listed(e.routes, label) || !r.route.empty() || !r.split.empty()) continue;
            if (label.empty()) say(r.line, "examples of {}: some bear no label, and the rule names no route for them", r.name);
            else if (policy_.route(label) == nullptr) check_label(label, r);
        }
        const std::vector<std::string> known{labels.begin(), labels.end()};
        const auto unknown = [&](const std::string& table, const std::string& label) {
            if (labels.contains(label)) return;
            const std::string near = nearest(label, known);
            say(r.line, "{} of {}: no example is labelled '{}'{}", table, r.name, label, near.empty() ? "" : "; did you mean '" + near + "'?");
        };
        for (const auto& [label, route] : e.routes) unknown("routes", label);
        for (const auto& [label, threshold] : e.thresholds) unknown("thresholds", label);
    }

    void check_label(const std::string& label, const Rule& r) {
        try {
            (void)models_.resolve(label);
        } catch (const Error&) {
            say(r.line, "examples of {}: label '{}' is no route or model; give it one under [rule.routes]", r.name, label);
        }
    }

    void check_router(const Rule& r) {
        const RouterRule& router = *r.router;
        if (router.threshold <= 0) say(r.line, "threshold = 0 of {} sends everything to '{}'; llm-route calibrate finds one", r.name, r.route);
        if (router.threshold >= 1) say(r.line, "threshold = 1 of {} sends nothing to '{}'; llm-route calibrate finds one", r.name, r.route);
        if (router.below == r.route && !r.route.empty()) say(r.line, "below = '{}' of {} is the route above the threshold too", router.below, r.name);
        try {
            const BuiltinEmbedder embedder;
            (void)read_router(router.file.string(), embedder);
        } catch (const Error& e) {
            say(r.line, e);
        }
    }

    void check_reach() {
        for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
            const Rule& later = policy_.rules[i];
            for (std::size_t j = 0; j < i; ++j) {
                const Rule& earlier = policy_.rules[j];
                if (!covers(earlier, later) || limited(policy_.route(earlier.route))) continue;
                say(later.line, "{} is never reached: {} on line {} matches all that it would; put it above", later.name, earlier.name, earlier.line);
                break;
            }
        }
    }

    void check_names() {
        std::set<std::string> used;
        for (const auto& [name, line] : policy_.mentioned()) used.insert(name);
        bool any_label = false;  // labels of a file may name routes
        for (const Rule& r : policy_.rules) any_label |= r.examples && !r.examples->file.empty();
        for (const RouteEntry& r : policy_.routes)
            if (!any_label && !used.contains(r.name)) say(r.line, "route '{}' is never chosen: no rule, list or default names it", r.name);
        std::map<std::string, int> lines;
        for (const Rule& r : policy_.rules) {
            const auto [it, fresh] = lines.emplace(r.name, r.line);
            if (!fresh) say(r.line, "another rule, on line {}, is called {} too; shares of rules with one name draw the same keys", it->second, r.name);
        }
    }

    const Policy& policy_;
    const Models& models_;
    const Settings& settings_;
    std::vector<Finding> found_;
};

}  // namespace

bool covers(const Rule& a, const Rule& b) {
    if (a.learned()) return false;
    const auto none_below = [](const std::optional<long>& wide, const std::optional<long>& narrow) { return !wide || (narrow && *narrow >= *wide); };
    const auto none_above = [](const std::optional<long>& wide, const std::optional<long>& narrow) { return !wide || (narrow && *narrow <= *wide); };
    return same_or_free(a.when, b.when) && same_or_free(a.regex, b.regex) && same_or_free(a.not_regex, b.not_regex) && holds_all(a.languages, b.languages) &&
           none_below(a.min_tokens, b.min_tokens) && none_above(a.max_tokens, b.max_tokens) && same_or_free(a.attachments, b.attachments) &&
           holds_all(a.attachment_types, b.attachment_types) && holds_all(a.risks, b.risks) && same_or_free(a.tools, b.tools) && same_or_free(a.schema, b.schema) &&
           (!a.share || *a.share >= 1) && (!a.budget_below || (b.budget_below && *b.budget_below <= *a.budget_below));
}

std::vector<Finding> findings_of(const Policy& policy, const Models& models, const Settings& settings) { return Checker{policy, models, settings}.all(); }

}  // namespace llm
