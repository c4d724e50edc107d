#!/bin/sh
# The second time nothing is asked: a cache before and behind whatever answers.
set -eu
cd "$(dirname "$0")"
chain() { llm-cache get -m "${MODEL:-builtin/echo}" | llm-ask | llm-cache put | jq -r '"\(.cache.hit // "asked")\t\(.response.text)"'; }
questions() { printf '%s\n' '{"prompt":"Name a colour."}' '{"prompt":"Name a fruit."}'; }

echo "first:"
questions | chain
echo "again:"
questions | chain
