#!/bin/sh
# Sorts customers' tickets into categories: CSV in, CSV out. Needs Miller (mlr).
# needs: mlr jq
set -eu
cd "$(dirname "$0")"
ask() { if [ "${MODEL:-}" ]; then llm-ask -m "$MODEL" "$@"; else llm-ask --replay cassettes/classify-csv.jsonl "$@"; fi; }

mlr --icsv --ojsonl cat data/tickets.csv |
    ask --jobs 4 --schema 'category billing|bug|account|delivery|praise, urgent bool' \
        -t 'Sort this ticket: {{text}}' |
    jq -c '{id, customer, category: .response.json.category, urgent: .response.json.urgent}' |
    mlr --ijsonl --ocsv cat
