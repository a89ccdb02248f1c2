#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# make run: the example driver and its suite, then what the library shows about memory, explained.
# run_main.sh [BUILD FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
kmemkit=${1:-build}/kmemkit

explain() {
	awk '
	function section(title, text) { printf "\n== %s\n%s\n\n", title, text }
	/^# proc: / { name = $3; n[name] = 0; next }
	name != "" && /^# / { line[name, n[name]++] = substr($0, 3); next }
	{ name = ""; print; fflush() }

	function layout(i) {
		section("The address space", \
"Like a kernel, the library divides its addresses: the direct map shows all ordinary memory at one\n" \
"fixed distance from its physical address; vmalloc, kmap and fixmap are windows where frames are\n" \
"mapped when they are needed.")
		for (i = 0; i < n["layout"]; i++) print "   " line["layout", i]
	}
	function buddyinfo(i, k, f) {
		section("buddyinfo: free memory, by block size", \
"A zone is a range of physical memory. Free frames (4 KiB each) are kept in blocks of 2^order frames;\n" \
"a number is how many free blocks of that size there are. Two free neighbours (buddies) merge into\n" \
"one of the next size, so much memory at the right means little fragmentation.")
		printf "   %-10s", "zone"
		for (k = 0; k < 11; k++) printf " %6s", (k < 8 ? 4 * 2^k "K" : 2^(k - 8) "M")
		print ""
		for (i = 0; i < n["buddyinfo"]; i++) {
			split(line["buddyinfo", i], f)
			printf "   %-10s", f[4]
			for (k = 5; k < 16; k++) printf " %6s", f[k]
			print ""
		}
	}
	function slabinfo(i, f) {
		section("slabinfo: the caches of small objects", \
"A cache cuts blocks of frames, its slabs, into objects of one size. kmalloc takes from the kmalloc-*\n" \
"caches; a driver makes its own for a size it needs often, as memdev does: memdev_quantum, which goes\n" \
"when the driver leaves. Caches that never held an object are not shown.")
		printf "   %-22s %8s %8s %8s %10s %10s\n", "cache", "in use", "objects", "bytes",
			"a slab has", "frames"
		for (i = 2; i < n["slabinfo"]; i++) {
			split(line["slabinfo", i], f)
			if (f[3] > 0)
				printf "   %-22s %8s %8s %8s %10s %10s\n", f[1], f[2], f[3], f[4], f[5], f[6]
		}
	}
	END {
		if (n["layout"]) layout()
		if (n["buddyinfo"]) buddyinfo()
		if (n["slabinfo"]) slabinfo()
	}'
}

cat <<EOT
== examples/memdev: a character device in memory, written as a kernel driver, run as a program

   $kmemkit run --proc layout,buddyinfo,slabinfo examples/memdev/*.c

The driver and its KUnit suite were written for a kernel. They are compiled as they are, linked with
the library and run: each module and each suite in a process of its own, on frames, zones and slabs of
its own. What follows is KTAP, the kernel's test output: one line a case, "ok" or "not ok".

EOT
"$kmemkit" run --proc layout,buddyinfo,slabinfo examples/memdev/*.c | explain
