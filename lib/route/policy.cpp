#include "route/policy.hpp"

#include "base/error.hpp"
#include "route/policy_table.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

namespace llm {
namespace {

constexpr double any = std::numeric_limits<double>::max();

FallbackLists lists_of(PolicyTable& t) { return {t.texts("on_error"), t.texts("on_overflow"), t.texts("on_refusal")}; }

RouteEntry route_of(PolicyTable t, const std::string& name) {
    RouteEntry r;
    r.name = name;
    r.line = t.line();
    r.model = t.text("model").value_or(name);
    if (t.has("options")) r.options = t.table("options").tree();
    r.max_input = t.count("max_input", 1);
    r.max_cost = t.number("max_cost", 0, any);
    r.max_latency = t.milliseconds("max_latency");
    r.budget_left = t.number("budget_left", 0, 1);
    r.lists = lists_of(t);
    t.no_others();
    return r;
}

std::filesystem::path beside(const std::filesystem::path& folder, const std::string& file) {
    const std::filesystem::path path{file};
    return path.is_absolute() ? path : folder / path;
}

ExampleRule examples_of(PolicyTable& t, const std::filesystem::path& folder) {
    ExampleRule e;
    if (t.raw("examples").is_string()) e.file = beside(folder, *t.text("examples"));
    else e.texts = t.texts("examples");
    e.embedder = t.text("embedder").value_or(e.embedder);
    e.threshold = t.number("threshold", 0, 1).value_or(e.threshold);
    e.thresholds = t.numbers("thresholds", 0, 1);
    e.neighbours = t.count("neighbours", 1).value_or(e.neighbours);
    if (t.has("routes")) {
        for (const auto& [label, route] : t.table("routes").tree().items()) {
            if (!route.is_string()) t.wrong("routes", "must name a route for each label; \"\" abstains");
            e.routes.emplace_back(label, route.get<std::string>());
        }
    }
    return e;
}

RouterRule router_of(PolicyTable& t, const std::filesystem::path& folder) {
    RouterRule r;
    r.file = beside(folder, *t.text("router"));
    const auto threshold = t.number("threshold", 0, 1);
    if (!threshold) t.wrong("router", "needs a threshold from 0 to 1 beside it; `llm-route calibrate` finds one");
    r.threshold = *threshold;
    r.below = t.text("below").value_or("");
    return r;
}

ClassifierRule classifier_of(PolicyTable& t) {
    ClassifierRule c;
    c.model = *t.text("classifier");
    c.instruction = t.text("instruction").value_or("");
    if (t.has("options")) c.options = t.table("options").tree();
    if (!t.has("labels")) t.wrong("classifier", "needs labels to sort by: [rule.labels] with lines such as code = \"strong\"");
    PolicyTable labels = t.table("labels");
    for (const auto& [label, value] : labels.tree().items()) {
        if (value.is_string()) {
            c.labels.push_back({label, value.get<std::string>(), ""});
            continue;
        }
        if (!value.is_object()) labels.wrong(label, "must name a route, or be { route = \"…\", about = \"…\" }");
        PolicyTable one = labels.table(label);
        const auto route = one.text("route");
        if (!route) one.wrong("route", "is missing: which route is this label's?");
        c.labels.push_back({label, *route, one.text("about").value_or("")});
        one.no_others();
    }
    if (c.labels.size() < 2) t.wrong("labels", "must have two labels or more to choose from");
    return c;
}

void read_conditions(Rule& r, PolicyTable& t) {
    r.when = t.text("when").value_or("");
    r.regex = t.text("regex").value_or("");
    r.not_regex = t.text("not_regex").value_or("");
    r.languages = t.texts("language");
    r.min_tokens = t.count("min_tokens", 0);
    r.max_tokens = t.count("max_tokens", 0);
    if (t.raw("attachments").is_boolean()) r.attachments = t.boolean("attachments");
    else r.attachment_types = t.texts("attachments");
    r.risks = t.texts("risk");
    r.tools = t.boolean("tools");
    r.schema = t.boolean("schema");
    r.share = t.number("share", 0, 1);
    r.budget_below = t.number("budget_below", 0, 1);
    r.key = t.text("key").value_or("");
    if (r.min_tokens && r.max_tokens && *r.min_tokens > *r.max_tokens)
        t.wrong("min_tokens", fmt::format("is above max_tokens = {}; no input can be both", *r.max_tokens));
}

void read_outcome(Rule& r, PolicyTable& t) {
    if (t.raw("route").is_object()) {
        r.split = t.numbers("route", 0, any);
        double sum = 0;
        for (const auto& [name, weight] : r.split) sum += weight;
        if (sum <= 0) t.wrong("route", "has no weight above 0");
    } else {
        r.route = t.text("route").value_or("");
    }
    r.weight = t.number("weight", 0, any).value_or(1);
    const bool labels_say = r.classifier || (r.examples && !r.examples->file.empty());
    if (r.route.empty() && r.split.empty() && !labels_say) {
        if (t.has("route")) t.wrong("route", "must name a route");
        throw Error(Fault::config, "{}", "no route");  // given its place by the caller
    }
}

Rule rule_of(PolicyTable t, std::size_t place, const Policy& policy, const std::filesystem::path& folder) {
    Rule r;
    r.place = place;
    r.line = t.line();
    r.name = t.text("name").value_or(fmt::format("rule {}", place + 1));
    read_conditions(r, t);
    const int learned = int{t.has("examples")} + int{t.has("router")} + int{t.has("classifier")};
    if (learned > 1) t.wrong(t.has("examples") ? "examples" : "router", "stands beside another of examples, router and classifier; make two rules of them");
    if (t.has("examples")) r.examples = examples_of(t, folder);
    if (t.has("router")) r.router = router_of(t, folder);
    if (t.has("classifier")) r.classifier = classifier_of(t);
    try {
        read_outcome(r, t);
    } catch (const Error& e) {
        if (std::string_view{e.what()} != "no route") throw;
        throw Error(Fault::config, "{}:{}: {} says no route; add a line such as route = \"cheap\"", policy.file, r.line, r.name);
    }
    t.no_others();
    return r;
}

}  // namespace

const RouteEntry* Policy::route(std::string_view name) const {
    const auto it = std::ranges::find(routes, name, &RouteEntry::name);
    return it == routes.end() ? nullptr : &*it;
}

std::vector<std::pair<std::string, int>> Policy::mentioned() const {
    std::vector<std::pair<std::string, int>> out;
    const auto add = [&out](const std::string& name, int line) {
        if (name.empty() || std::ranges::find(out, name, [](const auto& o) -> const std::string& { return o.first; }) != out.end()) return;
        out.emplace_back(name, line);
    };
    const auto add_lists = [&add](const FallbackLists& l, int line) {
        for (const auto* list : {&l.error, &l.overflow, &l.refusal})
            for (const std::string& name : *list) add(name, line);
    };
    for (const Rule& r : rules) {
        add(r.route, r.line);
        for (const auto& [name, weight] : r.split) add(name, r.line);
        if (r.router) add(r.router->below, r.line);
        if (r.examples)
            for (const auto& [label, name] : r.examples->routes) add(name, r.line);
        if (r.classifier)
            for (const auto& l : r.classifier->labels) add(l.route, r.line);
    }
    add(fallback, 1);
    add_lists(lists, 1);
    for (const RouteEntry& r : routes) add_lists(r.lists, r.line);
    return out;
}

Policy parse_policy(std::string_view toml, std::string_view name, const std::filesystem::path& folder) {
    const Toml parsed = parse_toml(toml, name);
    const PolicyLines lines{std::string{name}, parsed};
    PolicyTable t{lines, parsed.tree, ""};
    Policy p;
    p.file = name;
    if (const auto mode = t.text("mode")) {
        if (*mode != "first" && *mode != "weighted") t.wrong("mode", "must be \"first\" or \"weighted\"");
        p.mode = *mode == "first" ? Policy::Mode::first : Policy::Mode::weighted;
    }
    p.on = t.text("on").value_or("");
    p.key = t.text("key").value_or("");
    p.fallback = t.text("default").value_or("");
    p.expected_output = t.count("expected_output", 0).value_or(p.expected_output);
    p.refusals_in_words = t.boolean("refusals_in_words").value_or(false);
    p.lists = lists_of(t);
    if (t.has("route")) {
        PolicyTable routes = t.table("route");
        for (const auto& [route, table] : routes.tree().items()) p.routes.push_back(route_of(routes.table(route), route));
    }
    if (t.has("rule")) {
        const Json& rules = t.raw("rule");
        if (!rules.is_array()) t.wrong("rule", "is one table; rules are a list, each under its own [[rule]]");
        for (std::size_t i = 0; i < rules.size(); ++i) {
            if (!rules[i].is_object()) t.wrong("rule", "must be a list of tables, each under its own [[rule]]");
            p.rules.push_back(rule_of({lines, rules[i], fmt::format("rule[{}]", i)}, i, p, folder));
        }
    }
    t.no_others();
    if (p.rules.empty() && p.fallback.empty())
        throw Error(Fault::config, "{}: it chooses nothing; add a [[rule]] or a line such as default = \"cheap\"", name);
    return p;
}

Policy read_policy(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) throw Error(Fault::config, "cannot read the policy {}: it is a folder", file.string());
    std::ifstream in{file, std::ios::binary};
    if (!in) throw Error(Fault::config, "cannot read the policy {}: {}", file.string(), std::strerror(errno));
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    return parse_policy(text, file.string(), file.parent_path());
}

}  // namespace llm
