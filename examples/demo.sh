#!/bin/sh
# The main job, offline: real text through a chain of the tools. `make demo` runs it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${LLM_BUILD_DIR:-$here/../build}
PATH="$build/tools:$PATH"
export PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# a home of its own, so that the demo leaves no trace
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache" XDG_STATE_HOME="$work/state"
cd "$here"

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] || say() { printf '\n%s\n' "$1"; }

say '1. A question to a folder of notes, answered without any LLM'
sh ./ask-notes.sh 'Who is paged when nobody acknowledges?'

say '2. A report, its parts summarised side by side, then the whole'
sh ./map-reduce.sh

say '3. No LLM first; a model only where that found nothing (here: a cassette of answers)'
sh ./cheap-first.sh

say '4. Errors of a log, judged under a schema; only what needs somebody is shown'
sh ./log-triage.sh

say '5. The same questions twice: the second time nothing is asked'
sh ./cache-chain.sh

say '6. Other words for what is known: likeness nominates, a gate refuses what is not the same'
sh ./cache-similar.sh

say '7. All tools in one pipe, twice: notes recalled, models chosen, answers kept, and held to what was expected'
sh ./whole-chain.sh

say '8. What all that cost, from the journal'
llm-ask --log stats
