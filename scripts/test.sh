#!/bin/bash
# Everything that must pass. One build of the server serves the Rust tests, HubSpot's clients and the browser.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
step() { printf '\n== %s (%d s)\n' "$1" $((SECONDS - started)); }
server=
folder=$(mktemp -d)
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$folder"
    scripts/test-postgres-stop.sh
}
trap cleanup EXIT

step "packages"
scripts/packages.sh gcc:gcc '/usr/lib/postgresql/*/bin/initdb:postgresql' chromium:chromium \
    '/usr/share/doc/python3-venv:python3-venv' 'python3:python3' '/usr/share/doc/python3-aiosmtpd:python3-aiosmtpd'

step "web interface: install, types, unit tests, build"
make --no-print-directory ui/node_modules/.installed
(cd ui && npm run --silent check && npm test --silent)
make --no-print-directory ui/dist/.built

step "format and lints"
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

step "rust tests"
# Ten thousand edits by several people at once; without the variable a run of a developer makes fewer.
CONSORTIO_EDITS=10000 cargo test --workspace --locked --no-fail-fast

step "the sample group, served"
# The tests of the binary have built it; a build of its own would choose other features and compile most crates again.
target/debug/consortio demo --data "$folder/data" --json >"$folder/demo.json"
port=$((20000 + RANDOM % 20000))
# The journey of single sign-on brings an identity provider of its own, on this machine.
CONSORTIO_ALLOW_PRIVATE_ADDRESSES=true target/debug/consortio serve --data "$folder/data" --listen "127.0.0.1:$port" >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    curl -fsS "http://127.0.0.1:$port/readyz" >/dev/null 2>&1 && break
    kill -0 "$server" || { cat "$folder/server.log"; exit 1; }
    sleep 0.1
done

step "HubSpot's clients, and a directory"
tests/clients/run.sh "http://127.0.0.1:$port" "$folder/demo.json"

step "browser"
(cd ui && DEMO_JSON="$folder/demo.json" npm run --silent e2e -- --base "http://127.0.0.1:$port")

step "done"
