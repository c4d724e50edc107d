#!/bin/sh
# The second time nothing is asked: a cache before and behind whatever answers.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_CACHE_PATH="$work/cache.db" # a store of its own: the first round finds nothing each time this is run
chain() { llm-cache get -m "${MODEL:-builtin/echo}" | llm-ask | llm-cache put | jq -r '"\(.cache.hit // "asked")\t\(.response.text)"'; }
questions() { printf '%s\n' '{"prompt":"Name a colour."}' '{"prompt":"Name a fruit."}'; }

echo "first:"
questions | chain
echo "again:"
questions | chain
