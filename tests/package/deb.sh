#!/bin/sh
# deb.sh BUILD CPACK: makes the Debian packages, asks lintian, installs them into an empty root beside nothing else,
# runs the tools from there, removes them, and demands that nothing is left.
set -eu
build=$1 cpack=$2
for need in dpkg dpkg-deb dpkg-shlibdeps lintian; do
    command -v "$need" >/dev/null || { echo "package: no $need, skipped"; exit 77; }
done
case ${CXXFLAGS:-} in *-fsanitize*) echo "package: not under sanitizers"; exit 77 ;; esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"

die() { echo "package: $*" >&2; exit 1; }

cd "$scratch"
"$cpack" --config "$build/CPackConfig.cmake" -G DEB -B "$scratch/cpack" >log 2>&1 || { cat log; die "cpack fails"; }
for deb in cpack/*.deb; do
    lintian --no-tag-display-limit "$deb" >found 2>/dev/null || true
    ! grep '^E:' found || die "lintian has errors in $deb"
done

root=$scratch/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/triggers"
: >"$root/var/lib/dpkg/status"
dpkg="dpkg --root=$root --force-not-root --force-depends --force-script-chrootless --log=/dev/null"
$dpkg -i cpack/*.deb >log 2>&1 || { cat log; die "cannot install"; }
for tool in "$root"/usr/bin/llm-*; do
    "$tool" --help >/dev/null || die "$tool does not start"
    [ -s "$root/usr/share/man/man1/$(basename "$tool").1.gz" ] || die "no page for $tool"
done
for page in man5/llm-record.5.gz man7/llm-utils.7.gz; do [ -s "$root/usr/share/man/$page" ] || die "no $page"; done
$dpkg -P llm-utils libllm-dev >log 2>&1 || { cat log; die "cannot remove"; }
left=$(find "$root" -path "$root/var/lib/dpkg" -prune -o -type f -print)
[ -z "$left" ] || die "left behind: $left"
echo "package: packed, installed, run and removed"
