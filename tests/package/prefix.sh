#!/bin/sh
# prefix.sh BUILD CMAKE: installs into a fresh prefix, builds the example program against it with CMake and with
# pkg-config, runs tools and example, uninstalls, and demands that nothing is left.
set -eu
build=$1 cmake=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix

die() { echo "package: $*" >&2; exit 1; }

kept=; [ -f "$build/install_manifest.txt" ] && kept=$scratch/kept && cp "$build/install_manifest.txt" "$kept"
"$cmake" --install "$build" --prefix "$prefix" >"$scratch/log" || { cat "$scratch/log"; die "cannot install"; }

for tool in "$prefix"/bin/llm-*; do
    name=$(basename "$tool")
    "$tool" --version >/dev/null || die "$name does not start"
    for file in share/man/man1/$name.1 share/bash-completion/completions/$name share/zsh/vendor-completions/_$name \
        share/fish/vendor_completions.d/$name.fish; do
        [ -s "$prefix/$file" ] || die "$file is missing"
    done
done

answer='{"prompt":"hello","shout":"HELLO"}'
"$cmake" -S "$root/examples/library" -B "$scratch/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Debug >"$scratch/log" &&
    "$cmake" --build "$scratch/cmake" >>"$scratch/log" || { cat "$scratch/log"; die "the example does not build with find_package"; }
[ "$(echo '{"prompt":"hello"}' | "$scratch/cmake/shout")" = "$answer" ] || die "the example of CMake answers otherwise"

if command -v pkg-config >/dev/null; then
    pc=$(find "$prefix" -name llm.pc)
    PKG_CONFIG_PATH=$(dirname "$pc") ; export PKG_CONFIG_PATH
    flags=$(pkg-config --cflags --libs llm)
    ${CXX:-c++} ${CXXFLAGS:-} -std=c++20 "$root/examples/library/shout.cpp" $flags -o "$scratch/shout" || die "the example does not build with pkg-config"
    [ "$(echo '{"prompt":"hello"}' | "$scratch/shout")" = "$answer" ] || die "the example of pkg-config answers otherwise"
fi

"$cmake" -DMANIFEST="$build/install_manifest.txt" -DPREFIX="$prefix" -P "$root/cmake/install/uninstall.cmake" >"$scratch/log" 2>&1 ||
    { cat "$scratch/log"; die "cannot uninstall"; }
left=$(find "$prefix" -mindepth 1)
[ -z "$left" ] || die "left behind: $left"
[ -z "$kept" ] || cp "$kept" "$build/install_manifest.txt"
echo "package: installed, used and removed"
