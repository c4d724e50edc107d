#!/bin/sh
# What these examples ask is held to what a person said, by replay: this is how a project tests its prompts in CI.
# eval/github-workflow.yml does it on GitHub, with annotations and a summary.
# needs: jq
set -eu
cd "$(dirname "$0")"
run() { if [ "${MODEL:-}" ]; then llm-eval run -m "$MODEL" "$@"; else llm-eval run --replay cassettes/classify-csv.jsonl "$@"; fi; }

results=$(mktemp)
trap 'rm -f "$results"' EXIT
run -q eval/tickets.yaml > "$results" # the suite's own gate decides the exit code
llm-eval report --json "$results" | jq -c '{passed, cases, pass_rate, interval: .pass_rate_95}'
jq -r 'select(.eval.pass | not) | "\(.case.id): \(.vars.text)\n  -> \(.eval.checks[] | select(.pass | not) | .reason)"' "$results"
