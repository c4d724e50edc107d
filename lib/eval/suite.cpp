#include "eval/suite.hpp"

#include "ask/schema.hpp"
#include "base/error.hpp"
#include "eval/case_reader.hpp"
#include "eval/file.hpp"
#include "eval/foreign.hpp"
#include "eval/yaml.hpp"

#include <algorithm>
#include <glob.h>

namespace llm {
namespace {

const Json& either(const Json& j, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (const Json& found = member(j, name); !found.is_null()) return found;
    return member(j, "");
}

std::vector<std::string> texts(const Json& j, std::string_view what) {
    std::vector<std::string> out;
    for (const Json& one : j.is_array() ? j : j.is_null() ? Json::array() : Json::array({j})) {
        if (one.is_object() && member(one, "id").is_string()) out.push_back(text_of(one, "id"));
        else if (one.is_string()) out.push_back(one.get<std::string>());
        else throw Error(Fault::config, "{}: a name is expected, not {}", what, dump(one));
    }
    return out;
}

/// Puts in what `{"$ref": "#/assertionTemplates/NAME"}` stands for.
void resolve_templates(Json& j, const Json& root) {
    constexpr std::string_view start = "#/assertionTemplates/";
    if (j.is_array()) {
        for (Json& one : j) resolve_templates(one, root);
        return;
    }
    if (!j.is_object()) return;
    if (const std::string ref = text_of(j, "$ref"); ref.starts_with(start)) {
        const Json& found = member(member(root, "assertionTemplates"), ref.substr(start.size()));
        if (found.is_null()) throw Error(Fault::config, "there is no {}", ref);
        Json whole = found;
        for (const auto& [key, value] : j.items())
            if (key != "$ref") whole[key] = value;
        j = std::move(whole);
        return;
    }
    for (auto& [key, value] : j.items()) resolve_templates(value, root);
}

class SuiteReader {
public:
    explicit SuiteReader(const std::filesystem::path& file) {
        suite_.file = file;
        suite_.folder = file.parent_path();
    }

    Suite read(const Json& j) {
        known(j);
        suite_.description = text_of(j, "description");
        suite_.system = text_of(j, "system");
        suite_.options = member(j, "options");
        suite_.schema = schema(member(j, "schema"));
        suite_.embedder = text_of(j, "embedder");
        suite_.gates = texts(member(j, "gate"), "gate");
        suite_.judges = texts(either(j, {"judge", "judges"}), "judge");
        const Json& evaluate = member(j, "evaluateOptions");
        if (const Json& n = either(j, {"repeat"}); n.is_number_integer()) suite_.repeat = n.get<long>();
        else if (const Json& m = member(evaluate, "repeat"); m.is_number_integer()) suite_.repeat = m.get<long>();
        if (const Json& n = member(j, "jobs"); n.is_number_integer()) suite_.jobs = n.get<long>();
        else if (const Json& m = member(evaluate, "maxConcurrency"); m.is_number_integer()) suite_.jobs = m.get<long>();
        prompts(member(j, "prompts"));
        models(either(j, {"models", "providers", "targets"}));
        defaults(either(j, {"defaults", "default", "defaultTest"}));
        cases(either(j, {"cases", "tests"}), member(j, "scenarios"));
        return std::move(suite_);
    }

    Suite rows() {  // a file of cases alone
        suite_.cases.push_back(suite_.file.filename().string());
        return std::move(suite_);
    }

private:
    void known(const Json& j) {
        static const std::vector<std::string_view> ours{"description", "prompts", "models", "cases", "defaults", "options", "schema", "system", "gate", "judge", "judges", "embedder", "repeat", "jobs"};
        static const std::vector<std::string_view> theirs{"providers", "targets", "tests", "defaultTest", "default", "scenarios", "evaluateOptions", "assertionTemplates"};
        static const std::vector<std::string_view> unused{"outputPath", "sharing", "tags", "env", "metadata", "commandLineOptions", "writeLatestResults", "$schema", "extensions",
                                                          "nunjucksFilters", "derivedMetrics", "redteam", "tracing", "id"};
        for (const auto& member_of : j.items()) {
            const std::string& key = member_of.key();
            const auto in = [&key](const auto& names) { return std::ranges::find(names, std::string_view{key}) != names.end(); };
            if (in(ours) || in(theirs)) continue;
            if (in(unused)) {
                if (key == "extensions" || key == "nunjucksFilters" || key == "derivedMetrics" || key == "redteam" || key == "tracing") suite_.notes.push_back(fmt::format("'{}' is left out", key));
                continue;
            }
            std::vector<std::string_view> all = ours;
            all.insert(all.end(), theirs.begin(), theirs.end());
            const std::string near = nearest(key, all);
            throw Error(Fault::config, "{}: a suite has no '{}'{}", suite_.file.string(), key, near.empty() ? "" : "; did you mean '" + near + "'?");
        }
    }

