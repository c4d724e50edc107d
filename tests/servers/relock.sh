#!/bin/sh
# Writes both lock files anew from their package.json, without host names and without what the tests never
# install: node-llama-cpp names fifteen platforms' binaries as optional, and 'npm ci' refuses a lock from a
# registry that lacks one.
set -eu
cd "$(dirname "$0")"
for folder in . node; do
    (cd "$folder" && rm -f package-lock.json && npm install --package-lock-only --ignore-scripts \
        --omit-lockfile-registry-resolved --omit=optional --no-audit --no-fund)
    python3 - "$folder/package-lock.json" <<'PYTHON'
import json, sys
path = sys.argv[1]
with open(path) as file:
    lock = json.load(file)
for name in [name for name, entry in lock["packages"].items() if entry.get("optional")]:
    del lock["packages"][name]
for entry in lock["packages"].values():
    for member in ("funding", "optionalDependencies", "resolved"):
        entry.pop(member, None)
with open(path, "w") as file:
    json.dump(lock, file, indent=2)
    file.write("\n")
PYTHON
done
