#!/bin/sh
# SPDX-License-Identifier: MIT
# make run: the example driver and its suite, with the memory layout at start and what was used at the end.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
echo "== examples/memdev: a character device in memory, written for the kernel, run as a program"
echo "   $build/kmemkit run --proc buddyinfo,slabinfo examples/memdev/*.c"
exec "$build/kmemkit" run --proc buddyinfo,slabinfo examples/memdev/*.c
