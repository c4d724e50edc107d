/// Taking texts in: cut into passages, compared with what is there, stored.
#pragma once

#include "mem/store.hpp"
#include "text/chunk.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// One text to take in.
struct Intake {
    std::string space{default_space};
    std::string key;     ///< which document it is; empty: told by its content
    std::string source;  ///< shown with each passage
    std::string ref;     ///< the record's id as JSON text, or empty
    std::string text;
    std::int64_t time = 0;  ///< of the fact; 0: now
    std::vector<std::string> tags;
    std::string extra;      ///< JSON object, or empty
    ChunkPolicy chunking{Chunking::whole};
};

struct Taken {
    std::int64_t document = 0;
    std::size_t added = 0, kept = 0, removed = 0;
    std::vector<std::int64_t> ids;  ///< of all its passages now, in order
};

/// Within a change begun by the caller. A document that is there already keeps the passages whose text is still in it (with what people
/// made of them since), gets the new ones and loses those that went.
Taken take_in(MemStore&, const Intake&);

}  // namespace llm
