#!/bin/sh
# For cron: killed at any moment, the same command goes on where it stopped and asks nothing twice.
#   30 2 * * *  MODEL=cheap /path/to/nightly.sh texts.jsonl >> nightly.jsonl 2>> nightly.err
set -eu
here=$(cd "$(dirname "$0")" && pwd)
input=${1:-$here/data/notes.jsonl}
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
[ -e "$input" ] || { input=$state/in.jsonl; awk '{ printf "{\"id\":%d,\"text\":\"%s\"}\n", NR, $0 }' "$here/data/letters.txt" > "$input"; }

run() { llm-ask -m "${MODEL:-builtin/echo}" --jobs 8 --resume "$state/done" -t 'Summarise: {{text}}' "$@" < "$input"; }
run > "$state/first"
run > "$state/second"   # nothing is asked again: the records come from the resume file
cmp "$state/first" "$state/second" && jq -r '"\(.id): \(.response.text)"' "$state/second"
