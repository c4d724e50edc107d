#!/bin/sh
# The errors of a log, each judged; only what somebody should be woken for is shown.
set -eu
cd "$(dirname "$0")"
ask() { if [ "${MODEL:-}" ]; then llm-ask -m "$MODEL" "$@"; else llm-ask --replay cassettes/log-triage.jsonl "$@"; fi; }

grep ERROR data/app.log |
    ask --lines -s 'You watch a web service. Does this line mean that somebody must act now?' --schema 'act bool, why' |
    jq -r 'select(.response.json.act) | .prompt + "\n  -> " + .response.json.why'
