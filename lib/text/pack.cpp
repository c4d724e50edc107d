#include "text/pack.hpp"

#include "base/utf8.hpp"
#include "text/lines.hpp"
#include "text/tokens.hpp"

#include <algorithm>

namespace llm {
namespace {

/// Pieces of at most `tokens` (or one code point where even that costs more), trimmed.
void split_long(std::string_view text, Span s, std::size_t tokens, std::vector<Unit>& out) {
    while (s.begin < s.end) {
        const std::string_view rest = s.of(text);
        std::size_t size = within_tokens(rest, tokens).size();
        if (size == 0) size = std::max(std::size_t{1}, decode_utf8(rest, 0).size);
        const Span piece = trim(text, {s.begin, s.begin + size});
        if (piece.size() != 0) out.push_back({piece, Splitting::forbidden});
        s.begin += size;
    }
}

bool paragraph_between(std::string_view text, Span before, Span after) {
    if (after.begin <= before.end) return false;
    const std::string_view gap = text.substr(before.end, after.begin - before.end);
    return std::ranges::count(gap, '\n') >= 2;
}

}  // namespace

std::vector<Span> pack(std::string_view text, const std::vector<Unit>& given, std::size_t tokens,
                       std::size_t overlap) {
    std::vector<Unit> units;
    for (const Unit& u : given) {
        if (u.if_too_long == Splitting::allowed && estimate_tokens(u.span.of(text)) > tokens)
            split_long(text, u.span, tokens, units);
        else
            units.push_back(u);
    }
    std::vector<std::size_t> cost;
    for (const Unit& u : units) cost.push_back(estimate_tokens(u.span.of(text)));

    // Cost of the paragraph's rest from each unit on, so that we know whether it still fits.
    std::vector<std::size_t> rest(units.size());
    for (std::size_t i = units.size(); i-- > 0;) {
        const bool last = i + 1 == units.size() || paragraph_between(text, units[i].span, units[i + 1].span);
        rest[i] = cost[i] + (last ? 0 : rest[i + 1]);
    }

    std::vector<Span> passages;
    for (std::size_t first = 0, next = 0; next < units.size();) {
        std::size_t spent = 0;
        for (std::size_t i = first; i < next; ++i) spent += cost[i];
        const std::size_t fresh = next;
        while (next < units.size()) {
            if (next > fresh && spent + cost[next] > tokens) break;
            const bool border =
                next > fresh && paragraph_between(text, units[next - 1].span, units[next].span);
            if (border && 2 * spent >= tokens && spent + rest[next] > tokens) break;
            spent += cost[next++];
        }
        passages.push_back({units[first].span.begin, units[next - 1].span.end});
        first = next;
        std::size_t repeated = 0;
        while (next < units.size() && first > fresh && next - first < overlap) {
            repeated += cost[first - 1];
            if (2 * repeated >= tokens || repeated + cost[next] > tokens) break;
            --first;
        }
    }
    return passages;
}

}  // namespace llm
