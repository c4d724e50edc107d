#!/bin/sh
# A batch larger than a night's money: what does not fit is left unasked (exit code 6), and the same command goes on the next night.
# Without MODEL a stand-in program of this folder answers, at an assumed price.
#   30 2 * * *  MODEL=cheap BUDGET=2.50 /path/to/nightly-budget.sh texts.jsonl
# needs: jq
set -eu
here=$(cd "$(dirname "$0")" && pwd)
input=${1:-$here/data/notes.jsonl}
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
[ -e "$input" ] || { input=$state/in.jsonl; awk '{ printf "{\"id\":%d,\"text\":\"%s\"}\n", NR, $0 }' "$here/data/letters.txt" > "$input"; }
if [ -z "${MODEL:-}" ]; then
    mkdir -p "$state/llm-utils"
    printf '%s\n' '[provider.stand-in]' 'command = ["sh", "-c", "while read -r line; do echo \"{\\\"text\\\":\\\"done\\\",\\\"usage\\\":{\\\"input\\\":900,\\\"output\\\":100}}\"; done"]' \
        > "$state/llm-utils/config.toml"
    export XDG_CONFIG_HOME="$state"
fi

night() {
    llm-ask -q -m "${MODEL:-stand-in/any}" --jobs 1 --budget "${BUDGET:-0.01}" --assume-price 3/15 -o max_tokens 100 \
        --resume "$state/done" -t 'Summarise: {{text}}' < "$input" > "$state/out.jsonl" && echo "all is done" || echo "stopped with $?"
    jq -rs '"\(map(select(.response)) | length) of \(length) answered"' "$state/out.jsonl"
}
for number in 1 2 3 4 5 6; do
    echo "night $number:"
    night | tee "$state/said"
    ! grep -q 'all is done' "$state/said" || break
done
