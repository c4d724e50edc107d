#include "mem/passage_json.hpp"

#include "log/when.hpp"

namespace llm {

Json json_of(const Passage& p) {
    Json out{{"id", p.id}, {"namespace", p.space}, {"source", p.source}};
    if (p.line != 0) out["line"] = p.line;
    out["begin"] = p.begin;
    out["end"] = p.end;
    if (!p.parent.empty()) out["parent"] = p.parent;
    if (!p.ref.empty()) out["ref"] = Json::parse(p.ref);
    out["text"] = p.text;
    out["tags"] = p.tags;
    out["time"] = show_time(p.time * 1000);
    if (p.until) out["until"] = show_time(*p.until * 1000);
    out["pinned"] = p.pinned;
    const Json extra = p.extra.empty() ? Json::object() : Json::parse(p.extra);
    for (const auto& [name, value] : extra.items())
        if (!out.contains(name)) out[name] = value;
    return out;
}

Json json_of(const Change& c) {
    Json out{{"id", c.id}, {"time", show_time(c.time * 1000)}, {"who", c.who}, {"verb", c.verb}};
    if (!c.why.empty()) out["why"] = c.why;
    if (c.undoes != 0) out["undoes"] = c.undoes;
    out["size"] = c.size;
    return out;
}

}  // namespace llm
