#!/bin/sh
# Only what is not known reaches the command; its answers come back in order.
# needs: jq
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_CACHE_PATH="$work/cache.db" # a store of its own: nothing of yours is touched
# Any program that reads records and writes them back will do; this one notes what it was asked.
cat > "$work/shout" <<'CHILD'
#!/bin/sh
tee -a "$1" | jq -c --unbuffered '.response = {text: (.prompt | ascii_upcase), finish: "stop"}'
CHILD
chmod +x "$work/shout"
shout() { llm-cache run --as shout -- "$work/shout" "$work/asked" | jq -r .response.text; }

printf '%s\n' '{"prompt":"one"}' '{"prompt":"two"}' '{"prompt":"one"}' | shout
printf '%s\n' '{"prompt":"two"}' '{"prompt":"three"}' | shout
echo "asked: $(jq -r .prompt "$work/asked" | tr '\n' ' ')"
