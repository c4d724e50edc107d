#!/bin/sh
# A question to a folder of notes. builtin/extract is no language model: it finds the sentences that answer best.
set -eu
cd "$(dirname "$0")"
question=${1:-How long are the database dumps kept?}

for note in data/notes/*.md; do
    jq -Rs --arg source "$note" '{text: ., source: $source}' "$note"
done |
    jq -sc --arg q "$question" '{prompt: $q, context: .}' |
    llm-ask -r -m "${MODEL:-builtin/extract}" -o max_tokens 60
