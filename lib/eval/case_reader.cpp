#include "eval/case_reader.hpp"

#include "base/error.hpp"
#include "base/units.hpp"
#include "chat/request.hpp"
#include "eval/file.hpp"
#include "eval/foreign.hpp"
#include "eval/yaml.hpp"
#include "evaluators/assertion.hpp"

#include <algorithm>

namespace llm {
namespace {

const std::vector<std::string_view>& known() {
    static const std::vector<std::string_view> names{
        "id",     "description", "vars",      "expect",       "assert",   "reference", "ground_truth", "context",  "options",  "metadata", "threshold",
        "prompt", "messages",    "transform", "providerOutput", "answer", "prompts",   "models",       "provider", "providers", "assertScoringFunction"};
    return names;
}

Json as_list(const Json& j) { return j.is_array() ? j : j.is_null() ? Json{} : Json::array({j}); }

/// Names of judges and embedders as promptfoo writes them.
void translate(Json& check) {
    if (!check.is_object()) return;
    if (Json& p = check["provider"]; p.is_string() && p.get<std::string>().find(':') != std::string::npos) {
        std::string name = p.get<std::string>();
        for (const char* kind : {":embedding:", ":embeddings:"})
            if (const std::size_t at = name.find(kind); at != std::string::npos) name.replace(at, std::string_view{kind}.size(), "/");
        p = model_of_provider(name);
    } else if (p.is_null()) {
        check.erase("provider");
    }
    if (const auto it = check.find("transform"); it != check.end() && it->is_string()) refuse_javascript(it->get<std::string>(), "transform of an assertion");
    if (const auto it = check.find("assert"); it != check.end() && it->is_array())
        for (Json& inner : *it) translate(inner);
}

Json expectation(const Json& written) {
    Json list = as_list(written);
    if (list.is_array())
        for (Json& one : list) translate(one);
    return list;
}

std::vector<std::string> labels(const Json& j) {
    std::vector<std::string> out;
    for (const Json& one : as_list(j))
        if (one.is_string()) out.push_back(one.get<std::string>());
    return out;
}

/// {{name}} within a variable stands for another one.
void fill_in(Json& vars) {
    const Json given = vars;
    for (auto& [key, value] : vars.items()) {
        if (!value.is_string()) continue;
        std::string text = value.get<std::string>();
        for (std::size_t at = 0; (at = text.find("{{", at)) != std::string::npos;) {
            const std::size_t end = text.find("}}", at);
            if (end == std::string::npos) break;
            std::string name = text.substr(at + 2, end - at - 2);
            name.erase(0, name.find_first_not_of(" {"));
            name.erase(name.find_last_not_of(" }") + 1);
            const Json& other = member(given, name);
            if (name == key || other.is_null()) {
                at = end + 2;
                continue;
            }
            const std::string with = other.is_string() ? other.get<std::string>() : dump(other);
            text.replace(at, end + 2 - at, with);
            at += with.size();
        }
        value = std::move(text);
    }
}

}  // namespace

Json CaseReader::variable(const Json& value) {
    if (!value.is_string()) return value;
    std::string name = value.get<std::string>();
    if (!name.starts_with("file://")) return value;
    name.erase(0, 7);
    for (const char* ending : {".js", ".py", ".ts", ".mjs"})
        if (name.ends_with(ending)) throw Error(Fault::config, "{}: the variable {} is made by a program; let it write a file, and name that", name_, name);
    const std::string path = (folder_ / name).string();
    std::string text = read_file(path, "the variable");
    if (path.ends_with(".json")) {
        Json parsed = read_json(text);
        if (parsed.is_discarded()) throw Error(Fault::config, "{} is no JSON", path);
        return parsed;
    }
    if (path.ends_with(".yaml") || path.ends_with(".yml")) return yaml_value(text, path);
    return text;
}

void CaseReader::options(const Json& given, SuiteCase& c, Json& wrap) {
    if (given.is_null()) return;
    if (!given.is_object()) throw Error(Fault::config, "{}: 'options' is an object", name_);
    const auto& names = option_names();
    for (const auto& [key, value] : given.items()) {
        if (std::ranges::find(names, key) != names.end()) c.options[key] = value;
        else if (key == "transform" || key == "postprocess") c.transform = value.is_string() ? value.get<std::string>() : dump(value);
        else if (key == "prefix" || key == "suffix") wrap[key] = value;
        else if (key == "disableVarExpansion") c.lists = value == Json(true) ? SuiteCase::Lists::kept : c.lists;
        else if (key == "provider") continue;
        else notes.push_back(fmt::format("options.{} of a case is left out", key));
    }
    if (!c.transform.empty()) refuse_javascript(c.transform, name_ + ": transform");
}

SuiteCase CaseReader::read(const Json& j, As as) {
    if (!j.is_object()) throw Error(Fault::config, "{}: a case is an object with 'vars' and 'expect', not {}", name_, dump(j).substr(0, 80));
    if (!member(j, "assertScoringFunction").is_null()) throw Error(Fault::config, "{}: 'assertScoringFunction' is a program; give weights and a threshold, or an assertion of type command", name_);
    SuiteCase c;
    const Json& id = member(j, "id");
    if (!id.is_null()) c.id = id.is_string() ? id.get<std::string>() : dump(id);
    c.description = text_of(j, "description");
    const bool strict = as == As::defaults || member(j, "vars").is_object() || !member(j, "assert").is_null();
    Json vars = member(j, "vars");
    if (vars.is_string()) vars = variable(vars.get<std::string>().starts_with("file://") ? vars : Json("file://" + vars.get<std::string>()));
    if (vars.is_array() && as == As::one) throw Error(Fault::config, "{}: 'vars' is an object, or names a file that holds one", name_);
    for (const auto& [key, value] : vars.items()) c.vars[key] = variable(value);
    for (const auto& [key, value] : j.items()) {
        if (std::ranges::find(known(), std::string_view{key}) != known().end()) continue;
        if (!strict) {  // a row of data: all that is not ours is a variable
            c.lists = SuiteCase::Lists::kept;
            c.vars[key] = value;
            continue;
        }
        const std::string near = nearest(key, known());
        throw Error(Fault::config, "{}: a case has no '{}'{}", name_, key, near.empty() ? "; variables stand under 'vars'" : "; did you mean '" + near + "'?");
    }
    c.expect = expectation(member(j, "assert").is_null() ? member(j, "expect") : member(j, "assert"));
    for (const char* name : {"reference", "ground_truth"})
        if (!member(j, name).is_null()) c.reference = member(j, name);
    c.context = member(j, "context");
    c.metadata = member(j, "metadata");
    if (const Json& t = member(j, "threshold"); t.is_number()) c.threshold = t.get<double>();
    c.transform = text_of(j, "transform");
    if (!c.transform.empty()) refuse_javascript(c.transform, name_ + ": transform");
    c.turns = member(j, "messages").is_null() ? member(j, "prompt") : member(j, "messages");
    c.answer = member(j, "providerOutput").is_null() ? member(j, "answer") : member(j, "providerOutput");
    c.prompts = labels(member(j, "prompts"));
    c.models = labels(member(j, "models").is_null() ? member(j, "providers") : member(j, "models"));
    Json wrap;
    options(member(j, "options"), c, wrap);
    if (!wrap.is_null()) c.wrap = wrap;
    if (!member(j, "provider").is_null() && as == As::one) {
        c.models = labels(member(j, "provider").is_object() ? member(member(j, "provider"), "id") : member(j, "provider"));
    }
    return c;
}

SuiteCase CaseReader::row(const std::vector<std::string>& headings, const std::vector<std::string>& cells) {
    SuiteCase c;
    std::string metric;
    Json wrap;
    for (std::size_t i = 0; i < headings.size() && i < cells.size(); ++i) {
        std::string key = headings[i];
        key.erase(0, key.find_first_not_of(" \t"));
        key.erase(key.find_last_not_of(" \t") + 1);
        const std::string& cell = cells[i];
        if (key == "expect" || (key.starts_with("__expected") && key.find_first_not_of("0123456789", 10) == std::string::npos)) {
            if (cell.empty()) continue;
            const Json parsed = read_json(cell);
            const Json read = expectation(parsed.is_object() || parsed.is_array() ? parsed : Json(cell));
            for (const Json& one : read) c.expect.push_back(one);
        } else if (key == "id") c.id = cell;
        else if (key == "description" || key == "__description") c.description = cell;
        else if (key == "reference" || key == "ground_truth") c.reference = cell;
        else if (key == "__metric") metric = cell;
        else if (key == "__prefix" || key == "__suffix") {
            if (!cell.empty()) wrap[key.substr(2)] = cell;
        } else if (key == "__threshold" || key == "threshold") {
            if (cell.empty()) continue;
            c.threshold = parse_number(cell);
            if (!c.threshold) throw Error(Fault::data, "{}: the threshold '{}' is no number", name_, cell);
        } else if (key.starts_with("__metadata:")) c.metadata[key.substr(11)] = cell;
        else if (key == "__providerOutput") c.answer = cell;
        else if (key == "__provider") c.models = {cell};
        else if (key.starts_with("__")) throw Error(Fault::config, "{}: a column '{}' is not known; there are __expected, __expected1…, __metric, __threshold, __description, __prefix, __suffix, __metadata:NAME, __providerOutput", name_, key);
        else c.vars[key] = cell;
    }
    if (!wrap.is_null()) c.wrap = wrap;
    if (!metric.empty() && c.expect.is_array()) {
        Json named = Json::array();
        for (CheckSpec& spec : checks_of(c.expect)) {
            spec.metric = metric;
            named.push_back(to_json(spec));
        }
        c.expect = std::move(named);
    }
    return c;
}

std::vector<SuiteCase> CaseReader::spread(SuiteCase given) {
    std::vector<SuiteCase> all{std::move(given)};
    const bool kept = all[0].lists == SuiteCase::Lists::kept;
    for (std::size_t at = 0; at < all.size() && !kept;) {
        std::string key;
        for (const auto& [name, value] : all[at].vars.items())
            if (value.is_array() && !value.empty()) {
                key = name;
                break;
            }
        if (key.empty()) {
            ++at;
            continue;
        }
        const Json values = all[at].vars[key];
        const SuiteCase base = all[at];
        std::vector<SuiteCase> each;
        for (std::size_t i = 0; i < values.size(); ++i) {
            SuiteCase& one = each.emplace_back(base);
            one.vars[key] = values[i].is_array() ? Json(dump(values[i])) : values[i];
            if (!one.id.empty()) one.id += fmt::format("-{}", i + 1);
        }
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
        all.insert(all.begin() + static_cast<std::ptrdiff_t>(at), each.begin(), each.end());
    }
    if (!kept)
        for (SuiteCase& one : all) fill_in(one.vars);
    return all;
}

void CaseReader::lay_under(SuiteCase& c, const SuiteCase& d) {
    for (const auto& [key, value] : d.vars.items())
        if (!c.vars.contains(key)) c.vars[key] = value;
    if (d.expect.is_array()) {
        Json all = d.expect;
        for (const Json& own : c.expect.is_array() ? c.expect : Json::array()) all.push_back(own);
        c.expect = std::move(all);
    }
    if (d.options.is_object()) {
        Json all = d.options;
        if (c.options.is_object()) all.update(c.options);
        c.options = std::move(all);
    }
    if (c.description.empty()) c.description = d.description;
    if (c.reference.is_null()) c.reference = d.reference;
    if (c.context.is_null()) c.context = d.context;
    if (c.turns.is_null()) c.turns = d.turns;
    if (c.metadata.is_null()) c.metadata = d.metadata;
    if (!c.threshold) c.threshold = d.threshold;
    if (c.transform.empty()) c.transform = d.transform;
    if (c.wrap.is_null()) c.wrap = d.wrap;
    if (d.lists == SuiteCase::Lists::kept) c.lists = d.lists;
    if (c.prompts.empty()) c.prompts = d.prompts;
    if (c.models.empty()) c.models = d.models;
}

}  // namespace llm
