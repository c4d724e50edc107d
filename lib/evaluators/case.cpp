#include "evaluators/case.hpp"

#include "base/error.hpp"

namespace llm {
namespace {

[[noreturn]] void wrong(std::string_view name, std::string_view wanted) {
    throw Error(Fault::data, "`{}` is to be {}", name, wanted);
}

/// The text of a turn's content: a string, or a list of parts.
std::string content_text(const Json& content) {
    if (content.is_string()) return content.get<std::string>();
    std::string out;
    if (content.is_array())
        for (const Json& part : content) {
            if (part.is_string())
                out += part.get<std::string>();
            else if (const Json& text = member(part, "text"); text.is_string())
                out += text.get<std::string>();
        }
    return out;
}

bool is_turns(const Json& j) { return j.is_array() && !j.empty() && !text_of(j.front(), "role").empty(); }

std::string text_from(const Json& j, std::string_view name) {
    if (j.is_string()) return j.get<std::string>();
    if (j.is_number() || j.is_boolean()) return dump(j);
    if (j.is_object()) return dump(j);
    wrong(name, "a text");
}

const Json* first_present(const Json& record, std::initializer_list<std::string_view> names, std::string_view& which) {
    for (const std::string_view n : names)
        if (const Json& j = member(record, n); !j.is_null()) {
            which = n;
            return &j;
        }
    return nullptr;
}

void read_turns(Case& c, const Json& turns) {
    for (const Json& turn : turns) {
        const std::string role = text_of(turn, "role");
        const std::string text = content_text(member(turn, "content"));
        if (role == "user") c.query = text;
        if (role == "system" || role == "developer") c.system += (c.system.empty() ? "" : "\n\n") + text;
    }
}

void read_query(Case& c, const Json& record) {
    if (const Json& m = member(record, "messages"); !m.is_null()) {
        if (!m.is_array()) wrong("messages", "a list of turns");
        c.messages = m;
        read_turns(c, m);
    }
    std::string_view name;
    const Json* q = first_present(record, {"query", "question", "prompt"}, name);
    if (q != nullptr && is_turns(*q)) {
        c.messages = *q;
        read_turns(c, *q);
    } else if (q != nullptr) {
        c.query = text_from(*q, name);
    }
    if (const std::string system = text_of(record, "system"); !system.empty()) c.system = system;
}

void read_response(Case& c, const Json& response) {
    if (const Json& text = member(response, "text"); text.is_string()) c.answer = text.get<std::string>();
    c.json = member(response, "json");
    if (member(response, "text").is_null() && !c.json.is_null()) c.answer = dump(c.json);
    c.tool_calls = member(response, "tool_calls");
    c.logprobs = member(response, "logprobs");
    c.finish = text_of(response, "finish");
    if (const Json& cost = member(response, "cost"); cost.is_number()) c.cost = cost.get<double>();
    if (const Json& ms = member(response, "ms"); ms.is_number()) c.ms = ms.get<double>();
}

void read_answer(Case& c, const Json& record) {
    std::string_view name;
    const Json* r = first_present(record, {"response", "answer", "output"}, name);
    if (r == nullptr) return;
    const bool ours =
        name == "response" && r->is_object() && (r->contains("text") || r->contains("json") || r->contains("tool_calls"));
    if (ours) return read_response(c, *r);
    if (is_turns(*r)) {  // Azure: the turns of the answer, tool calls among them
        if (c.messages.is_null()) c.messages = Json::array();
        for (const Json& turn : *r) {
            c.messages.push_back(turn);
            if (text_of(turn, "role") != "assistant") continue;
            if (const std::string text = content_text(member(turn, "content")); !text.empty()) c.answer = text;
        }
        return;
    }
    if (r->is_structured()) {
        c.json = *r;
        c.answer = dump(*r);
        return;
    }
    c.answer = text_from(*r, name);
}

void read_context(Case& c, const Json& record) {
    std::string_view name;
    const Json* j = first_present(record, {"context", "documents"}, name);
    if (j == nullptr) return;
    const auto add = [&](const Json& passage) {
        if (passage.is_string())
            c.context.push_back(passage.get<std::string>());
        else if (const Json& text = member(passage, "text"); text.is_string())
            c.context.push_back(text.get<std::string>());
        else if (passage.is_object())
            c.context.push_back(dump(passage));
        else
            wrong(name, "a text, or a list of passages (texts, or objects with `text`)");
    };
    if (j->is_array())
        for (const Json& passage : *j) add(passage);
    else
        add(*j);
}

}  // namespace

Case case_of(const Json& record) {
    Case c;
    read_query(c, record);
    read_answer(c, record);
    read_context(c, record);
    std::string_view name;
    if (const Json* r = first_present(record, {"reference", "ground_truth", "expected_answer", "ideal"}, name))
        c.reference = text_from(*r, name);
    if (c.tool_calls.is_null()) c.tool_calls = member(record, "tool_calls");
    if (const Json* t = first_present(record, {"tools", "tool_definitions"}, name)) c.tools = *t;
    c.trace = member(record, "trace");
    c.vars = record;
    return c;
}

Case case_of(const Record& record) { return case_of(record.value()); }

Json to_json(const Case& c) {
    Json j = Json::object();
    j["query"] = c.query;
    if (!c.system.empty()) j["system"] = c.system;
    j["answer"] = c.answer;
    if (!c.json.is_null()) j["json"] = c.json;
    if (c.reference) j["reference"] = *c.reference;
    if (!c.context.empty()) j["context"] = c.context;
    if (!c.messages.is_null()) j["messages"] = c.messages;
    if (!c.tool_calls.is_null()) j["tool_calls"] = c.tool_calls;
    if (!c.tools.is_null()) j["tools"] = c.tools;
    if (!c.finish.empty()) j["finish"] = c.finish;
    if (c.cost) j["cost"] = *c.cost;
    if (c.ms) j["ms"] = *c.ms;
    if (!c.vars.is_null()) j["vars"] = c.vars;
    return j;
}

}  // namespace llm
