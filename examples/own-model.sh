#!/bin/sh
# Any program is a model: one request a line on its stdin, one answer a line on its stdout; {"text": …} is enough.
set -eu
config=$(mktemp)
trap 'rm -f "$config"' EXIT
cat > "$config" <<'TOML'
[provider.shout]
command = ["jq", "--unbuffered", "-c", '{text: (.messages[-1].content | ascii_upcase)}']
TOML
export LLMUTILS_CONFIG="$config"

echo 'any program will do' | llm-ask -m shout/x -
