/// Entries as records, to be carried elsewhere and back: `llm-cache export` and `import`.
///
///     {"prompt", "model", "cache": {"hit": null, "key", "namespace", "created", "expires", "sample", "fingerprint", "vectors", "tags"}, "response"}
///
/// `prompt` is the text that is compared, the response stands byte for byte, times are milliseconds since 1970, `vectors` names the embedders
/// that have one of it. What is 0 or absent is left out. Exported, imported into an empty cache and exported again, the lines are the same.
#pragma once

#include "base/task.hpp"
#include "cache/manage.hpp"
#include "cache/put.hpp"
#include "record/record.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace llm {

/// Nothing where the answer is damaged.
std::optional<std::string> exported_line(CacheStore&, const EntryInfo&);

class Importer {
public:
    /// All are borrowed. `space`: into it goes what is no exported line; those go where they came from, and are refused where that is another.
    Importer(CacheStore&, Putter&, Semantic&, std::optional<std::string> space);

    /// Stores an exported line under its key, unless what is there may still be given and is as new; any other record as put does. Throws
    /// Error{data} for what put would not store.
    Task<void> step(Record&);
    /// Of how many entries the vectors were not made, because another embedder had made them; which, last.
    std::size_t without_vector() const noexcept { return without_vector_; }
    const std::string& their_embedder() const noexcept { return embedder_; }

private:
    CacheStore& store_;
    Putter& putter_;
    Semantic& semantic_;
    std::optional<std::string> space_;
    std::size_t without_vector_ = 0;
    std::string embedder_;
};

}  // namespace llm
