/// The part of a set that no snapshot has: chunks read from SQLite and kept, so that a stream of searches
/// reads each of them once.
#pragma once

#include "index/exact.hpp"
#include "index/table.hpp"

namespace llm {

class Tail {
public:
    /// Brings the chunks up to date: those with places above `after`.
    void refresh(VectorTable& table, const SetRow& set, std::int64_t after);
    /// Forgets everything; the next refresh reads anew.
    void forget() noexcept { *this = Tail(); }

    void scan(const CodeShape& shape, const Query& query,
              const std::function<bool(std::int64_t)>& allow, Top& top) const;

private:
    struct Loaded {
        Chunk chunk;
        std::vector<std::byte> slots;
    };

    std::vector<Loaded> chunks_;
    SetRow seen_;
    std::int64_t after_ = 0;
};

}  // namespace llm
