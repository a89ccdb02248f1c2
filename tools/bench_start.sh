#!/bin/bash
# SPDX-License-Identifier: MIT
# How long start-up takes, minimum of some runs: the library's start with a 1 GiB and a 1 TiB memory
# map (inside: around kmemkit_start; wall: the whole process), and kmemkit run on the kernel's list-test.
# bench_start.sh [BUILD [RUNS]]
set -eu
cd "$(dirname "$0")/.."
build=${1:-build} runs=${2:-20}
mkdir -p "$build/bench"
"$build/kmemkit" cc -O2 bench/start.c -o "$build/bench/start"

# best COMMAND...: its smallest wall time in microseconds; its last output stays in $text.
best() {
	local i t0 t1 min=999999999
	for ((i = 0; i < runs; i++)); do
		t0=${EPOCHREALTIME/[.,]/}
		text=$("$@" 2>&1) || { echo "bench_start: $* failed: $text" >&2; return 1; }
		t1=${EPOCHREALTIME/[.,]/}
		((t1 - t0 >= min)) || min=$((t1 - t0))
		[[ $text != KMEMSTART* ]] || inside+=("${text#KMEMSTART }")
	done
	wall=$min
}

for map in normal=1G normal=1T; do
	inside=()
	best env KMEMKIT_MEM=$map "$build/bench/start"
	read -r start first < <(printf '%s\n' "${inside[@]}" | sort -n | head -n 1)
	printf 'start %-12s %7d us inside, %5d us first kmalloc, %7d us wall\n' \
		"$map" $((start / 1000)) $((first / 1000)) "$wall"
done

archive=/usr/src/linux-source-6.1.tar.xz
if [ ! -e "$build/bench/list-test.c" ] && [ -e $archive ]; then
	tar -xJOf $archive linux-source-6.1/lib/list-test.c >"$build/bench/list-test.c"
fi
if [ -s "$build/bench/list-test.c" ]; then
	runs=5
	best "$build/kmemkit" run "$build/bench/list-test.c"
	printf 'kmemkit run list-test.c  %7d us wall (compile, link, run)\n' "$wall"
else
	echo "bench_start: no linux-source-6.1, list-test.c left out"
fi
