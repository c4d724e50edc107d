#!/bin/sh
# All tools in one pipe: notes are recalled, known answers taken from the cache, the rest routed (here to models that are none) and asked,
# kept, and held to what was expected. Run twice: the second time nothing is asked.
# needs: jq
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_CACHE_PATH="$work/cache.db" LLMUTILS_MEM_PATH="$work/memory.db" # stores of its own: nothing of yours is touched

llm-mem add --quiet --namespace chain data/notes
for round in first second; do
    echo "$round:"
    llm-mem recall --namespace chain -k 2 < data/questions.jsonl |
        llm-cache get --namespace chain |
        llm-route --policy data/chain.toml |
        llm-ask --quiet --stream |
        llm-cache put --namespace chain |
        llm-eval --quiet --gate 'pass_rate >= 1' |
        jq -r 'select(.delta == null) | [.id, .route.tier // "-", .cache.hit // "asked", .eval.pass, .response.text] | @tsv'
done
