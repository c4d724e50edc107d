#!/bin/sh
# What was asked and spent. Every call is in the journal, an SQLite file under ~/.local/share/llm-utils.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_LOG=true LLMUTILS_LOG_PATH="$work/log.db" # leave this out to see what you have spent
llm-ask -m builtin/echo 'a call for the journal' > /dev/null
llm-ask --log stats --since today --json | jq -c '{model, calls, failed}'
