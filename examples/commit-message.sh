#!/bin/sh
# In a repository of yours: git diff --staged | llm-ask 'Write a commit message: one line, then why.'
set -eu
cd "$(dirname "$0")"
ask() { if [ "${MODEL:-}" ]; then llm-ask -m "$MODEL" "$@"; else llm-ask --replay cassettes/commit-message.jsonl "$@"; fi; }

ask 'Write a commit message: one line, then why.' < data/change.diff
