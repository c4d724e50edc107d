#!/bin/sh
# The same question in other words is a hit; one that only looks alike is refused, and why.
# needs: jq
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_CACHE_PATH="$work/cache.db" # a store of its own: nothing of yours is touched
get() { llm-cache get --namespace lamp --semantic 0.6; }

printf '%s\n' '{"prompt":"How do I turn the lamp on?"}' | get |
    jq -c '.response = {text: "Press the green button.", finish: "stop"}' | llm-cache put > /dev/null

printf '%s\n' '{"prompt":"How can I turn the lamp on"}' '{"prompt":"How do I turn the lamp off?"}' | get |
    jq -r '"\(.prompt): \(.response.text // "no answer") (\(.cache.hit // .cache.refused))"'
