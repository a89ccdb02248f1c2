#!/bin/sh
# SPDX-License-Identifier: MIT
# Latency of GFP_ATOMIC when memory is nearly full: bench_latency.sh [BUILD [ROUNDS]]. See bench/latency.c.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build} rounds=${2:-30}
mkdir -p "$build/bench"
"$build/kmemkit" cc -O2 bench/latency.c -o "$build/bench/latency" -pthread
KMEMKIT_MEM=dma=16M,dma32=240M "$build/bench/latency" "$rounds"
