#!/bin/sh
# SPDX-License-Identifier: MIT
# The suites that need a certain memory map. KMEMKIT names the command (or $1).
KMEMKIT=${1:-$KMEMKIT}
passed=0 failed=0

run() {
	if KMEMKIT_MEM="$1" "$KMEMKIT" run "$2" > "${TMPDIR:-/tmp}/highmem.$$" 2>&1 &&
	   ! grep -q '# SKIP' "${TMPDIR:-/tmp}/highmem.$$"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2 with KMEMKIT_MEM=$1"
		cat "${TMPDIR:-/tmp}/highmem.$$"
	fi
	rm -f "${TMPDIR:-/tmp}/highmem.$$"
}

run "dma=16M,dma32=112M,normal=128M,highmem=64M" tests/unit/highmem_test.c
run "i386" tests/unit/highmem_test.c
run "dma=16M,dma32=112M,normal=128M,highmem=64M" tests/unit/vmap_test.c
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
