#include "evaluators/assertion.hpp"

#include "base/error.hpp"
#include "evaluators/parameters.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace llm {
namespace {

constexpr std::string_view set_type = "assert-set";
constexpr std::array<std::string_view, 3> not_run_here{"javascript", "python", "ruby"};

bool is_known(std::string_view type) {
    if (type == set_type) return true;
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types)
            if (t.name == type) return true;
    return false;
}

void take_type(CheckSpec& spec, std::string_view type) {
    if (type.starts_with("not-")) {
        spec.sense = CheckSpec::Sense::negated;
        type.remove_prefix(4);
    }
    spec.type = type;
}

/// The known type at the start of `text`, followed by its end, ':' or '('; the longest one. Empty where there is none.
std::string_view type_at_start(std::string_view text) {
    std::string_view best;
    const auto consider = [&](std::string_view name) {
        const std::string_view rest = text.substr(std::min(name.size(), text.size()));
        if (name.size() > best.size() && text.starts_with(name) && (rest.empty() || rest.front() == ':' || rest.front() == '('))
            best = name;
    };
    consider(set_type);
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types) consider(t.name);
    for (const std::string_view t : not_run_here) consider(t);
    return best;
}

/// The known type that the text's beginning, up to ':' or '(', was likely meant to be; a whole text only where it has a hyphen, for one word may well be an
/// answer, and so may "date: …", which is one letter from `hate`. Empty where there is none.
std::string misspelt_type(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of(":("), text.size());
    const std::string_view head = text.substr(0, end);
    const bool is_word = head.size() >= 5 && head.find_first_not_of("abcdefghijklmnopqrstuvwxyz-0123456789") == std::string_view::npos;
    if (!is_word || (end == text.size() && head.find('-') == std::string_view::npos)) return {};
    const std::size_t slips = head.size() < 8 ? 1 : 2;
    for (const EvaluatorEntry* e : evaluators())
        for (const EvaluatorType& t : e->types)
            for (const std::string& name : {std::string{t.name}, "not-" + std::string{t.name}})
                if (t.name.size() >= 5 && edit_distance(head, name) <= slips) return name;
    return {};
}

/// "not-similar(0.8): text"; plain text is what the answer must equal. `grade:` is promptfoo's short form of llm-rubric.
CheckSpec short_form(std::string_view text) {
    CheckSpec spec;
    spec.type = "equals";
    spec.value = std::string{text};
    std::string_view rest = text;
    if (rest.starts_with("grade:")) {
        spec.type = "llm-rubric";
        rest.remove_prefix(6);
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        spec.value = std::string{rest};
        return spec;
    }
    for (const std::string_view code : {"fn:", "eval:", "file://"})
        if (rest.starts_with(code)) evaluator_entry(rest.ends_with(".py") ? "python" : "javascript");
    const bool negated = rest.starts_with("not-");
    if (negated) rest.remove_prefix(4);
    const std::string_view type = type_at_start(rest);
    if (type.empty()) {
        if (const std::string near = misspelt_type(text); !near.empty())
            throw Error(Fault::config, "there is no assertion '{}'; did you mean '{}'? Where the answer must be this very text, write 'equals: ' before it",
                        text.substr(0, text.find_first_of(":(")), near);
        return spec;
    }
    rest.remove_prefix(type.size());
    std::optional<double> threshold;
    if (rest.starts_with('(')) {
        const std::size_t end = rest.find(')');
        if (end == std::string_view::npos) return spec;
        const std::string number{rest.substr(1, end - 1)};
        char* stop = nullptr;
        threshold = std::strtod(number.c_str(), &stop);
        if (number.empty() || *stop != '\0') return spec;
        rest.remove_prefix(end + 1);
    }
    if (!rest.empty() && rest.front() != ':') return spec;
    spec.type = type;
    spec.sense = negated ? CheckSpec::Sense::negated : CheckSpec::Sense::plain;
    spec.threshold = threshold;
    spec.value = nullptr;
    if (!rest.empty()) rest.remove_prefix(1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (!rest.empty()) spec.value = std::string{rest};
    return spec;
}

double number_of(const Json& j, std::string_view type, std::string_view name) {
    if (j.is_number()) return j.get<double>();
    throw Error(Fault::config, "{}: `{}` is {}, which is no number", type, name, shown(dump(j)));
}

std::string string_of(const Json& j, std::string_view type, std::string_view name) {
    if (j.is_string()) return j.get<std::string>();
    throw Error(Fault::config, "{}: `{}` is {}, which is no text", type, name, shown(dump(j)));
}

/// `provider`: a name, a list of names, or promptfoo's {id, config} and {text: …, embedding: …}.
void take_models(CheckSpec& spec, const Json& given) {
    if (given.is_string()) return spec.models.push_back(given.get<std::string>());
    if (given.is_array()) {
        for (const Json& each : given) take_models(spec, each);
        return;
    }
    for (const std::string_view kind : {"id", "text", "embedding"})
        if (const Json& j = member(given, kind); !j.is_null()) return take_models(spec, j);
    throw Error(Fault::config, "{}: `provider` is {}; write the model's name, or a list of names for a jury", spec.full_type(),
                shown(dump(given)));
}

void take(CheckSpec& spec, const std::string& key, const Json& value) {
    const std::string type = spec.full_type();
    if (key == "type" || value.is_null()) return;
    if (key == "value")
        spec.value = value;
    else if (key == "config")
        spec.config = value;
    else if (key == "threshold")
        spec.threshold = number_of(value, type, key);
    else if (key == "weight")
        spec.weight = number_of(value, type, key);
    else if (key == "provider" || key == "judges")
        take_models(spec, value);
    else if (key == "rubricPrompt")
        spec.prompt = value.is_string() ? value.get<std::string>() : dump(value);
    else if (key == "metric")
        spec.metric = string_of(value, type, key);
    else if (key == "transform")
        spec.transform = string_of(value, type, key);
    else if (key == "contextTransform")
        spec.context_transform = string_of(value, type, key);
    else if (key == "assert")
        spec.checks = checks_of(value);
    else if (key != "description" && key != "assertionIndex") {
        constexpr std::array<std::string_view, 11> keys{"type",        "value",  "config",    "threshold",        "weight",
                                                        "provider",    "metric", "transform", "contextTransform", "assert",
                                                        "rubricPrompt"};
        const std::string near = nearest(key, keys);
        throw Error(Fault::config, "{}: an assertion has no `{}`{}", type, key,
                    near.empty() ? "" : "; did you mean `" + near + "`?");
    }
}

}  // namespace

