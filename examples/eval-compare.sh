#!/bin/sh
# Is the new prompt worse than the old one? Paired by case; only what chance does not explain fails.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for n in 1 2 3 4 5 6 7 8 9 10 11 12; do printf '{"id": "%s", "n": %s, "expect": "contains: number %s"}\n' "$n" "$n" "$n"; done > "$work/cases.jsonl"
llm-eval run -q -m builtin/echo -t 'Tell me about number {{n}}.' "$work/cases.jsonl" > "$work/old.jsonl"
llm-eval run -q -m builtin/echo -t 'Tell me about no. {{n}}.' "$work/cases.jsonl" > "$work/new.jsonl" || true
llm-eval compare "$work/old.jsonl" "$work/new.jsonl" | head -8 || true
