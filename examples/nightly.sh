#!/bin/sh
# For cron: killed at any moment, the same command goes on where it stopped and asks nothing twice.
#   30 2 * * *  MODEL=cheap sh /path/to/nightly.sh texts.jsonl > out.jsonl 2>> nightly.err
# What is done is kept in texts.jsonl.done, or in the file named second; records with their answers come out, those done before too.
# Without a file it shows two nights over three letters.
# needs: jq
set -eu
night() { llm-ask -m "${MODEL:-builtin/echo}" --jobs 8 --resume "$done" -t 'Summarise: {{text}}' < "$input"; }

if [ $# -gt 0 ]; then
    input=$1 done=${2:-$1.done}
    night
    exit
fi

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
input=$work/in.jsonl done=$work/done
jq -Rc '{id: input_line_number, text: .}' "$here/data/letters.txt" > "$input"
night > "$work/first"
night > "$work/second"   # nothing is asked again: the records come from the resume file
cmp "$work/first" "$work/second" && jq -c '{id, text: .response.text}' "$work/second"
