# SPDX-License-Identifier: MIT
# A thin front: meson.build describes the build, the tools do the work.

BUILD ?= build
PREFIX ?= /usr/local
NINJA = ninja -C $(BUILD) $(if $(V),-v,--quiet)

.PHONY: all run test boot-test test-long bench bench-start conformance install clean flavours analyze check setup
.PHONY: bench-latency bench-boot bench-count bench-threads bench-bytes bench-growth bench-colour bench-vmap

all: setup
	@$(NINJA) product

setup:
	@tools/deps.sh build
	@tools/setup.sh $(BUILD) release

run: all
	@tools/run_main.sh $(BUILD)

test: all
	@tools/deps.sh test
	@tools/test.py --build $(BUILD)

boot-test: all
	@tools/deps.sh test conformance
	@BUILD=$(BUILD) tests/boot/run.sh
	@tools/boot_test.py --build $(BUILD)
	@BUILD=$(BUILD) tests/boot/boot_test.sh
	@tools/conformance --build $(BUILD) --boot 1
	@tools/conformance --build $(BUILD) --boot 4

test-long: all
	@tools/deps.sh test conformance
	@tools/test.py --build $(BUILD) --long

check: all
	@tools/test.py --build $(BUILD) --only check

bench: all
	@tools/deps.sh bench
	@tools/bench.py --build $(BUILD)
	@tools/count_fast.sh $(BUILD)
	@tools/bench_slab.py threads --build $(BUILD)

bench-count: all
	@tools/deps.sh bench
	@tools/count_fast.sh $(BUILD)

bench-threads: all
	@tools/deps.sh bench
	@tools/bench_slab.py threads --build $(BUILD)

bench-bytes: all
	@tools/deps.sh bench
	@tools/bench_slab.py bytes --build $(BUILD)

bench-growth: all
	@tools/deps.sh bench
	@tools/bench_slab.py growth --build $(BUILD)

bench-colour: all
	@tools/deps.sh bench
	@tools/bench_slab.py colour --build $(BUILD)

bench-vmap: all
	@tools/deps.sh bench
	@tools/bench_vmap.py --build $(BUILD)

bench-boot: all
	@tools/deps.sh bench-boot
	@tools/bench_boot.py --build $(BUILD)

bench-latency: all
	@tools/bench_latency.sh $(BUILD)

bench-start: all
	@tools/bench_start.sh $(BUILD)

conformance: all
	@tools/deps.sh conformance
	@tools/conformance --build $(BUILD)

flavours: all
	@tools/flavours.sh

analyze: all
	@tools/deps.sh analyze
	@tools/analyze.sh $(BUILD)

# Rerun by meson itself when a file changes; the prefix is an option of the same build folder.
install: all
	@meson configure $(BUILD) --prefix $(abspath $(PREFIX)) && $(NINJA) product && meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf build build-debug build-asan build-tsan build-clang compile_commands.json
