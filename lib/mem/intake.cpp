#include "mem/intake.hpp"

#include "base/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <span>

namespace llm {
namespace {

using TextHash = std::vector<std::byte>;

TextHash origin_of(std::string_view text) {
    const Sha256Sum sum = sha256(text);
    const auto bytes = std::as_bytes(std::span(sum)).first(16);
    return {bytes.begin(), bytes.end()};
}

/// Of everything that decides what is stored.
TextHash hash_of(const Intake& in) {
    std::string all = spelling(in.chunking);
    for (const std::string& tag : in.tags) all += '\0' + tag;
    all += fmt::format("\n{}\n{}\n{}\n{}\n", in.ref, in.ref.empty() ? 0 : in.time, in.extra, in.source);
    return origin_of(all + in.text);
}

struct Piece {
    TextChunk chunk;
    std::size_t line;
    TextHash origin;
};

/// A turn is an event, so two that read the same are two; any other text is kept once.
std::vector<Piece> pieces_of(const Intake& in) {
    std::vector<Piece> out;
    std::set<TextHash> seen;
    std::size_t line = 1, counted = 0;
    for (TextChunk& c : chunk(in.text, in.chunking)) {
        if (c.span.begin >= counted) {
            line += static_cast<std::size_t>(std::count(in.text.begin() + static_cast<std::ptrdiff_t>(counted), in.text.begin() + static_cast<std::ptrdiff_t>(c.span.begin), '\n'));
            counted = c.span.begin;
        }
        const std::size_t back = c.span.begin < counted ? static_cast<std::size_t>(std::count(in.text.begin() + static_cast<std::ptrdiff_t>(c.span.begin),
                                                                                             in.text.begin() + static_cast<std::ptrdiff_t>(counted), '\n'))
                                                        : 0;
        TextHash origin = origin_of(c.span.of(in.text));
        if (in.chunking.how != Chunking::turn && !seen.insert(origin).second) continue;
        out.push_back({std::move(c), line - back, std::move(origin)});
    }
    return out;
}

}  // namespace

Taken take_in(MemStore& store, const Intake& in) {
    store.writing();
    Taken taken;
    const bool by_content = in.key.empty();
    const std::string key = by_content ? "=" + sha256_hex(in.text).substr(0, 32) : in.key;
    Database& db = store.db();
    const std::int64_t space = store.space_to_write(in.space);
    const TextHash hash = hash_of(in);

    std::multimap<TextHash, Passage> known;
    if (const auto id = db.value<std::int64_t>("SELECT id FROM document WHERE space = ?1 AND key = ?2", space, key)) {
        taken.document = *id;
        const std::vector<Passage> there = store.neighbours(*id, 0, std::numeric_limits<std::int64_t>::max());
        const bool unchanged = db.value<TextHash>("SELECT hash FROM document WHERE id = ?1", *id) == hash;
        if (!there.empty() && (by_content || unchanged)) {
            for (const Passage& p : there) taken.ids.push_back(p.id);
            taken.kept = there.size();
            return taken;
        }
        for (const Passage& p : there) {
            TextHash origin = db.value<TextHash>("SELECT origin FROM version WHERE id = ?1", p.version).value_or(TextHash{});
            known.emplace(std::move(origin), p);
        }
    }
    taken.document = store.document(in.space, key, in.source);

    std::int64_t ordinal = 0;
    for (const Piece& piece : pieces_of(in)) {
        Passage p;
        const auto it = known.find(piece.origin);
        const bool kept = it != known.end();
        if (kept) {
            p = std::move(it->second);
            known.erase(it);
            if (!in.ref.empty() && in.time != 0) p.time = in.time;
        } else {
            p.space = in.space;
            p.document = taken.document;
            p.text = piece.chunk.span.of(in.text);
            p.time = in.time;
        }
        p.source = in.source;
        p.ordinal = ordinal++;
        p.begin = piece.chunk.span.begin;
        p.end = piece.chunk.span.end;
        p.line = piece.line;
        p.parent = piece.chunk.parent;
        p.ref = in.ref;
        p.extra = in.extra;
        p.tags.insert(p.tags.end(), in.tags.begin(), in.tags.end());
        taken.ids.push_back(store.write(p));
        ++(kept ? taken.kept : taken.added);
    }
    for (const auto& [origin, gone] : known) {
        store.erase(gone.id);
        ++taken.removed;
    }
    db.run("UPDATE document SET hash = ?2 WHERE id = ?1", taken.document, hash);
    return taken;
}

}  // namespace llm