    /// JSON Schema, or text as --schema takes it; a file's name is relative to the suite.
    Json schema(const Json& j) const {
        if (!j.is_string()) return j;
        const std::string text = j.get<std::string>();
        if (text.starts_with("file://")) return schema_of((suite_.folder / text.substr(7)).string());
        return schema_of(text);
    }

    // ---- prompts ---------------------------------------------------------------------------------

    void prompts(const Json& j) {
        if (j.is_object() && member(j, "text").is_null()) {  // file: label
            for (const auto& [file, label] : j.items()) prompt_file(file, label.is_string() ? label.get<std::string>() : "", {});
        } else {
            for (const Json& one : j.is_array() ? j : j.is_null() ? Json::array() : Json::array({j})) prompt(one);
        }
        if (suite_.prompts.size() == 1) return;
        for (std::size_t i = 0; i < suite_.prompts.size(); ++i)
            if (suite_.prompts[i].label.empty()) suite_.prompts[i].label = fmt::format("prompt-{}", i + 1);
    }

    void prompt(const Json& j) {
        if (j.is_string()) {
            const std::string text = j.get<std::string>();
            if (text.starts_with("file://") || looks_like_file(text)) prompt_file(text, "", {});
            else add_prompt("", text, {});
            return;
        }
        if (j.is_array()) return add_prompt("", j, {});
        if (!j.is_object()) throw Error(Fault::config, "{}: a prompt is text, a list of messages or an object, not {}", suite_.file.string(), dump(j));
        const std::string label = text_of(j, "label", text_of(j, "display"));
        const Json& text = either(j, {"text", "messages", "raw", "prompt"});
        if (text.is_string() && text.get<std::string>().starts_with("file://")) return prompt_file(text.get<std::string>(), label, j);
        if (!text.is_null()) return add_prompt(label, text, j);
        const std::string file = text_of(j, "file", text_of(j, "id"));
        if (file.empty()) throw Error(Fault::config, "{}: the prompt {} has no 'text'", suite_.file.string(), dump(j));
        prompt_file(file, label.empty() ? "" : label, j);
    }

    bool looks_like_file(const std::string& text) const {
        if (text.size() > 300 || text.find_first_of("\n{") != std::string::npos) return false;
        for (const char* ending : {".txt", ".json", ".yaml", ".yml", ".md", ".j2", ".mustache"})
            if (text.ends_with(ending)) return text.find(' ') == std::string::npos;
        return false;
    }

    void prompt_file(std::string name, const std::string& label, const Json& own) {
        if (name.starts_with("file://")) name.erase(0, 7);
        if (name.ends_with(".js") || name.ends_with(".py") || name.ends_with(".ts") || name.find(".py:") != std::string::npos || name.find(".js:") != std::string::npos)
            throw Error(Fault::config, "{}: the prompt {} is a program; write its text as a mustache template, and put into variables what the program computes", suite_.file.string(), name);
        const auto files = files_named(suite_.folder, name);
        for (const std::filesystem::path& file : files) {
            const std::string content = read_file(file.string(), "the prompt");
            const std::string own_label = label.empty() ? (files.size() > 1 ? file.stem().string() : label) : label;
            if (file.extension() == ".yaml" || file.extension() == ".yml") {
                add_prompt(own_label, yaml_value(content, file.string()), own);
            } else if (file.extension() == ".json") {
                const Json value = read_json(content);
                add_prompt(own_label, value.is_array() ? value : Json(content), own);
            } else {
                split_prompts(own_label, content, own);
            }
        }
    }

    /// A text file may hold several, a line `---` between them.
    void split_prompts(const std::string& label, const std::string& content, const Json& own) {
        std::vector<std::string> parts{""};
        for (std::size_t at = 0; at < content.size();) {
            const std::size_t end = std::min(content.find('\n', at), content.size());
            const std::string line = content.substr(at, end - at);
            if (line == "---" || line == "---\r") parts.emplace_back();
            else parts.back() += line + '\n';
            at = end + 1;
        }
        std::erase_if(parts, [](const std::string& p) { return p.find_first_not_of(" \t\r\n") == std::string::npos; });
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parts[i].ends_with('\n')) parts[i].pop_back();
            add_prompt(parts.size() > 1 && !label.empty() ? fmt::format("{}-{}", label, i + 1) : label, parts[i], own);
        }
    }

