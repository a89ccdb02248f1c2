#!/bin/sh
# SPDX-License-Identifier: MIT
# Virtual areas as the host sees them, with each kind of guard page: run.sh [KMEMKIT]; or KMEMKIT in the
# environment, from the top folder. A kind that this kernel does not have is skipped by name.
KMEMKIT=${1:-${KMEMKIT:-build/kmemkit}}
here=$(dirname "$0")
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

verdict() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok - ${KMEMKIT_GUARD:-any guard}: $2"
	else
		failed=$((failed + 1))
		echo "not ok - ${KMEMKIT_GUARD:-any guard}: $2"
	fi
	sed 's/^/# /' "$tmp/out"
}

run_prog() {
	prog=$1 name=$2
	shift 2
	"$tmp/$prog" "$@" > "$tmp/out" 2>&1
	status=$?
	[ $status -lt 2 ] || echo "status $status" >> "$tmp/out"
	verdict $status "$name"
}

run() {
	run_prog prog "$@"
}

edge() {
	run_prog edge "$@"
}

# What does not depend on the kind of guard.
edges() {
	edge "the 4,500th thread has a task, and RCU waits for it" tasks
	KMEMKIT_MEM="dma=16M,dma32=112M,highmem=64M" edge "a program's thread that leaves a kmap_local_page() open" local
	KMEMKIT_BOOT=slub_debug=U edge "remove_vm_area() without memory changes nothing" remove
	edge "holes between the memory's ranges are nobody's" hole
	edge "a full shelf makes room for what is in use" shelf
	KMEMKIT_RSEQ=0 KMEMKIT_MEM="dma=16M,dma32=112M,normal=128M" edge "the same, with many CPU ids and little memory" shelf
	KMEMKIT_RSEQ=0 KMEMKIT_MEM="dma=16M,dma32=112M,normal=128M" "$KMEMKIT" run "$here/../unit/vmap_cpu_test.c" > "$tmp/all" 2>&1
	status=$?
	tail -n 1 "$tmp/all" > "$tmp/out"
	verdict $status "vmap_cpu_test, with many CPU ids and little memory"
	edge "the register window used up" window
	grep -q "^ioremap: no addresses, or no memory, for physical 0x10000000000, 42949672960 bytes" "$tmp/out"
	verdict $? "a line in the log says so"
	run_prog step "a look-up while the area becomes a smaller one, at each instruction"
}

all_areas() {
	run "many one-page areas at a time" live "$1"
	run "areas come and go and leave nothing" return "$2"
	run "freed areas among live ones give their frames back" holes
	run "a fork's child has guards of its own" child
	run "a fork while freed areas wait" lazy
	truncate -s 64K "$tmp/registers"
	KMEMKIT_IOMEM="0xfe000000+64K=$tmp/registers" run "ioremap() and the limit of mappings" ioremap
	KMEMKIT_MEM="dma=16M,dma32=112M,normal=64M" run "idle areas do not keep frames from others" pressure
	edge "a fork's child has guards where neighbouring slots were closed" guards
	KMEMKIT_MEM="dma32=32M,normal=64M" edge "the first areas of a fork's child, by two threads" first
	KMEMKIT_MEM="dma32=32M,normal=64M" edge "memory locked on fault" locked
	truncate -s 64K "$tmp/registers"
	KMEMKIT_IOMEM="0xfe000000+64K=$tmp/registers" edge "a device's file that became shorter is a bus error" truncated \
		"$tmp/registers"
	run "the limit of mappings" limit
	if [ "$KMEMKIT_GUARD" = mapping ]; then
		grep -q "^vmap: .* host mappings in use, .* vm.max_map_count" "$tmp/out" && grep -qx refused "$tmp/out"
	else
		grep -qx "not refused" "$tmp/out"
	fi
	verdict $? "the limit is met by mappings alone, and named"
}

if ! { "$KMEMKIT" cc -g -O1 "$here/vmap_prog.c" -o "$tmp/prog" && "$KMEMKIT" cc -g -O1 "$here/edge_prog.c" -o "$tmp/edge" &&
       "$KMEMKIT" cc -g -O1 "$here/step_prog.c" -o "$tmp/step"; } > "$tmp/out" 2>&1; then
	verdict 1 "the programs compile"
	exit 1
fi
KMEMKIT_GUARD= edges
for KMEMKIT_GUARD in madvise userfaultfd mapping; do
	export KMEMKIT_GUARD
	if "$tmp/prog" live 1 2>&1 | grep -q "this kernel does not have it"; then
		echo "ok - $KMEMKIT_GUARD # SKIP not on this kernel"
		continue
	fi
	case $KMEMKIT_GUARD in mapping) all_areas 10000 100000 ;; *) all_areas 131072 1000000 ;; esac
	for suite in vmap_test vmap_idle_test vmap_cpu_test vmap_limit_test; do
		for boot in slub_debug=U slub_debug=- vmalloc_debug=1; do
			case $suite$boot in vmap_idle*vmalloc_debug=1 | vmap_cpu*vmalloc_debug=1) continue ;; esac
			"$KMEMKIT" run --boot $boot "$here/../unit/$suite.c" > "$tmp/all" 2>&1
			status=$?
			tail -n 1 "$tmp/all" > "$tmp/out"
			verdict $status "$suite, $boot"
		done
	done
	"$here/../misuse/run.sh" "$KMEMKIT" guard_page guard_page_large use_after_vfree use_after_vfree_large \
		> "$tmp/out" 2>&1
	verdict $? "faults on guards and freed areas are explained"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
