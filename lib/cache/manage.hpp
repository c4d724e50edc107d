/// Looking into the cache and making it smaller.
#pragma once

#include "base/json.hpp"
#include "cache/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace llm {

/// Which entries; all that is given must hold.
struct Selection {
    std::optional<std::string> space;
    std::optional<std::string> model;
    std::vector<std::string> tags;        ///< any of them
    std::string key;                      ///< beginning of the key, hexadecimal
    std::optional<std::int64_t> before;   ///< created before, milliseconds since 1970
    enum class Only { any, live, stale } only = Only::any;  ///< stale: expired, or of an earlier epoch
    enum class Order { newest_first, oldest_first } order = Order::newest_first;
};

struct EntryInfo {
    std::int64_t row = 0;
    std::string key, space;
    AnswerKind kind = AnswerKind::response;
    std::int64_t created = 0, bytes = 0, hits = 0, sample = 0;
    std::optional<std::int64_t> expires, used;
    std::optional<double> cost;
    std::string model, question, fingerprint;
    bool stale = false;
};

/// In order, until `each` says false.
void list_entries(CacheStore&, const Selection&, const std::function<bool(const EntryInfo&)>& each);
std::vector<std::string> tags_of(CacheStore&, std::int64_t row);
/// In small transactions, so that writers are not held up.
void remove_entries(CacheStore&, const std::vector<std::int64_t>& rows);
/// From now on nothing stored so far is found; the space is given back by prune. All namespaces where none is given; false where there is none.
bool begin_epoch(CacheStore&, const std::optional<std::string>& space);

/// One object a namespace: entries, bytes, look-ups by outcome, the share of hits with its 95 % interval, dollars saved.
std::vector<Json> cache_stats(CacheStore&, const std::optional<std::string>& space);

/// Everything wrong with the store: damaged pages and answers, counts that do not add up, vectors without their entries. Reads all of it.
std::vector<std::string> problems_of(CacheStore&);

/// The 95 % interval of a share (Clopper and Pearson, Biometrika 26 (1934) 404).
struct Interval {
    double low = 0, high = 1;
};
Interval share_interval(std::int64_t hits, std::int64_t trials, double confidence = 0.95);

}  // namespace llm
