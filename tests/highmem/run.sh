#!/bin/sh
# SPDX-License-Identifier: MIT
# The suites that need a certain memory map. KMEMKIT names the command (or $1). --long: only the full
# window, a million rounds.
long=
[ "$1" = --long ] && { long=1; shift; }
KMEMKIT=${1:-$KMEMKIT}
passed=0 failed=0

run() {
	map=$1
	shift
	if KMEMKIT_MEM="$map" "$KMEMKIT" run "$@" > "${TMPDIR:-/tmp}/highmem.$$" 2>&1 &&
	   ! grep -q '# SKIP' "${TMPDIR:-/tmp}/highmem.$$"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $* with KMEMKIT_MEM=$map"
		cat "${TMPDIR:-/tmp}/highmem.$$"
	fi
	[ -n "$long" ] && grep 'rounds,' "${TMPDIR:-/tmp}/highmem.$$"
	rm -f "${TMPDIR:-/tmp}/highmem.$$"
}

if [ -n "$long" ]; then
	run "dma=16M,normal=64M,highmem=64M" --boot kmap_slots=16 --param rounds=1000000 --timeout 500 \
		tests/highmem/slots_test.c
else
	run "dma=16M,dma32=112M,normal=128M,highmem=64M" tests/unit/highmem_test.c
	run "i386" tests/unit/highmem_test.c
	run "dma=16M,dma32=112M,normal=128M,highmem=64M" tests/unit/vmap_test.c
	run "dma=16M,normal=64M,highmem=64M" --boot kmap_slots=16 --timeout 300 tests/highmem/slots_test.c
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
