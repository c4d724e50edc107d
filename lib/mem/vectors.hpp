/// Vectors of passages: made where they are missing, searched by likeness.
#pragma once

#include "call/embedding.hpp"
#include "index/index.hpp"
#include "mem/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace llm {

class Vectors {
public:
    /// Both are borrowed. Sees to it that a store's passages get their vectors in the transaction that stores them where the embedder
    /// computes here; one behind a server is asked by fill().
    Vectors(MemStore&, Embedding&);

    /// Makes what is missing, at most `limit` of it; how many were made. Throws Error{config} where the store's vectors are another
    /// embedder's.
    std::size_t fill(std::size_t limit = static_cast<std::size_t>(-1));
    /// The same where nothing depends on it: a server that is away is warned of, and what is missing is made another time.
    void fill_as_far_as_it_goes();
    /// Snapshots that have become worth making; outside of any transaction.
    void tend();
    /// Lets go of all vectors and queues every passage, for another embedder.
    void start_anew();

    /// Nothing where no embedder can be reached, the text says nothing, or nothing is stored.
    std::vector<Hit> search(std::int64_t space, const Vector& question, const SearchOptions&);
    Vector of(std::string_view text);
    /// Nothing where the embedder's server is away, of which is warned once.
    std::optional<Vector> of_if_there(std::string_view text);
    std::optional<Vector> stored(std::int64_t space, std::int64_t passage);
    Index& index(std::int64_t space, int dimension);

    std::function<void(std::string_view)> warn;  ///< what people should know; may be empty

private:
    void check_embedder();
    std::vector<Vector> vectors_of(std::span<const std::string> texts, std::optional<Error>& refused);

    MemStore& store_;
    Embedding& embedding_;
    std::map<std::int64_t, std::unique_ptr<Index>> indexes_;
    bool checked_ = false;
    bool warned_ = false;
};

}  // namespace llm
