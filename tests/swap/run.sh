#!/bin/bash
# SPDX-License-Identifier: MIT
# Swap: machines of 8 MiB with more swappable memory than that. KMEMKIT names the command (or $1).
# --long: 1 GiB over 256 MiB instead.
set -u
cd "$(dirname "$0")/../.."
long=
[ "${1:-}" = --long ] && { long=1; shift; }
KMEMKIT=${1:-${KMEMKIT:-build/kmemkit}}
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
unset KMEMKIT_BOOT

# verdict STATUS NAME [WHAT]: a failure says what was seen, then what failed inside, then the end of the text.
verdict() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1)); echo "ok - $2"
	else
		failed=$((failed + 1)); echo "not ok - $2"
		{ echo "${3:-exit status $1, expected 0}"; grep -A 3 'FAILED at' "$tmp/out" | head -n 8; tail -n 40 "$tmp/out"; } | sed 's/^/# /'
	fi
}

# suite NAME MAP ARGS...: a KUnit suite; what it measured is shown.
suite() {
	local name=$1 map=$2
	shift 2
	KMEMKIT_MEM=$map timeout 550 "$KMEMKIT" run --timeout 500 --param "path=$tmp/swap" "$@" >"$tmp/out" 2>&1
	verdict $? "$name"
	grep -E '# [a-z_]+: .* (out|faults)' "$tmp/out" | sed 's/^ */#   /'
}

# prog NAME STATUS BOOT ARGS...: the program's words go to $tmp/out.
prog() {
	local name=$1 want=$2 got
	got=$({ KMEMKIT_BOOT=$3 timeout 300 "$tmp/$4" "${@:5}" >"$tmp/out" 2>&1; echo $?; } 2>/dev/null)
	[ "$got" = "$want" ]
	verdict $? "$name" "exit status $got (124: hung), expected $want"
}

says() {
	grep -qF -- "$1" "$tmp/out"
	verdict $? "$2" "no line like: $1"
}

if [ -n "$long" ]; then
	suite "1 GiB over 256 MiB, 4 threads" dma=16M,dma32=240M --param mib=1024 --param rounds=1 tests/swap/swap_test.c
	echo "$passed passed, $failed failed"
	[ $failed = 0 ]; exit
fi

suite "32 MiB over 8 MiB, 4 threads" dma=8M tests/swap/swap_test.c
suite "the same with high memory" dma=4M,highmem=6M tests/swap/swap_test.c
suite "failing I/O, swapoff, a full file, holes" dma=8M tests/swap/swap_edge_test.c
for p in anon_prog threads; do
	"$KMEMKIT" cc -O1 -g -pthread tests/swap/$p.c -o "$tmp/$p" >"$tmp/out" 2>&1
	verdict $? "$p.c compiles"
done

prog "each shown page a mapping: within the limit, and as many as the host counts" 0 "" anon_prog mappings
sed 's/^/#   /' "$tmp/out"
prog "what a touch costs" 0 "" anon_prog cost
sed 's/^/#   /' "$tmp/out"
export KMEMKIT_MEM=dma=8M
swap=swap=$tmp/swap:64M
prog "system calls on absent pages: EFAULT, until touched" 0 $swap anon_prog efault
prog "16 MiB over 8, by a boot option" 0 $swap anon_prog overfill
prog "without a swap file: SIGBUS" 135 "" anon_prog overfill
says "no page for a write of 0x" "by name"
says "out of memory, and there is no swap file" "with the reason"
prog "with a full one: SIGBUS" 135 "swap=$tmp/swap:4M" anon_prog overfill
says "out of memory, and the swap file is full" "with the reason"
prog "with one that cannot be read: SIGBUS" 135 $swap anon_prog unreadable
says "its slot in the swap file cannot be read" "with the reason"
prog "behind a region: a fault like any other" 139 $swap anon_prog beyond
says "guard page: 0 bytes behind the end of the 16777216-byte area" "explained"
prog "after its end: a fault like any other" 139 $swap anon_prog ended
prog "a handler the program had before gets what is not ours" 0 $swap anon_prog others
prog "a fork's child has its own copy, slots too" 0 $swap anon_prog fork
prog "where the slots cannot be copied, the child's first touch of one is SIGBUS" 0 $swap anon_prog refused
says "kmemkit: use after fork: " "by name"
says "child: signal 7" "and the parent goes on"
KMEMKIT_FORK=deny prog "a child without memory ends at its first touch" 0 $swap anon_prog fork
says "use after fork: this process was forked with KMEMKIT_FORK=deny" "by name"
prog "a wrong option ends the start" 1 "swap=64M" anon_prog overfill
says "the value must be a path, a colon and a size" "by name"
prog "threads over shmem" 0 $swap threads shmem
prog "threads over anonymous memory" 0 $swap threads anon
KMEMKIT_RSEQ=0 prog "the same with slots" 0 $swap threads anon
prog "forks among threads that swap" 0 $swap threads forks

echo "$passed passed, $failed failed"
[ $failed = 0 ]
