#!/bin/sh
# What was asked and spent. Every call is in the journal, an SQLite file under ~/.local/share/llm-utils.
set -eu
llm-ask -m builtin/echo 'a call for the journal' > /dev/null
llm-ask --log stats --since today --json | jq -c '{model, calls, failed}'
