#!/bin/sh
# The canary of a new model: five users in a hundred get it, the same ones every time; and how often it was chosen.
# needs: jq
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/policy.toml" <<'POLICY'
key = ".user"

[route.new]
model = "builtin/summary"
on_error = ["old"]

[route.old]
model = "builtin/echo"

[[rule]]
name = "canary"
route = { new = 5, old = 95 }
POLICY
users() { jq -nc --argjson n "$1" 'range($n) | {prompt: "hello", user: "user-\(.)"}'; }

users 1000 | llm-route -p "$work/policy.toml" > "$work/monday"
users 1000 | llm-route -p "$work/policy.toml" > "$work/tuesday"
cmp "$work/monday" "$work/tuesday" && echo "the same users on both days"
jq -r .route.tier "$work/monday" | sort | uniq -c | awk '{print $2, $1}'

# More for the new model: who had it keeps it.
sed -i 's/new = 5, old = 95/new = 20, old = 80/' "$work/policy.toml"
users 1000 | llm-route -p "$work/policy.toml" > "$work/wednesday"
jq -r .route.tier "$work/wednesday" | sort | uniq -c | awk '{print $2, $1}'
paste -d' ' "$work/monday" "$work/wednesday" | jq -rs '[range(0; length; 2) as $i | select(.[$i].route.tier == "new" and .[$i + 1].route.tier != "new")] | "\(length) users lost it"'
