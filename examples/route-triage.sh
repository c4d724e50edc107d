#!/bin/sh
# Triage with three tiers: each request goes to the cheapest model that will do, some to none at all; what fails is asked of the next one.
# The tiers are stand-ins that need no server here; in config.toml they would be models.
# needs: jq
set -eu
cd "$(dirname "$0")"
export LLMUTILS_TIER_CHEAP="${MODEL:-builtin/echo}" LLMUTILS_TIER_STANDARD="${MODEL:-builtin/summary}" LLMUTILS_TIER_STRONG="${MODEL:-builtin/summary}"

llm-route check data/triage.toml
requests() {
    jq -nc '"We open at nine. On Sunday the shop is closed." as $hours |
        {prompt: "When do you open on Sunday?", context: [{text: $hours, source: "hours.md"}]},
        {prompt: "Thanks!"},
        {prompt: "Is this contract valid?", risk: "legal"},
        {prompt: "The service dies with a segfault after the update."},
        {prompt: "Please write a friendly reply to a customer whose parcel has been on its way for two weeks and who has asked twice."}'
}
requests | llm-route -p data/triage.toml | llm-route fallback -p data/triage.toml -- llm-ask |
    jq -r '"\(.route.tier)\t\(.route.reason)\t\(.response.text[0:40])"'
