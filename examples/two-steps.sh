#!/bin/sh
# The answer of one step is the material of the next; the first answer stays in the record under a name of its own.
set -eu
cd "$(dirname "$0")"
ask() { if [ "${MODEL:-}" ]; then llm-ask -m "$MODEL" "$@"; else llm-ask --replay cassettes/two-steps.jsonl "$@"; fi; }

printf '%s\n' '{"id":"n1","product":"A lamp that dims with the sunset"}' |
    ask -t 'Write one sentence to sell this: {{product}}' |
    jq -c '{id, product, draft: .response.text}' |
    ask -t 'Shorten to at most eight words: {{draft}}' |
    jq -r '"draft: \(.draft)\nshort: \(.response.text)"'
