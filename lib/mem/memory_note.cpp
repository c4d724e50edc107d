#include "mem/memory_note.hpp"

#include "base/utf8.hpp"

#include <charconv>
#include <fmt/format.h>

namespace llm {
namespace {

constexpr std::string_view opening = "<memory", closing = "</memory>";

/// Text that cannot end an element it stands in.
std::string inside(std::string_view text) {
    std::string out{text};
    for (const std::string_view name : {"memory", "core", "block", "summary", "note"}) {
        const std::string end = fmt::format("</{}", name);
        for (std::size_t at = 0; (at = out.find(end, at)) != std::string::npos; at += 2) out.insert(at + 1, " ");
    }
    return out;
}

std::string attribute(std::string_view text) {
    std::string out{text};
    std::erase_if(out, [](char c) { return c == '"' || c == '<' || c == '>' || c == '\n' || c == '\r'; });
    return out;
}

std::string attribute_in(std::string_view tag, std::string_view name) {
    const std::string key = fmt::format(" {}=\"", name);
    const std::size_t at = tag.find(key);
    if (at == std::string_view::npos) return {};
    const std::size_t from = at + key.size();
    return std::string{tag.substr(from, tag.find('"', from) - from)};
}

std::string element_in(std::string_view text, std::string_view name) {
    const std::string begin = fmt::format("<{}>\n", name), end = fmt::format("\n</{}>", name);
    const std::size_t at = text.rfind(begin);
    if (at == std::string_view::npos) return {};
    const std::size_t from = at + begin.size(), to = text.find(end, from);
    return to == std::string_view::npos ? std::string{} : std::string{text.substr(from, to - from)};
}

std::string text_of_block(const Block& b) {
    return fmt::format("<block label=\"{}\" characters=\"{}\" limit=\"{}\"{}{}>\n{}\n</block>\n", attribute(b.label), count_code_points(b.value), b.bound,
                       b.about.empty() ? "" : " about=\"" + attribute(b.about) + "\"", b.read_only ? " read_only=\"true\"" : "", inside(b.value));
}

}  // namespace

std::string text_of(const MemoryNote& n) {
    if (n.empty()) return {};
    std::string out{opening};
    if (!n.conversation.empty()) out += fmt::format(" conversation=\"{}\"", attribute(n.conversation));
    if (n.through != 0) out += fmt::format(" through=\"{}\"", n.through);
    out += ">\n";
    if (!n.blocks.empty()) {
        out += "<core>\n";
        for (const Block& b : n.blocks) out += text_of_block(b);
        out += "</core>\n";
    }
    if (!n.summary.empty()) out += fmt::format("<summary>\n{}\n</summary>\n", inside(n.summary));
    if (!n.warning.empty()) out += fmt::format("<note>\n{}\n</note>\n", inside(n.warning));
    return out + std::string{closing};
}

Stripped strip_memory(std::string_view system) {
    Stripped s;
    std::size_t at = system.rfind("\n<memory");
    if (at != std::string_view::npos) ++at;
    else if (system.starts_with(opening)) at = 0;
    const std::string_view trimmed = system.substr(0, system.find_last_not_of(" \t\r\n") + 1);
    const bool ours = at != std::string_view::npos && trimmed.ends_with(closing) && at + opening.size() < system.size() &&
                      (system[at + opening.size()] == ' ' || system[at + opening.size()] == '>');
    if (!ours) {
        s.text = system;
        return s;
    }
    const std::string_view element = system.substr(at);
    const std::string_view tag = element.substr(0, element.find('>'));
    s.found = true;
    s.conversation = attribute_in(tag, "conversation");
    const std::string through = attribute_in(tag, "through");
    std::from_chars(through.data(), through.data() + through.size(), s.through);
    s.summary = element_in(element, "summary");
    s.warning = element_in(element, "note");
    s.text = system.substr(0, at);
    if (s.text.ends_with("\n\n")) s.text.resize(s.text.size() - 2);
    return s;
}

std::string with_memory(std::string_view system, const MemoryNote& note) {
    const std::string element = text_of(note);
    if (element.empty()) return std::string{system};
    if (system.empty()) return element;
    return fmt::format("{}\n\n{}", system, element);
}

std::string pressure_note(int percent, bool can_write) {
    return fmt::format("This conversation fills {} % of its room. {}", percent,
                       can_write ? "Its oldest turns will soon be replaced by a summary: save what must not be lost with core_memory_append, core_memory_replace or archival_memory_insert now. "
                                   "conversation_search finds every turn later on too."
                                 : "Its oldest turns will soon be replaced by a summary.");
}

}  // namespace llm
