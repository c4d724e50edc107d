/// llm-cache's command line.
#pragma once

#include "cache/store.hpp"
#include "cli/groups.hpp"
#include "cli/tool.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm {

struct CacheFlags {
    LoopFlags loop;
    TalkFlags talk;
    RequestFlags request;

    std::string store;                     ///< setting `cache.path`
    std::optional<std::string> space;      ///< --namespace
    // Looking up
    std::optional<Duration> max_age;
    std::string since, until;
    std::optional<Duration> touch;
    Duration lease{60'000};
    Duration wait{0};
    // By similarity
    std::optional<double> semantic;        ///< threshold
    std::optional<double> bound;           ///< --max-error, of get and run
    std::optional<double> alike;           ///< of answers
    bool findable = false;                 ///< --semantic, of put and import
    bool no_gate = false;
    std::string on, verify, embedder;      ///< embedder: setting `cache.embedder`
    // Storing
    std::optional<Duration> ttl, negative_ttl;
    long samples = 1;
    std::vector<std::string> tags;
    bool refusals = false;
    std::optional<long> max_entries;
    std::optional<ByteSize> max_bytes;
    Evict evict = Evict::lru;
    // run
    std::vector<std::string> command;
    std::string as;
    std::vector<std::string> ignored;      ///< names, several in one with commas
    // outcome
    std::string verdict;                   ///< jq program
    // why
    std::string text;
    // index
    std::optional<std::size_t> from;
    // verify
    std::optional<double> recall;
    bool reembed = false;
    // calibrate
    std::string pairs, plot;
    double max_error = 0.01;
    // Managing
    std::vector<std::string> keys;
    std::optional<std::string> model;
    std::string older;
    bool expired = false, flush = false, all = false, yes = false, json = false;
    long limit = 0;
};

/// Declares everything; the bodies are in run.hpp.
void declare(Tool&, CacheFlags&);

}  // namespace llm
