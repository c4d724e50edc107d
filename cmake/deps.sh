#!/bin/sh
# Installs those of the named Debian packages that are missing, and says so. Without root it prints the command to run.
set -eu
missing=
for package in "$@"; do
    # a command of that name from elsewhere (Node.js from its makers, say) serves as well
    case $package in nodejs) command -v node >/dev/null 2>&1 && continue ;; esac
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null 2>&1 || { echo "deps: this is no Debian; install what corresponds to:$missing" >&2; exit 1; }
if [ "$(id -u)" != 0 ]; then
    echo "deps: missing packages; run this once, then again what you did:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# a service that a package would start is not wanted for building or testing
started=/usr/sbin/policy-rc.d
if [ ! -e "$started" ]; then printf '#!/bin/sh\nexit 101\n' > "$started"; chmod 755 "$started"; trap 'rm -f "$started"' EXIT; fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends $missing > /dev/null
