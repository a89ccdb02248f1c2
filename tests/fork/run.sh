#!/bin/sh
# SPDX-License-Identifier: MIT
# Fork after start: run.sh [KMEMKIT]; or KMEMKIT in the environment, from the top folder.
KMEMKIT=${1:-${KMEMKIT:-build/kmemkit}}
here=$(dirname "$0")
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

verdict() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok - $2"
	else
		failed=$((failed + 1))
		echo "not ok - $2"
		{ echo "${3:-exit status $1, expected 0}"; cat "$tmp/out"; } | sed 's/^/# /'
	fi
}

# run NAME STATUS|bad ARGS...: the program's output goes to $tmp/out
run() {
	name=$1 want=$2
	shift 2
	"$tmp/fork_test" "$@" >"$tmp/out" 2>&1
	got=$?
	[ "$got" = "$want" ] || { [ "$want" = bad ] && [ "$got" != 0 ]; }
	verdict $? "$name" "exit status $got, expected $want"
}

says() {
	grep -qF -- "$1" "$tmp/out"
	verdict $? "$2" "no line like: $1"
}

if ! "$KMEMKIT" cc -O1 "$here/fork_test.c" -o "$tmp/fork_test" >"$tmp/out" 2>&1; then
	verdict 1 "fork_test compiles"
	echo "$passed passed, $failed failed"
	exit 1
fi

if ! "$KMEMKIT" cc -O1 "$here/still_test.c" -o "$tmp/still_test" >"$tmp/out" 2>&1; then
	verdict 1 "still_test compiles"
	echo "$passed passed, $failed failed"
	exit 1
fi

run "parent, child and grandchild allocate and free" 0
KMEMKIT_RSEQ=0 run "the same with slots" 0
KMEMKIT_MEM="dma=16M,dma32=112M,normal=384M,highmem=64M" run "the same with high memory" 0
run "forks among allocating threads" 0 threads
KMEMKIT_RSEQ=0 run "the same with slots" 0 threads
KMEMKIT_BOOT=slub_debug=FZPU run "the same with debug caches" 0 threads
run "a child that only executes another program" 0 exec

# still MODE: the same with another program
still() {
	"$tmp/still_test" "$1" >"$tmp/out" 2>&1
	verdict $? "forks beside a thread that is busy: $1"
}
still shrink
still drain
still fast
still handlers
KMEMKIT_RSEQ=0 still shrink
KMEMKIT_RSEQ=0 still fast
KMEMKIT_RSEQ=0 still handlers
KMEMKIT_BOOT=init_on_free=1 still fast

# beside NAME MODE [MEMORY MAP]: forks while another thread is inside the library
beside() {
	KMEMKIT_MEM=$3 "$tmp/beside" "$2" >"$tmp/out" 2>&1
	verdict $? "forks while another thread $1"
}

"$KMEMKIT" cc -O1 "$here/beside.c" -o "$tmp/beside" >"$tmp/out" 2>&1
verdict $? "beside compiles"
high="dma=16M,dma32=112M,highmem=64M"
beside "is in kmap()" kmap "$high"
beside "has a kmap_local_page() open" local "$high"
beside "undoes idle areas" purge
beside "finishes areas freed in atomic context" later
beside "is in the tree of bus addresses" resource
beside "is in an interrupt line" irq

"$KMEMKIT" cc -O1 "$here/grace.c" -o "$tmp/grace" -pthread >"$tmp/out" 2>&1 && "$tmp/grace" >"$tmp/out" 2>&1
verdict $? "a grace period under way at the fork does not count in the child"

# held NAME MODE [MEMORY MAP] [BOOT OPTIONS]: forks while another thread is in the middle of something that takes long
held() {
	KMEMKIT_MEM=$3 KMEMKIT_BOOT=$4 "$tmp/held" "$2" "$tmp/file" >"$tmp/out" 2>&1
	verdict $? "$1"
}

"$KMEMKIT" cc -O1 "$here/held.c" -o "$tmp/held" -pthread -rdynamic >"$tmp/out" 2>&1
verdict $? "held compiles"
held "a write to the swap file that takes longer than a second is waited for" write dma=8M "swap=$tmp/swap:64M"
held "validation waits for one too" validate dma=8M "swap=$tmp/swap:64M"
held "a child gives back a region in which other threads were faulting" region dma=8M "swap=$tmp/swap:64M"
held "a child is refused memory while its parent asks the OOM chain" oom dma=8M
held "a child destroys a cache that another thread's walk stood at" walk
held "a child opens files while its parent closes one" close
held "a page that an object names is free in no child" swap
KMEMKIT_RSEQ=0 held "the same with slots" swap
held "the word of pressure is each process's own" poll dma=8M

export KMEMKIT_FORK=deny
run "denied: the parent goes on" 0 child
says "kmemkit: use after fork: this process was forked with KMEMKIT_FORK=deny, the memory stayed with its parent" \
	"denied: the child's first call is a named report"
says "child: signal 6" "denied: the child ends by SIGABRT"
run "denied: a child may execute another program" 0 exec
export KMEMKIT_FORK=perhaps
run "a wrong policy ends the program" bad
says '"perhaps" at character 1' "a wrong policy is named"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
