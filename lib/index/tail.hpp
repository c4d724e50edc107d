/// The part of a set that no snapshot has: chunks in SQLite. The first search reads them one by one and keeps
/// none, which for a process that asks once is the cheapest; from the second on they are kept, so that a
/// stream of searches reads each of them once.
#pragma once

#include "index/exact.hpp"
#include "index/table.hpp"

namespace llm {

class Tail {
public:
    /// Offers the best among the places above `after` to `top`.
    void search(VectorTable& table, const SetRow& set, std::int64_t after, const Query& query,
                const std::function<bool(std::int64_t)>& allow, Top& top);
    /// Forgets everything; the next search reads anew.
    void forget() noexcept { *this = Tail(); }

private:
    enum class Keep { no,
                      yes };
    struct Loaded {
        CodeChunk chunk;
        std::vector<std::byte> slots;
    };

    void refresh(VectorTable& table, const SetRow& set, std::int64_t after);

    std::vector<Loaded> chunks_;
    SetRow seen_;
    std::int64_t after_ = 0;
    Keep keep_ = Keep::no;
};

}  // namespace llm
