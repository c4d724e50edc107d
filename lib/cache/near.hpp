/// What stands near a text, and what would become of it: for whoever tunes a threshold or wonders about a miss.
#pragma once

#include "cache/store.hpp"
#include "chat/embedder.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

struct NearEntry {
    std::string key, space, fingerprint, question;
    double score = 0;
    std::string verdict;  ///< "hit", or why it would not be given to somebody who asked this
};

struct NearOptions {
    std::optional<std::string> space;  ///< none: all of them
    double threshold = 0;
    std::size_t limit = 10;
};

/// `text` may have a line for each value of a template. The nearest entries of all that have a vector of this embedder, whatever else their requests hold; best first.
std::vector<NearEntry> near_entries(CacheStore&, std::string_view embedder, std::string_view text, const Vector&, const NearOptions&);

}  // namespace llm
