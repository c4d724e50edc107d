#!/bin/sh
# All tools in one pipe: notes are recalled, known answers taken from the cache, the rest routed (here to models that are none) and asked,
# kept, and held to what was expected. Run twice: the second time nothing is asked.
# needs: jq
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/policy.toml" << 'END'
default = "lookup"
[route.lookup]
model = "builtin/extract"
[route.digest]
model = "builtin/summary"
options = { max_tokens = 40 }
[[rule]]
name = "summaries"
regex = '(?i)\b(sum up|summari[sz]e)\b'
route = "digest"
END

cat > "$work/questions.jsonl" << 'END'
{"id":"paging","prompt":"Who is paged when nobody acknowledges?","expect":["contains: Mara"]}
{"id":"pages","prompt":"Where do pages come from?","expect":["contains: Alertmanager"]}
{"id":"short","prompt":"Sum up what is known about the dumps.","expect":["contains: 35 days",{"type":"word-count","value":{"max":40}}]}
END

llm-mem add --quiet --namespace chain data/notes
for round in first second; do
    echo "$round:"
    llm-mem recall --namespace chain -k 2 < "$work/questions.jsonl" |
        llm-cache get --namespace chain |
        llm-route --policy "$work/policy.toml" |
        llm-ask --quiet --stream |
        llm-cache put --namespace chain |
        llm-eval --quiet --gate 'pass_rate >= 1' |
        jq -r 'select(.delta == null) | [.id, .route.tier // "-", .cache.hit // "asked", .eval.pass, .response.text] | @tsv'
done
