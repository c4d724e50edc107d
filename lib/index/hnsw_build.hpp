/// Building a graph over coded rows, with hnswlib (https://github.com/nmslib/hnswlib), which enters here
/// alone. It is used for building only: what it would save cannot be searched without reading all of it, and
/// its loader trusts the file.
#pragma once

#include "index/snapshot.hpp"

#include <functional>
#include <optional>

namespace llm {

struct GraphOptions {
    unsigned threads = 1;
    std::size_t degree = 16;                    ///< links of a node on upper levels; twice that on level 0
    std::size_t width = 200;                    ///< efConstruction
    std::function<bool(double)> progress = {};  ///< called on the calling thread; false ends the build
};

/// Nothing where `progress` ended it.
std::optional<Graph> build_graph(const std::byte* codes, const CodeShape&, std::uint32_t nodes,
                                 const GraphOptions&);

}  // namespace llm
