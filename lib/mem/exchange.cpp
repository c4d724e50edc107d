#include "mem/exchange.hpp"

#include "base/error.hpp"
#include "log/when.hpp"
#include "mem/record_text.hpp"

namespace llm {

std::string exported_line(MemStore& store, const Passage& p) {
    Json out = Json::object();
    if (!p.ref.empty()) out["id"] = Json::parse(p.ref);
    out["text"] = p.text;
    out["source"] = p.source;
    if (!p.tags.empty()) out["tags"] = p.tags;
    out["time"] = show_time(p.time * 1000);
    const Json extra = p.extra.empty() ? Json::object() : Json::parse(p.extra);
    for (const auto& [name, value] : extra.items())
        if (!out.contains(name)) out[name] = value;
    Json memory{{"namespace", p.space},
                {"key", store.db().value<std::string>("SELECT key FROM document WHERE id = ?1", p.document).value_or("")},
                {"ordinal", p.ordinal},
                {"begin", p.begin},
                {"end", p.end},
                {"line", p.line}};
    if (!p.parent.empty()) memory["parent"] = p.parent;
    if (p.until) memory["until"] = show_time(*p.until * 1000);
    if (p.pinned) memory["pinned"] = true;
    out["memory"] = std::move(memory);
    return dump(out);
}

void import_passage(MemStore& store, const Record& r, const std::optional<std::string>& space) {
    const Json memory = r.get("memory");
    if (!memory.is_object()) throw Error(Fault::data, "the record has no member memory; import takes what export wrote, add takes any texts");
    IntakeDefaults d;
    d.now = store.now();
    const Intake in = intake_of_record(d, r);
    const auto number = [&](std::string_view name) -> std::int64_t {
        const Json& m = member(memory, name);
        if (!m.is_number_integer() || m.get<std::int64_t>() < 0) throw Error(Fault::data, "memory.{} is {}; import takes what export wrote", name, dump(m));
        return m.get<std::int64_t>();
    };
    Passage p;
    p.space = space ? *space : text_of(memory, "namespace", default_space);
    const std::string key = text_of(memory, "key");
    if (key.empty()) throw Error(Fault::data, "memory.key is missing; import takes what export wrote");
    p.ordinal = number("ordinal");
    p.begin = static_cast<std::size_t>(number("begin"));
    p.end = static_cast<std::size_t>(number("end"));
    p.line = static_cast<std::size_t>(number("line"));
    p.parent = text_of(memory, "parent");
    p.source = in.source;
    p.ref = in.ref;
    p.text = in.text;
    p.tags = in.tags;
    p.time = in.time;
    if (const Json& until = member(memory, "until"); !until.is_null()) p.until = read_time(until, d.now);
    p.pinned = member(memory, "pinned") == true;
    p.extra = in.extra;
    p.document = store.document(p.space, key, p.source);
    for (const Passage& there : store.neighbours(p.document, p.ordinal, p.ordinal)) p.id = there.id;
    store.write(p);
}

}  // namespace llm
