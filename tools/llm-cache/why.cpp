#include "listing.hpp"
#include "run.hpp"
#include "session.hpp"

#include "cache/near.hpp"
#include "cache/semantic.hpp"
#include "call/embedding.hpp"
#include "cli/table.hpp"

namespace llm {

int why(const Tool& tool, const CacheFlags& f) {
    CacheSession s{tool, f, Access::read, Fallback::empty};
    Embedding embedding{s.settings.text("cache.embedder").value_or("builtin"), s.loop, s.settings, s.environment, embedding_options(tool, f)};
    NearOptions o;
    o.space = f.space;
    o.threshold = f.semantic.value_or(default_threshold);
    if (f.limit > 0) o.limit = static_cast<std::size_t>(f.limit);
    const std::vector<Vector> vectors = embedding.embed_now(texts_to_embed(embedding, {f.text}));
    Table table{{{"score", "SCORE", Align::right, false},
                 {"verdict", "VERDICT", Align::left, true},
                 {"key", "KEY", Align::left, false},
                 {"namespace", "NAMESPACE", Align::left, true},
                 {"fingerprint", "ALL ELSE", Align::left, false},
                 {"question", "QUESTION", Align::left, true}}};
    for (const NearEntry& e : near_entries(s.store, embedding.id(), f.text, vectors.at(0), o)) {
        Json row{{"score", e.score}, {"verdict", e.verdict}, {"key", e.key}, {"namespace", e.space}, {"fingerprint", e.fingerprint}, {"question", e.question}};
        if (!f.json) {
            row["score"] = fmt::format("{:.4f}", e.score);
            row["key"] = e.key.substr(0, 12);
            row["fingerprint"] = e.fingerprint.substr(0, 8);
            row["question"] = one_line(e.question);
        }
        table.add(std::move(row));
    }
    put(table, f.json ? Listing::json : Listing::table);
    return table.size() > 0 ? 0 : 1;
}

}  // namespace llm
