#!/bin/sh
# Questions to a folder of notes that is remembered: taken in once, read again only where it changed, looked up by words and meaning.
# needs: llm-mem
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_MEM_PATH="${MEMORY:-$work/memory.db}"

llm-mem add data/notes
llm-mem add data/notes # nothing has changed

printf '{"prompt":"%s"}\n' 'How long are the database dumps kept?' 'Who is paged when nobody acknowledges?' |
    llm-mem recall -k 3 | llm-ask -r -m "${MODEL:-builtin/extract}" -o max_tokens 40

llm-mem search -k 1 'database dumps'
