# Everything a newcomer types. Each target does its own set-up first; a second time, set-up finds all in place.
#
#   make run                      the ready comparison (without a display: its pictures and scores as files)
#   make run ARGS="a.mkv b.mkv"   two files of yours
#   make test                     all checks, as CI runs them
#   make build                    target/release/doublet
#   make bench                    speed, as ratios
#   make verify                   scores beside the reference FFmpeg's, live
#   make calibrate                the verdict against honest encodes and attacks, on every clip of the fixtures
#   make proof                    lies planted into real pictures: what the overlays find of them, and what they mark falsely
#   make setup                    Debian packages and ONNX Runtime, nothing else

SHELL := /bin/bash
.DEFAULT_GOAL := run
.PHONY: run test build bench verify calibrate proof setup

DOUBLET := target/release/doublet
ARGS ?=

# ARGS goes to the shell as it was typed, so that a recipe may stand in quotes.
ifeq ($(strip $(ARGS)),)
RUN = if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no display here: the demo writes its pictures and scores as files."; \
		$(DOUBLET) demo --headless; \
	else \
		$(DOUBLET) demo; \
	fi
else
RUN = $(DOUBLET) $(ARGS)
endif

setup:
	@tools/setup.sh run

build:
	@tools/setup.sh build
	cargo build --release --locked --bin doublet

run:
	@tools/setup.sh run
	cargo build --release --locked --bin doublet
	@$(RUN)

test:
	@tools/setup.sh test
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked

bench:
	@tools/setup.sh test
	@tools/reference.sh
	cargo bench --locked --bench main -- $(ARGS)

verify:
	@tools/setup.sh test
	@tools/reference.sh
	cargo bench --locked --bench verify -- $(ARGS)

calibrate:
	@tools/setup.sh test
	@tools/reference.sh
	cargo bench --locked --bench calibrate -- $(ARGS)

proof:
	@tools/setup.sh test
	cargo bench --locked --bench proof -- $(ARGS)
