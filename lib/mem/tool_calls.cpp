#include "mem/tool_calls.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "log/when.hpp"
#include "mem/intake.hpp"
#include "mem/tool_schemas.hpp"

#include <algorithm>

namespace llm {
namespace {

constexpr std::size_t a_page = 5;
constexpr std::size_t longest_turn = 1'000;  // bytes of a turn that is found

const std::string& words_at(const Json& arguments, std::string_view key) {
    const Json& value = member(arguments, key);
    if (!value.is_string()) throw Error(Fault::data, "'{}' must be given, as text", key);
    return value.get_ref<const std::string&>();
}

const std::string& filled_at(const Json& arguments, std::string_view key) {
    const std::string& text = words_at(arguments, key);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) throw Error(Fault::data, "'{}' is empty", key);
    return text;
}

std::vector<std::string> tags_at(const Json& arguments) {
    const Json& tags = member(arguments, "tags");
    if (tags.is_null()) return {};
    if (!tags.is_array()) throw Error(Fault::data, "'tags' must be a list of texts");
    std::vector<std::string> out;
    for (const Json& t : tags) {
        if (!t.is_string()) throw Error(Fault::data, "'tags' must be a list of texts");
        out.push_back(t.get<std::string>());
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::size_t page_at(const Json& arguments) {
    const Json& page = member(arguments, "page");
    if (page.is_null()) return 1;
    if (!page.is_number_integer() || page.get<std::int64_t>() < 1 || page.get<std::int64_t>() > 1'000) throw Error(Fault::data, "'page' must be a whole number from 1");
    return page.get<std::size_t>();
}

std::optional<std::int64_t> day_at(const Json& arguments, std::string_view key, std::int64_t now) {
    const Json& day = member(arguments, key);
    if (day.is_null() || day == "") return {};
    return parse_when(words_at(arguments, key), now * 1000) / 1000;
}

Json ok(std::string message) { return {{"status", "ok"}, {"message", std::move(message)}}; }

Json page_of(Json found, std::size_t page) {
    const bool more = found.size() > a_page;
    if (more) found.erase(found.size() - 1);
    Json out{{"status", "ok"}, {"page", page}, {"results", std::move(found)}};
    if (more) out["more"] = true;
    if (out["results"].empty()) out["message"] = page == 1 ? "nothing found" : "no more results";
    return out;
}

Json fields_of(const Json& call, MemoryCall& out) {
    const Json& function = member(call, "function");
    const Json& from = function.is_object() ? function : call;
    out.name = text_of(from, "name");
    return member(from, "arguments");
}

}  // namespace

std::vector<MemoryCall> tool_calls_in(const Json& calls) {
    std::vector<MemoryCall> out;
    if (!calls.is_array()) return out;
    for (const Json& call : calls) {
        MemoryCall c;
        c.arguments = fields_of(call, c);
        c.id = text_of(call, "id");
        if (c.id.empty()) c.id = fmt::format("call_{}", out.size() + 1);
        if (c.arguments.is_string()) {
            const std::string text = c.arguments.get<std::string>();
            c.arguments = text.find_first_not_of(" \t\r\n") == std::string::npos ? Json::object() : read_json(text);
        }
        if (c.arguments.is_null()) c.arguments = Json::object();
        if (c.name.empty()) c.problem = "the call names no function";
        else if (c.arguments.is_discarded() || !c.arguments.is_object()) c.problem = "the arguments are no JSON object; call again with {\"name\": value, …}";
        if (!c.problem.empty()) c.arguments = Json::object();
        out.push_back(std::move(c));
    }
    return out;
}

Json turn_calls(const std::vector<MemoryCall>& calls) {
    Json out = Json::array();
    for (const MemoryCall& c : calls)
        out.push_back({{"id", c.id}, {"type", "function"}, {"function", {{"name", c.name.empty() ? "unknown" : c.name}, {"arguments", dump(c.arguments)}}}});
    return out;
}

MemoryTools::MemoryTools(MemStore& store, Vectors& vectors, std::string space) : store_(store), vectors_(vectors), turns_(store), space_(std::move(space)) {}

ToolResult MemoryTools::run(const MemoryCall& call) {
    ToolResult result;
    const Json& heartbeat = member(call.arguments, "request_heartbeat");
    result.goes_on = heartbeat == true || call.name.ends_with("_search");
    try {
        if (!call.problem.empty()) throw Error(Fault::data, "{}", call.problem);
        result.content = carry_out(call);
    } catch (const Error& e) {
        if (e.fault != Fault::data && e.fault != Fault::usage) throw;
        result.content = {{"status", "failed"}, {"message", e.what()}};
        result.goes_on = true;
    }
    return result;
}

Json MemoryTools::carry_out(const MemoryCall& call) {
    const Json& a = call.arguments;
    const auto of_block = [](const Block& b) { return ok(fmt::format("the block '{}' has {} of {} characters", b.label, count_code_points(b.value), b.bound)); };
    if (call.name == "core_memory_append") return of_block(append_to_block(store_, space_, words_at(a, "label"), filled_at(a, "content"), Editor::model));
    if (call.name == "core_memory_replace")
        return of_block(replace_in_block(store_, space_, words_at(a, "label"), filled_at(a, "old_content"), words_at(a, "new_content"), Editor::model));
    if (call.name == "archival_memory_insert") return insert(a);
    if (call.name == "archival_memory_replace") return replace(a);
    if (call.name == "archival_memory_search") return search_archive(a);
    if (call.name == "conversation_search") return search_turns(a);
    const std::string near = nearest(call.name, memory_tool_names());
    throw Error(Fault::data, "there is no function '{}'{}", truncate_utf8(call.name, 80), near.empty() ? "" : "; did you mean " + near + "?");
}

Json MemoryTools::insert(const Json& a) {
    Intake in;
    in.space = space_;
    in.source = "model";
    in.text = filled_at(a, "content");
    in.tags = tags_at(a);
    const Taken taken = take_in(store_, in);
    return {{"status", "ok"}, {"id", taken.ids.empty() ? Json() : Json(taken.ids.front())}, {"message", taken.added > 0 ? "stored" : "that was stored before"}};
}

Json MemoryTools::replace(const Json& a) {
    const Json& id = member(a, "id");
    if (!id.is_number_integer()) throw Error(Fault::data, "'id' must be a number that archival_memory_search gave");
    const auto old = store_.find(id.get<std::int64_t>());
    if (!old || old->space != space_) throw Error(Fault::data, "nothing is stored under {}; archival_memory_search gives the numbers", id.get<std::int64_t>());
    if (old->until) throw Error(Fault::data, "{} was replaced before; archival_memory_search gives what holds now", old->id);
    Intake in;
    in.space = space_;
    in.source = "model";
    in.text = filled_at(a, "content");
    in.tags = old->tags;
    in.extra = dump(Json{{"supersedes", old->id}});
    const Taken taken = take_in(store_, in);
    if (taken.ids.size() == 1 && taken.ids.front() == old->id) return ok("that is what was stored");
    store_.supersede(old->id);
    return {{"status", "ok"}, {"id", taken.ids.empty() ? Json() : Json(taken.ids.front())}, {"message", fmt::format("stored; {} is history now", old->id)}};
}

Json MemoryTools::search_archive(const Json& a) {
    SearchFor asked;
    asked.words = filled_at(a, "query");
    asked.where.space = space_;
    asked.where.tags = tags_at(a);
    const std::size_t page = page_at(a);
    asked.k = page * a_page + 1;
    Json found = Json::array();
    std::size_t n = 0;
    for (const Found& f : search(store_, vectors_, asked)) {
        if (n++ < (page - 1) * a_page) continue;
        Json one{{"id", f.passage.id}, {"text", f.passage.text}};
        if (!f.passage.source.empty()) one["source"] = f.passage.source;
        if (f.passage.time != 0) one["time"] = show_time(f.passage.time * 1000).substr(0, 10);
        found.push_back(std::move(one));
    }
    return page_of(std::move(found), page);
}

Json MemoryTools::search_turns(const Json& a) {
    TurnQuery q;
    q.words = filled_at(a, "query");
    q.space = space_;
    q.since = day_at(a, "since", store_.now());
    q.until = day_at(a, "until", store_.now());
    const std::size_t page = page_at(a);
    q.skip = (page - 1) * a_page;
    q.limit = a_page + 1;
    Json found = Json::array();
    for (const Turn& t : turns_.search(q))
        found.push_back({{"role", t.role}, {"text", truncate_utf8(t.text, longest_turn)}, {"time", show_time(t.time * 1000).substr(0, 10)}});
    return page_of(std::move(found), page);
}

}  // namespace llm
