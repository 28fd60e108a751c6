#!/bin/sh
# Runs HubSpot's own clients, and a directory that provisions (SCIM), against a running server: tests/clients/run.sh SERVER_URL TOKENS_JSON
# TOKENS_JSON is a file as `consortio demo --json` prints it: {"accounts":[{"id":..,"name":"West","token":"pat-.."}, ..]}.
# The clients are installed once, under target/clients. Exit code 0: every scenario passed.
set -eu
url=$1
tokens=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
place="$here/../../target/clients"
mkdir -p "$place"

if [ ! -x "$place/venv/bin/python" ]; then
    python3 -m venv "$place/venv"
fi
cmp -s "$here/requirements.txt" "$place/requirements.txt" || {
    "$place/venv/bin/pip" install -q -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$place/requirements.txt"
}
cmp -s "$here/package-lock.json" "$place/package-lock.json" && [ -d "$place/node_modules" ] || {
    cp "$here/package.json" "$here/package-lock.json" "$place/"
    (cd "$place" && npm ci --silent --no-audit --no-fund)
}

failed=0
"$place/venv/bin/python" "$here/scenarios.py" "$url" "$tokens" || failed=1
"$place/venv/bin/python" "$here/scim.py" "$url" "$tokens" || failed=1
cp "$here/scenarios.mjs" "$place/scenarios.mjs"
(cd "$place" && node scenarios.mjs "$url" "$tokens") || failed=1
exit $failed
