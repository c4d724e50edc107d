#!/bin/sh
# A large job by the provider's batch API: within a day, at OpenAI and Anthropic for half the price. Handed over in the evening, fetched in the morning.
#   0 18 * * *  MODEL=cheap; llm-ask -q --batch submit -m "$MODEL" -t task.md < in.jsonl > job
#   0 8 * * *   llm-ask -q --batch collect "$(cat job)" --wait 10h > out.jsonl
# Without MODEL a stand-in server of this folder answers, on this machine.
# needs: jq python3
set -eu
here=$(cd "$(dirname "$0")" && pwd)
state=$(mktemp -d)
trap 'rm -rf "$state"; [ -z "${server:-}" ] || kill "$server"' EXIT
if [ -z "${MODEL:-}" ]; then
    mkfifo "$state/port"
    python3 "$here/data/batch_server.py" > "$state/port" & server=$!
    read -r port < "$state/port"
    export LLMUTILS_CONFIG="$state/config.toml" LLMUTILS_BATCH_PATH="$state/batch.db" LLMUTILS_PACE_PATH="$state/pace.db"
    cat > "$LLMUTILS_CONFIG" <<TOML
[provider.stand-in]
base_url = "http://127.0.0.1:$port/v1"
batch_price = 0.5             # of the direct price
[model."stand-in/any"]
input = 2
output = 10
TOML
fi

# the evening: what comes out is the batch's id
awk '{ printf "{\"id\":%d,\"text\":\"%s\"}\n", NR, $0 }' "${1:-$here/data/letters.txt}" |
    llm-ask -q --batch submit -m "${MODEL:-stand-in/any}" -t 'Summarise: {{text}}' > "$state/job"
llm-ask --batch status --json | jq -r --arg id "$(cat "$state/job")" 'select(.batch == $id) | "\(.state): \(.asked) of \(.records) records asked"'

# the morning: exit code 5 means later
llm-ask -q --batch collect "$(cat "$state/job")" --wait 24h > "$state/out.jsonl"
jq -r '"\(.id): \(.response.text)"' "$state/out.jsonl"
[ -n "${MODEL:-}" ] || jq -rs '"$\(map(.response.cost) | add * 1e6 | round / 1e6) instead of $\(length * (20 * 2 + 10 * 10) / 1e6)"' "$state/out.jsonl"

# kept until it is removed, here and there
llm-ask -q --batch rm "$(cat "$state/job")" --yes
