#!/bin/sh
# A text too long for one call: its parts are summarised side by side, then the summaries together.
set -eu
cd "$(dirname "$0")"
model=${MODEL:-builtin/summary}

awk 'BEGIN { RS = "" } { gsub(/\n/, " "); print }' data/report.txt |
    llm-ask -r -m "$model" --lines --jobs 4 -o max_tokens 40 -s 'Summarise this part of a report in one sentence.' |
    llm-ask -m "$model" -o max_tokens 90 -s 'These are summaries of the parts of a report. Summarise the whole in three sentences.' -
