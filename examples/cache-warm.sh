#!/bin/sh
# A file of questions and answers is known beforehand, in other words too; `why` shows what is near a question.
# needs: jq
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_CACHE_PATH="$work/cache.db" # a store of its own: nothing of yours is touched
faq() { printf '%s\n' '{"prompt":"How do I return a parcel?","response":{"text":"Within 30 days."}}' '{"prompt":"Where is my parcel?","response":{"text":"See the link in our mail."}}'; }
faq | llm-cache put --semantic --namespace faq > /dev/null

echo '{"prompt":"How can I return a parcel"}' | llm-cache get --namespace faq --semantic 0.6 | jq -r '"\(.prompt): \(.response.text)"'
llm-cache why --namespace faq --semantic 0.6 'How could I return a parcel' --json | jq -r '"\(.question) \(.verdict)"'
