#!/bin/sh
# Entries learn when they may answer: a like question is explored first, its answer compared, and outcomes can be said.
# needs: jq
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_CACHE_PATH="$work/cache.db" # a store of its own: nothing of yours is touched
ask() { printf '{"prompt":"%s"}\n' "$1" | llm-cache get --namespace shop "${3:---max-error=0.05}" | jq -c ".response //= {text: \"$2\", finish: \"stop\"}"; }
tell() { jq -r '"\(.prompt) \(.response.text) (\(if .cache.explored then "explored" else .cache.hit // "new" end))"'; }

ask 'How do I return a parcel?' 'Within 30 days, with the slip.' | llm-cache put | tell
# Alike, but not yet known to have the same answer: asked anew. It has, so the entry has one right outcome.
ask 'How can I return a parcel' 'within 30 days, with the slip' | llm-cache put | tell
# Taken at a fixed likeness instead, and judged afterwards.
ask 'How could I return a parcel?' '' --semantic=0.6 | jq -c '.verdict = "right"' | llm-cache outcome | tell

llm-cache stats --json | jq -c '.learning | {bound, explored, hits}'
