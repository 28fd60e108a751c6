#!/bin/sh
# Installs Debian packages whose programs are missing: scripts/packages.sh PROGRAM_OR_PATH:PACKAGE ...
set -eu
missing=
for pair in "$@"; do
    program=${pair%%:*}
    package=${pair#*:}
    # A pattern, because PostgreSQL's programs live in a folder named after the version.
    if ! command -v "$program" >/dev/null 2>&1 && ! ls $program >/dev/null 2>&1; then
        missing="$missing $package"
    fi
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "please install:$missing" >&2
    exit 1
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
