#!/bin/sh
# Runs every example offline, each twice in a home of its own (a home that is used makes no difference), and compares with expected/NAME.
# `--accept` writes what came out.
# Usage: run.sh [--accept] [NAME…]; the tools are taken from PATH, or from $LLM_BUILD_DIR/tools.
set -u
here=$(cd "$(dirname "$0")" && pwd)
[ -z "${LLM_BUILD_DIR:-}" ] || PATH="$LLM_BUILD_DIR/tools:$PATH"
export PATH LC_ALL=C.UTF-8
unset MODEL
accept=no
[ "${1:-}" = --accept ] && { accept=yes; shift; }
[ $# -gt 0 ] || set -- $(cd "$here" && ls ./*.sh | sed 's#^\./##; s#\.sh$##' | grep -vx -e demo -e run)
passed=0 failed=0 skipped=0
for name in "$@"; do
    home=$(mktemp -d)
    needs=$(sed -n 's/^# needs: //p' "$here/$name.sh")
    for tool in $needs; do command -v "$tool" > /dev/null || { echo "skipped $name: no $tool here"; skipped=$((skipped + 1)); rm -rf "$home"; continue 2; }; done
    once() { HOME="$home" XDG_CONFIG_HOME= XDG_DATA_HOME= XDG_CACHE_HOME= XDG_STATE_HOME= sh "$here/$name.sh" > "$home/$1" 2> "$home/err" < /dev/null; }
    if ! once out || ! once again; then
        echo "FAILED $name: exit status not 0"; cat "$home/err"; failed=$((failed + 1))
    elif ! diff -u "$home/out" "$home/again"; then
        echo "FAILED $name: not the same when run again"; failed=$((failed + 1))
    elif [ $accept = yes ]; then
        mkdir -p "$here/expected"; cp "$home/out" "$here/expected/$name"; passed=$((passed + 1))
    elif ! diff -u "$here/expected/$name" "$home/out"; then
        echo "FAILED $name: not what was expected"; cat "$home/err"; failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
    rm -rf "$home"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