    void add_prompt(const std::string& label, Json turns, const Json& own) {
        SuitePrompt p;
        p.label = label;
        if (turns.is_string()) {  // a chat may be given as text
            const std::string text = turns.get<std::string>();
            const std::size_t first = text.find_first_not_of(" \t\r\n");
            if (first != std::string::npos && text[first] == '[') {
                Json list = read_json(text);
                if (list.is_array() && !list.empty() && member(list[0], "role").is_string()) turns = std::move(list);
            }
        }
        if (!turns.is_string() && !turns.is_array()) throw Error(Fault::config, "{}: a prompt is text or a list of messages, not {}", suite_.file.string(), dump(turns).substr(0, 80));
        refuse_nunjucks(turns.is_string() ? turns.get<std::string>() : dump(turns), "prompt");
        p.turns = std::move(turns);
        SuiteModel read;  // options are written alike
        read.label = label;
        read_provider_config(member(own, "config"), read, suite_.notes);
        p.options = either(own, {"options"}).is_object() ? member(own, "options") : read.options;
        p.schema = member(own, "schema").is_null() ? read.schema : schema(member(own, "schema"));
        p.tools = member(own, "tools").is_null() ? read.tools : member(own, "tools");
        suite_.prompts.push_back(std::move(p));
    }

    // ---- models ----------------------------------------------------------------------------------

    void models(const Json& j) {
        for (const Json& one : j.is_array() ? j : j.is_null() ? Json::array() : Json::array({j})) model(one);
    }

    void model(const Json& j) {
        if (j.is_string()) {
            const std::string id = j.get<std::string>();
            if (id.starts_with("file://") && (id.ends_with(".yaml") || id.ends_with(".yml") || id.ends_with(".json"))) {
                const std::string path = (suite_.folder / id.substr(7)).string();
                return models(yaml_value(read_file(path, "the providers"), path));
            }
            SuiteModel m;
            m.label = m.name = model_of_provider(id);
            suite_.models.push_back(std::move(m));
            return;
        }
        if (!j.is_object()) throw Error(Fault::config, "{}: a model is a name or an object, not {}", suite_.file.string(), dump(j));
        if (member(j, "id").is_null() && member(j, "model").is_null() && j.size() == 1) {  // {"openai:gpt-5-mini": {config: …}}
            Json inner = j.begin().value();
            if (!inner.is_object()) inner = Json::object();
            inner["id"] = j.begin().key();
            return model(inner);
        }
        for (const auto& [key, value] : j.items()) {
            static const std::vector<std::string_view> names{"id", "model", "label", "config", "options", "schema", "tools", "prompts", "transform", "delay", "env", "inputs"};
            if (std::ranges::find(names, std::string_view{key}) == names.end())
                throw Error(Fault::config, "{}: a model has no '{}'{}", suite_.file.string(), key, nearest(key, names).empty() ? "" : "; did you mean '" + nearest(key, names) + "'?");
        }
        SuiteModel m;
        m.name = model_of_provider(text_of(j, "model", text_of(j, "id")));
        m.label = text_of(j, "label", m.name);
        read_provider_config(member(j, "config"), m, suite_.notes);
        if (member(j, "options").is_object()) m.options = member(j, "options");
        if (!member(j, "schema").is_null()) m.schema = schema(member(j, "schema"));
        if (!member(j, "tools").is_null()) m.tools = member(j, "tools");
        m.prompts = texts(member(j, "prompts"), "prompts of a model");
        if (!member(j, "transform").is_null()) throw Error(Fault::config, "{}: 'transform' of a model is not supported; give it in 'defaults', as jq", suite_.file.string());
        if (!member(j, "delay").is_null()) suite_.notes.push_back(fmt::format("model '{}': 'delay' is left out; limits of calls are in config.toml", m.label));
        suite_.models.push_back(std::move(m));
    }

    // ---- cases -----------------------------------------------------------------------------------

