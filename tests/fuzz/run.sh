#!/bin/sh
# run.sh BUILD SECONDS: each fuzz target for that long; the first that finds something ends it with its code.
set -eu
build=$1
seconds=$2
for target in $(find "$build" -name 'fuzz_*' -type f -perm -u+x | sort); do
    echo "$(basename "$target"): ${seconds} s"
    work=$(mktemp -d)
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$work/" -verbosity=0 "$work"
done
