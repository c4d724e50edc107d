#include "verbs.hpp"

#include "base/error.hpp"
#include "cli/terminal.hpp"
#include "mem/core_blocks.hpp"
#include "mem/tool_schemas.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <unistd.h>

namespace llm {
namespace {

struct ToolsFlags {
    StoreFlags store;
    LoopFlags loop;
    TalkFlags talk;
    std::vector<std::string> only;
    bool print = false;
};

Json chosen_tools(const ToolsFlags& f, MemSession& s) {
    Json all = memory_tools(core_blocks(s.store, s.space()));
    if (f.only.empty()) return all;
    for (const std::string& name : f.only)
        if (!is_memory_tool(name)) {
            const std::string near = nearest(name, memory_tool_names());
            throw Error(Fault::usage, "there is no function '{}'{}; there are: {}", name, near.empty() ? "" : "; did you mean " + near + "?", fmt::join(memory_tool_names(), ", "));
        }
    Json out = Json::array();
    for (const Json& one : all)
        if (std::ranges::find(f.only, text_of(member(one, "function"), "name")) != f.only.end()) out.push_back(one);
    return out;
}

/// The record's own functions stay; ours of an earlier step are made anew, for blocks may have come since.
void add_tools(Record& record, const Json& tools) {
    Json all = record.get("tools");
    if (all.is_null()) all = Json::array();
    if (!all.is_array()) throw Error(Fault::data, "tools must be a list of functions");
    Json kept = Json::array();
    for (const Json& one : all)
        if (!is_memory_tool(text_of(member(one, "function"), "name"))) kept.push_back(one);
    for (const Json& one : tools) kept.push_back(one);
    if (kept != all) record.set("tools", kept);
}

int tools(const Tool& tool, const ToolsFlags& f) {
    MemSession s{tool, f.store, Access::write};
    const Json functions = chosen_tools(f, s);
    if (f.print || ::isatty(0) == 1) {
        put((f.loop.json ? dump(functions) : functions.dump(2)) + "\n");
        return 0;
    }
    Filter filter{s.loop, filter_options(tool, f.loop)};
    return filter.run([&](Record& r) { add_tools(r, functions); });
}

}  // namespace

void declare_tools(Tool& tool) {
    ToolsFlags& f = flags_of_verb<ToolsFlags>();
    auto& verb = tool.verb("tools", "give each record the functions by which a model keeps its memory", [&] { return tools(tool, f); });
    auto& functions = verb.group("Functions");
    functions.flag("--print", f.print, "Print the list itself, in the OpenAI shape, and read no records. On a terminal it is what happens.").since("0.1");
    functions.option("--only", f.only, "NAME", "Only this function. May be given several times.").since("0.1");
    store_options(verb, f.store);
    loop_options(verb, f.loop);
    talk_options(verb, f.talk);
}

}  // namespace llm