CheckSpec check_of(const Json& written) {
    if (written.is_string()) return short_form(written.get<std::string>());
    if (!written.is_object())
        throw Error(Fault::config, "an assertion is {}; write {{\"type\": \"contains\", \"value\": \"…\"}} or 'contains: …'",
                    shown(dump(written)));
    CheckSpec spec;
    const std::string type = text_of(written, "type");
    if (type.empty()) throw Error(Fault::config, "an assertion without `type`: {}", shown(dump(written)));
    take_type(spec, type);
    if (!is_known(spec.type)) {
        std::string dashed = spec.type;  // Azure writes hate_unfairness
        std::ranges::replace(dashed, '_', '-');
        if (!is_known(dashed)) evaluator_entry(spec.type);  // says what to do instead
        spec.type = dashed;
    }
    for (const auto& [key, value] : written.items()) take(spec, key, value);
    if (spec.weight < 0) throw Error(Fault::config, "{}: `weight` is {}, below 0", spec.full_type(), spec.weight);
    if (spec.type == set_type && spec.checks.empty())
        throw Error(Fault::config, "{}: no assertions in its `assert`", spec.full_type());
    if (spec.type != set_type && !spec.checks.empty())
        throw Error(Fault::config, "{}: only an assert-set has an `assert`", spec.full_type());
    return spec;
}

std::vector<CheckSpec> checks_of(const Json& written) {
    std::vector<CheckSpec> out;
    if (written.is_null()) return out;
    if (!written.is_array()) {
        out.push_back(check_of(written));
        return out;
    }
    for (const Json& each : written) out.push_back(check_of(each));
    return out;
}

Json to_json(const CheckSpec& spec) {
    Json j{{"type", spec.full_type()}};
    if (!spec.value.is_null()) j["value"] = spec.value;
    if (!spec.config.is_null()) j["config"] = spec.config;
    if (spec.threshold) j["threshold"] = *spec.threshold;
    if (spec.weight != 1) j["weight"] = spec.weight;
    if (spec.models.size() == 1)
        j["provider"] = spec.models.front();
    else if (!spec.models.empty())
        j["provider"] = spec.models;
    if (!spec.prompt.empty()) j["rubricPrompt"] = spec.prompt;
    if (!spec.metric.empty()) j["metric"] = spec.metric;
    if (!spec.transform.empty()) j["transform"] = spec.transform;
    if (!spec.context_transform.empty()) j["contextTransform"] = spec.context_transform;
    if (!spec.checks.empty()) {
        j["assert"] = Json::array();
        for (const CheckSpec& inner : spec.checks) j["assert"].push_back(to_json(inner));
    }
    return j;
}

}  // namespace llm
