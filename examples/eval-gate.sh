#!/bin/sh
# A chain that ends in a gate: each record says what it expects, and the exit code says whether enough of them hold.
set -eu
cd "$(dirname "$0")"

if llm-ask -m "${MODEL:-builtin/echo}" << 'RECORDS' | llm-eval -q --gate 'pass_rate >= 75%' | jq -c '[.id, .eval.pass, .eval.score]'
{"id": "polite", "prompt": "Good morning, how may I help?", "expect": ["icontains: good morning", "not-icontains: damn"]}
{"id": "short", "prompt": "Yes.", "expect": {"type": "word-count", "value": {"max": 3}}}
{"id": "json", "prompt": "{\"name\": \"Ada\", \"age\": 36}", "expect": ["is-json", {"type": "jq", "value": ".vars == null and (.response.text | fromjson.age) == 36"}]}
{"id": "wrong", "prompt": "The capital of Australia is Sydney.", "expect": "contains: Canberra"}
RECORDS
then echo 'good enough'; fi
