#!/bin/sh
# What cron does at night: facts of yesterday's calls become memories, and somebody looks at them in the morning. In a crontab:
#     5 0 * * *  llm-mem learn -m cheap --from-log --since yesterday --until today --review
# Offline the model is a small program that finds sentences with "is" or "has".
# needs: llm-mem python3
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# a journal and a memory of their own: nothing of yours is read or touched
export LLMUTILS_LOG=true LLMUTILS_LOG_PATH="$work/log.db" LLMUTILS_MEM_PATH="$work/memory.db"
[ -n "${MODEL:-}" ] || export LLMUTILS_CONFIG="$work/config.toml"
cat > "$work/config.toml" <<TOML
[provider.reader]
protocol = "command"
command = ["python3", "$(cd "$(dirname "$0")" && pwd)/data/reader.py"]
TOML

llm-ask -m builtin/echo 'The spare key is with Mr Huber.' > /dev/null   # yesterday's work
llm-ask -m builtin/echo 'Thanks!' > /dev/null

llm-mem learn -m "${MODEL:-reader/small}" --from-log --since 1d --review
llm-mem review --list --json | jq -r '"\(.id): \(.text)"'
llm-mem review accept 1
llm-mem recall -k 1 <<'JSON' | jq -r '.context[0].text'
{"prompt": "Who has the spare key?"}
JSON
