#!/bin/sh
# Stops and removes the PostgreSQL cluster that the tests started (crates/testkit/src/postgres.rs).
folder=${TMPDIR:-/tmp}/consortio-test-pg-$(id -u)
[ -d "$folder/data" ] || exit 0
stop=$(ls /usr/lib/postgresql/*/bin/pg_ctl | sort | tail -n 1)
if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$stop" stop -D "$folder/data" -m immediate >/dev/null 2>&1)
else
    "$stop" stop -D "$folder/data" -m immediate >/dev/null 2>&1
fi
rm -rf "$folder"
