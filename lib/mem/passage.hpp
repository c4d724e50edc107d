/// What is remembered, as plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

inline constexpr std::string_view default_space = "default";

/// One passage as it is now, or was in one version. Times are milliseconds since 1970.
struct Passage {
    std::int64_t id = 0;       ///< for ever its own; 0: not stored yet
    std::int64_t version = 0;  ///< of the store's journal
    std::string space{default_space};
    std::int64_t document = 0;
    std::string source;        ///< what it was added under: a path, an address, whatever the record said
    std::int64_t ordinal = 0;  ///< place among the document's passages
    std::size_t begin = 0, end = 0;  ///< bytes of the document
    std::size_t line = 0;      ///< line of the document it begins in, from 1; 0 where unknown
    std::string parent;        ///< headings, definition or speaker above it, or empty
    std::string ref;           ///< the record's own id as JSON text ("\"D1:3\"", "17"), or empty
    std::string text;
    std::int64_t time = 0;     ///< of the fact
    std::optional<std::int64_t> until;  ///< the fact held until then (it was superseded)
    std::vector<std::string> tags;      ///< sorted, no two the same
    bool pinned = false;
    std::string extra;         ///< JSON object of what else the record said, or empty
};

/// One act of one author.
struct Change {
    std::int64_t id = 0;
    std::int64_t time = 0;
    std::string who, verb, why;
    std::int64_t undoes = 0;  ///< the change it takes back, or 0
    std::int64_t size = 0;    ///< passages and core blocks it touched
};

/// A passage as a change left it.
struct PassageVersion {
    Passage passage;
    Change change;
    bool alive = true;
};

/// A core block (MemGPT, arXiv 2310.08560): text that always stands in the model's sight.
struct Block {
    std::string label, value, about;
    std::int64_t bound = 2'000;  ///< most code points of the value
    bool read_only = false;      ///< for the model
};

}  // namespace llm
