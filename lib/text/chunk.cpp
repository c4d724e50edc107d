#include "text/chunk.hpp"

#include "base/error.hpp"
#include "text/definitions.hpp"
#include "text/lines.hpp"
#include "text/markdown.hpp"
#include "text/pack.hpp"
#include "text/sentences.hpp"
#include "text/tokens.hpp"

#include <algorithm>

namespace llm {
namespace {

std::vector<TextChunk> without_parents(const std::vector<Span>& spans) {
    std::vector<TextChunk> chunks;
    for (const Span& s : spans) chunks.push_back({s, {}});
    return chunks;
}

/// The sentences of text[range], fenced code as one unit each.
std::vector<Unit> units_of(std::string_view text, Span range, Splitting of_fences) {
    std::vector<Unit> units;
    const auto prose = [&](std::size_t begin, std::size_t end) {
        for (const Span& s : split_sentences(text.substr(begin, end - begin)))
            units.push_back({{begin + s.begin, begin + s.end}, Splitting::allowed});
    };
    const std::string_view inside = range.of(text);
    std::size_t at = range.begin;
    for (const Span& f : fences(inside)) {
        prose(at, range.begin + f.begin);
        units.push_back({trim(text, {range.begin + f.begin, range.begin + f.end}), of_fences});
        at = range.begin + f.end;
    }
    prose(at, range.end);
    return units;
}

/// The speaker of a line such as "Ada Lovelace: good morning", or empty.
std::string_view speaker_of(std::string_view line) {
    constexpr std::size_t longest_name = 40;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > longest_name) return {};
    if (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\r') return {};
    const std::string_view name = line.substr(0, colon);
    const bool name_like = name.find_first_of(".,;!?\"{}=/\\<>|`") == std::string_view::npos &&
                           ascii_space.find(name.front()) == std::string_view::npos &&
                           std::ranges::count(name, ' ') <= 3 &&
                           !(name.front() >= '0' && name.front() <= '9');
    return name_like ? name : std::string_view{};
}

std::vector<TextChunk> turns(std::string_view text) {
    std::vector<TextChunk> chunks;
    for (const Span& l : split_lines(text)) {
        const std::string_view speaker = speaker_of(l.of(text));
        if (!speaker.empty() || chunks.empty()) chunks.push_back({l, std::string(speaker)});
        chunks.back().span.end = l.end;
    }
    for (TextChunk& c : chunks) c.span = trim(text, c.span);
    std::erase_if(chunks, [](const TextChunk& c) { return c.span.size() == 0; });
    return chunks;
}

std::string joined(const std::vector<std::string>& path) {
    std::string out;
    for (const std::string& title : path) out.append(out.empty() ? "" : " > ").append(title);
    return out;
}

std::vector<TextChunk> headings(std::string_view text, std::size_t tokens) {
    std::vector<TextChunk> chunks;
    const std::vector<Section> all = sections(text);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Section& s = all[i];
        const bool has_text = !is_blank(s.body.of(text));
        const bool has_children = i + 1 < all.size() && all[i + 1].level > s.level;
        const Span span = trim(text, s.span);
        if (span.size() == 0 || (!has_text && has_children)) continue;
        const std::string parent = joined(s.path);
        if (estimate_tokens(span.of(text)) <= tokens) {
            chunks.push_back({span, parent});
            continue;
        }
        for (const Span& p : pack(text, units_of(text, span, Splitting::forbidden), tokens, 0))
            chunks.push_back({p, parent});
    }
    return chunks;
}

std::vector<Unit> lines_of(std::string_view text, Span range) {
    std::vector<Unit> units;
    for (const Span& l : split_lines(range.of(text))) {
        const Span s = trim(text, {range.begin + l.begin, range.begin + l.end});
        if (s.size() != 0) units.push_back({s, Splitting::allowed});
    }
    return units;
}

std::vector<TextChunk> code(std::string_view text, std::size_t tokens) {
    std::vector<TextChunk> chunks;
    for (Definition& d : definitions(text)) {
        if (estimate_tokens(d.span.of(text)) <= tokens) {
            chunks.push_back({d.span, std::move(d.head)});
            continue;
        }
        for (const Span& p : pack(text, lines_of(text, d.span), tokens, 0)) chunks.push_back({p, d.head});
    }
    return chunks;
}

}  // namespace

std::vector<TextChunk> chunk(std::string_view text, const ChunkPolicy& policy) {
    switch (policy.how) {
        case Chunking::turn: return turns(text);
        case Chunking::sentence: return without_parents(split_sentences(text));
        case Chunking::heading: return headings(text, policy.tokens);
        case Chunking::code: return code(text, policy.tokens);
        case Chunking::paragraph:
            return without_parents(pack(text, units_of(text, {0, text.size()}, Splitting::allowed),
                                        policy.tokens, policy.overlap));
        case Chunking::whole: break;
    }
    const Span all = trim(text, {0, text.size()});
    return all.size() == 0 ? std::vector<TextChunk>{} : without_parents({all});
}

}  // namespace llm