    void defaults(const Json& j) {
        if (j.is_null()) return;
        Json given = j;
        if (j.is_string()) {
            std::string name = j.get<std::string>();
            if (name.starts_with("file://")) name.erase(0, 7);
            const std::string path = (suite_.folder / name).string();
            given = yaml_value(read_file(path, "the defaults"), path);
        }
        const Json& grader = member(member(given, "options"), "provider");
        if (grader.is_string() && suite_.judges.empty()) suite_.judges.push_back(model_of_provider(grader.get<std::string>()));
        CaseReader reader{suite_.folder, suite_.file.string()};
        suite_.defaults = reader.read(given, CaseReader::As::defaults);
        for (std::string& note : reader.notes) suite_.notes.push_back(std::move(note));
    }

    void cases(const Json& j, const Json& scenarios) {
        if (j.is_null() && scenarios.is_null()) {
            if (!suite_.prompts.empty()) suite_.cases.push_back(Json::object());
            return;
        }
        for (const Json& one : j.is_array() ? j : j.is_null() ? Json::array() : Json::array({j})) {
            if (one.is_object() && member(one, "path").is_string() && one.size() <= 2)
                throw Error(Fault::config, "{}: the cases {} are made by a program; let it write JSON Lines, and name that file", suite_.file.string(), text_of(one, "path"));
            suite_.cases.push_back(one);
        }
        for (const Json& scenario : scenarios.is_array() ? scenarios : Json::array()) {  // every configuration with every test
            for (const Json& config : member(scenario, "config"))
                for (const Json& test : member(scenario, "tests")) {
                    Json whole = config;
                    for (const auto& [key, value] : test.items()) {
                        if (key == "vars" && member(whole, "vars").is_object()) whole["vars"].update(value);
                        else whole[key] = value;
                    }
                    suite_.cases.push_back(std::move(whole));
                }
        }
    }

    Suite suite_;
};

}  // namespace

std::vector<std::filesystem::path> files_named(const std::filesystem::path& folder, const std::string& name) {
    const std::string whole = (folder / name).string();
    if (name.find_first_of("*?[") == std::string::npos) return {whole};
    glob_t found{};
    std::vector<std::filesystem::path> out;
    if (::glob(whole.c_str(), 0, nullptr, &found) == 0)
        for (std::size_t i = 0; i < found.gl_pathc; ++i) out.emplace_back(found.gl_pathv[i]);
    ::globfree(&found);
    if (out.empty()) throw Error(Fault::config, "no file is named {}", whole);
    return out;
}

Suite read_suite(const std::filesystem::path& file) {
    const std::string ending = file.extension().string();
    SuiteReader reader{file};
    if (ending == ".jsonl" || ending == ".ndjson" || ending == ".csv" || ending == ".tsv") {
        std::error_code ignored;
        if (!std::filesystem::exists(file, ignored)) throw Error(Fault::config, "there is no suite {}", file.string());
        return reader.rows();
    }
    const std::string text = read_file(file.string(), "the suite");
    Json value;
    if (ending == ".json") {
        value = read_json(text);
        if (value.is_discarded()) throw Error(Fault::config, "{} is no JSON", file.string());
    } else if (ending == ".yaml" || ending == ".yml") {
        value = yaml_value(text, file.string());
    } else if (ending == ".js" || ending == ".ts" || ending == ".mjs" || ending == ".cjs" || ending == ".py") {
        throw Error(Fault::config, "{} is a program; write the suite as YAML", file.string());
    } else {
        throw Error(Fault::config, "{}: a suite ends in .yaml, .json, .jsonl or .csv", file.string());
    }
    if (value.is_array()) value = Json{{"cases", std::move(value)}};
    if (!value.is_object()) throw Error(Fault::config, "{}: a suite is an object with 'prompts', 'models' and 'cases'", file.string());
    resolve_templates(value, Json(value));
    return reader.read(value);
}

Demands suite_demands(const Suite& suite) {
    Demands d;
    if (!suite.defaults.expect.is_null()) d.all = checks_of(suite.defaults.expect);
    Suite bare = suite;
    bare.defaults.expect = nullptr;
    SuiteCases cases{bare};
    while (auto c = cases.next()) {
        if (c->id.empty()) continue;
        Json& one = d.by_id[c->id];
        one = Json::object();
        if (!c->expect.is_null()) one["expect"] = c->expect;
        if (!c->reference.is_null()) one["reference"] = c->reference;
        if (c->threshold) one["threshold"] = *c->threshold;
        if (!c->transform.empty()) one["transform"] = c->transform;
        if (!c->vars.empty()) one["vars"] = c->vars;
    }
    return d;
}

}  // namespace llm
