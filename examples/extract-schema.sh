#!/bin/sh
# Free text to JSON. An answer that breaks the schema is sent back to the model, at most twice.
set -eu
cd "$(dirname "$0")"
ask() { if [ "${MODEL:-}" ]; then llm-ask -m "$MODEL" "$@"; else llm-ask --replay cassettes/extract-schema.jsonl "$@"; fi; }

ask --lines --schema 'kind invoice|receipt|reminder, from, amount float, currency, number? str' < data/letters.txt |
    jq -c .response.json
