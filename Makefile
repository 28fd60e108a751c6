# The two commands: `make run` starts the product with its sample group, `make test` proves it. Both work on a fresh Debian with
# Rust, Node.js, git and make, and install what else they need.

DATA   ?= data/run
LISTEN ?= 127.0.0.1:7373
BINARY  = target/release/consortio
UI_SOURCES := $(shell find ui/src ui/public ui/index.html ui/package-lock.json ui/vite.config.ts -type f 2>/dev/null)

.PHONY: run build test bench bench-postgres fmt ui tidy

run: build
	@{ [ -e $(DATA)/consortio.db ] && [ ! -e $(DATA)/demo.unfinished ]; } || $(BINARY) demo --data $(DATA)
	@$(BINARY) serve --data $(DATA) --listen $(LISTEN)

build: ui/dist/.built
	@scripts/packages.sh gcc:gcc
	cargo build --release --locked --package consortio

ui: ui/dist/.built

ui/node_modules/.installed: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund
	@touch $@

ui/dist/.built: ui/node_modules/.installed $(UI_SOURCES)
	cd ui && npx vite build
	@touch $@

test:
	@scripts/test.sh

bench: build
	cargo build --release --locked --package bench --package consortio
	target/release/bench --json target/bench.json

# The same table on PostgreSQL: make bench-postgres DATABASE=postgres://user@host/empty
bench-postgres: build
	cargo build --release --locked --package bench --package consortio
	target/release/bench --database '$(DATABASE)' --json target/bench-postgres.json

fmt:
	cargo fmt --all

tidy:
	cargo xtask tidy
