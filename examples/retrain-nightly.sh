#!/bin/sh
# What cron does at night: learn from judged answers which requests need the strong model, and take the new router only where it is worth it.
# Both models have answered the same requests (a sample of the day's, say), and llm-eval has judged them. The report is
# about requests that were not trained on. Offline both models are one small program; MODEL does not apply.
# needs: jq python3
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LLMUTILS_CONFIG="$work/config.toml"
cat > "$LLMUTILS_CONFIG" << TOML
[provider.small]
protocol = "command"
command = ["python3", "$PWD/data/two.py", "small"]
[provider.large]
protocol = "command"
command = ["python3", "$PWD/data/two.py", "large"]
[tier]
cheap = "small/a"
strong = "large/b"
TOML

# the day: what people asked, and what a right answer holds
jq -nc '["France Paris", "Italy Rome", "Spain Madrid", "Japan Tokyo"] as $c | range(240) | . as $n |
    if $n % 2 == 0 then ($c[$n / 2 % 4] / " ") as [$land, $city] |
        {id: "q\($n)", prompt: "Question \($n): please tell me which city is the capital of \($land), for my school work.", expect: ["contains: \($city)"]}
    else {id: "q\($n)", prompt: "Add up \($n), \($n * 7 % 90) and \($n * 3 % 50 + 1)\(if $n % 3 == 0 then ", and write it in the way my teacher likes it" else "" end).",
        expect: ["contains: \($n + $n * 7 % 90 + $n * 3 % 50 + 1)"]} end' > "$work/day.jsonl"
for tier in cheap strong; do
    llm-ask -q -m "$tier" < "$work/day.jsonl" | llm-eval -q > "$work/$tier.jsonl" || [ $? = 1 ]
done

# the night: two thirds to learn from, a sixth for the threshold, a sixth for the report; records of one id stay together
part() { jq -c --argjson from "$1" --argjson to "$2" '(.id[1:] | tonumber % 12) as $n | select($n >= $from and $n < $to)' "$work/cheap.jsonl" "$work/strong.jsonl"; }
part 10 12 > "$work/held-out.jsonl"
part 0 8 | llm-route train -q --weak cheap --strong strong --output "$work/new.json"
part 8 10 | llm-route calibrate --weak cheap --strong strong --router "$work/new.json" --quality 1
llm-route report --weak cheap --strong strong --router "$work/new.json" --json "$work/held-out.jsonl" > "$work/report.jsonl"
jq -r '"\(.name): \(100 * .strong_for_95.value | round) % strong calls for 95 % of the quality"' "$work/report.jsonl"

# only a router that certainly saves calls, beside asking the strong model for what is long, takes the old one's place
if jq -es 'any(.[]; .name == "ours" and .above_length.strong_for_95.high < 0)' "$work/report.jsonl" > /dev/null; then
    mv "$work/new.json" "$work/router.json"
    echo 'the new router is taken'
else
    echo 'the old router stays'
    exit
fi

# the morning
cat > "$work/policy.toml" << TOML
[[rule]]
name = "hard"
router = "$work/router.json"
threshold = $(jq .threshold "$work/router.json")
route = "strong"
below = "cheap"
TOML
printf '%s\n' '{"prompt": "Which city is the capital of Italy?"}' '{"prompt": "Add up 250, 41 and 33."}' |
    llm-route -p "$work/policy.toml" | llm-ask | jq -r '"\(.route.tier): \(.response.text)"'
