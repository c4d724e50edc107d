/// What llm-cache's verbs do.
#pragma once

#include "flags.hpp"

namespace llm {

int get(const Tool&, const CacheFlags&);
int put_answers(const Tool&, const CacheFlags&);
int run_command(const Tool&, const CacheFlags&);
int list(const Tool&, const CacheFlags&);
int show(const Tool&, const CacheFlags&);
int remove(const Tool&, const CacheFlags&);
int prune_cache(const Tool&, const CacheFlags&);
int stats(const Tool&, const CacheFlags&);
int export_entries(const Tool&, const CacheFlags&);
int import_entries(const Tool&, const CacheFlags&);
int note_outcome(const Tool&, const CacheFlags&);
int build_index(const Tool&, const CacheFlags&);
int calibrate_threshold(const Tool&, const CacheFlags&);
int verify(const Tool&, const CacheFlags&);
int why(const Tool&, const CacheFlags&);

}  // namespace llm
