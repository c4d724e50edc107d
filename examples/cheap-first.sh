#!/bin/sh
# No LLM first; a model is asked only where nothing was found. This is how a chain branches: --when.
set -eu
cd "$(dirname "$0")"
ask() { if [ "${MODEL:-}" ]; then llm-ask -m "$MODEL" "$@"; else llm-ask --replay cassettes/cheap-first.jsonl "$@"; fi; }

notes=$(for note in data/notes/*.md; do jq -Rs --arg source "$note" '{text: ., source: $source}' "$note"; done | jq -sc .)
printf '%s\n' 'How long are the database dumps kept?' 'Who is the president of France?' |
    jq -Rc --argjson notes "$notes" '{prompt: ., context: $notes}' |
    llm-ask -m builtin/extract -o max_tokens 60 |
    jq -c 'if .response.text == "" then del(.model, .options, .context) else . end' |
    ask --again --when '.response.text == ""' |
    jq -r '.prompt + "\n  " + .response.text + " (" + .response.provider + ")"'
