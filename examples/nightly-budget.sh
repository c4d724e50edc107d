#!/bin/sh
# A batch larger than a night's money: what does not fit is left unasked (exit code 6), and the same command goes on the next night.
#   30 2 * * *  MODEL=cheap BUDGET=2.50 sh /path/to/nightly-budget.sh texts.jsonl > out.jsonl 2>> nightly.err
# One start is one night. What is done is kept in texts.jsonl.done, or in the file named second; all records come out, those with answers so far with them.
# Without a file it shows the nights over three letters, with a stand-in program as the model, at an assumed price.
# needs: jq
set -eu
night() { llm-ask -q -m "${MODEL:-stand-in/any}" --jobs 1 --budget "${BUDGET:-0.01}" -o max_tokens 100 --resume "$done" -t 'Summarise: {{text}}' "$@" < "$input"; }

if [ $# -gt 0 ]; then
    : "${MODEL:?name the model}" "${BUDGET:?say how many dollars a night may cost}"
    input=$1 done=${2:-$1.done}
    night
    exit
fi

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
input=$work/in.jsonl done=$work/done
jq -Rc '{id: input_line_number, text: .}' "$here/data/letters.txt" > "$input"
unset MODEL BUDGET
export LLMUTILS_CONFIG="$work/config.toml" LLMUTILS_PACE_PATH="$work/pace.db" LLMUTILS_LOG=false
cat > "$LLMUTILS_CONFIG" <<'TOML'
[provider.stand-in]
command = ["sh", "-c", "while read -r line; do echo '{\"text\":\"done\",\"usage\":{\"input\":900,\"output\":100}}'; done"]
TOML

for number in 1 2 3 4 5 6; do
    code=0
    night --assume-price 3/15 > "$work/out.jsonl" || code=$?
    jq -rs --arg night "$number" --arg code "$code" '"night \($night): exit code \($code), \(map(select(.response)) | length) of \(length) answered"' "$work/out.jsonl"
    [ "$code" = 6 ] || exit "$code"
done
