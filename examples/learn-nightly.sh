#!/bin/sh
# What cron does at night: facts of yesterday's calls become memories, and somebody looks at them in the morning. In a crontab:
#     5 0 * * *  llm-mem learn -m cheap --from-log --since yesterday --until today --review
# Offline the model is a small program that finds sentences with "is" or "has".
# needs: llm-mem python3
set -eu
config=$(mktemp)
trap 'rm -f "$config"' EXIT
cat > "$config" <<TOML
[provider.reader]
protocol = "command"
command = ["python3", "$(cd "$(dirname "$0")" && pwd)/data/reader.py"]
TOML
export LLMUTILS_CONFIG="$config"

llm-ask -m builtin/echo 'The spare key is with Mr Huber.' > /dev/null   # yesterday's work
llm-ask -m builtin/echo 'Thanks!' > /dev/null

llm-mem learn -m reader/small --from-log --since 1d --review
llm-mem review --list --json | jq -r '"\(.id): \(.text)"'
llm-mem review accept 1
llm-mem recall -k 1 <<'JSON' | jq -r '.context[0].text'
{"prompt": "Who has the spare key?"}
JSON
