#!/bin/sh
# A chat that fits any context and forgets nothing, with a model that keeps its own memory. Offline the model is a small program; give MODEL for a real one.
# needs: llm-mem python3
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_MEM_PATH="$work/memory.db" # a store of its own: nothing of yours is touched
[ -n "${MODEL:-}" ] || export LLMUTILS_CONFIG="$work/config.toml"
cat > "$work/config.toml" <<TOML
[provider.friend]
protocol = "command"
command = ["python3", "$(cd "$(dirname "$0")" && pwd)/data/friend.py"]
TOML

say() {
    jq -cn --arg prompt "$1" '{conversation: "kitchen", prompt: $prompt}' |
        llm-mem tools |
        llm-mem pack --budget 3000 |
        llm-mem apply --until-done -- llm-ask -q -m "${MODEL:-friend/small}" |
        llm-mem pack --budget 3000 |
        jq -r .response.text
}

say 'My name is Anna, and I am allergic to nuts.'
say 'What can I not eat?'
echo "what it keeps in mind:"
llm-mem core show human --json | jq -r .text
