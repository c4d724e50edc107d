#include "mem/tool_schemas.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace llm {
namespace {

Json text(std::string_view about) { return {{"type", "string"}, {"description", about}}; }

Json label_of(const std::vector<Block>& blocks) {
    Json one = text("Which block.");
    for (const Block& b : blocks)
        if (!b.read_only) one["enum"].push_back(b.label);
    return one;
}

Json page() { return {{"type", "integer"}, {"description", "Page of the results, from 1. Without it the first."}}; }

Json function(std::string_view name, std::string_view about, Json properties, std::vector<std::string> required) {
    properties["request_heartbeat"] = {{"type", "boolean"},
                                       {"description", "True where you want to go on by yourself after this call, before you answer the user. After a search and after an error you go on in any case."}};
    return {{"type", "function"},
            {"function",
             {{"name", name},
              {"description", about},
              {"parameters", {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}, {"additionalProperties", false}}}}}};
}

}  // namespace

Json memory_tools(const std::vector<Block>& blocks) {
    const Json label = label_of(blocks);
    Json out = Json::array();
    out.push_back(function("core_memory_append", "Add text to one of your core memory blocks, which always stand in your sight. For what you must not forget.",
                           {{"label", label}, {"content", text("What to add. It becomes a line of its own.")}}, {"label", "content"}));
    out.push_back(function("core_memory_replace", "Change or remove text in one of your core memory blocks.",
                           {{"label", label}, {"old_content", text("The text as it stands there, exactly, once.")}, {"new_content", text("What takes its place; empty to remove it.")}},
                           {"label", "old_content", "new_content"}));
    out.push_back(function("archival_memory_insert", "Store a fact for later. It leaves your sight and is found again by archival_memory_search, so write it to be understood alone.",
                           {{"content", text("One fact in one or two sentences, with names and dates.")},
                            {"tags", {{"type", "array"}, {"items", {{"type", "string"}}}, {"description", "Words to sort it under; may be left out."}}}},
                           {"content"}));
    out.push_back(function("archival_memory_replace", "Store a newer fact in the place of one that no longer holds. The old one is kept as history and not found any more.",
                           {{"id", {{"type", "integer"}, {"description", "The number of the old one, as archival_memory_search gave it."}}}, {"content", text("The fact as it is now.")}}, {"id", "content"}));
    out.push_back(function("archival_memory_search", "Look in what was stored, by meaning and words.",
                           {{"query", text("What to look for.")},
                            {"tags", {{"type", "array"}, {"items", {{"type", "string"}}}, {"description", "Only what has one of these tags."}}},
                            {"page", page()}},
                           {"query"}));
    out.push_back(function("conversation_search", "Look in what was said before, in this and earlier conversations, also in turns you no longer see.",
                           {{"query", text("Words to look for.")},
                            {"since", text("Only what was said from this day on, 2026-11-23.")},
                            {"until", text("Only what was said before this day.")},
                            {"page", page()}},
                           {"query"}));
    return out;
}

const std::vector<std::string_view>& memory_tool_names() {
    static const std::vector<std::string_view> names{"core_memory_append",     "core_memory_replace", "archival_memory_insert", "archival_memory_replace",
                                                     "archival_memory_search", "conversation_search"};
    return names;
}

bool is_memory_tool(std::string_view name) { return std::ranges::find(memory_tool_names(), name) != memory_tool_names().end(); }

}  // namespace llm
