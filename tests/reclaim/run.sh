#!/bin/sh
# SPDX-License-Identifier: MIT
# Reclaim on small machines: run.sh [KMEMKIT]; or KMEMKIT in the environment, from the top folder.
cd "$(dirname "$0")/../.." || exit 2
KMEMKIT=${1:-${KMEMKIT:-build/kmemkit}}
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
		{ echo "${3:-exit status $1 (124: hung), expected 0}"; grep -A 3 'FAILED at' "$tmp/out" | head -n 8; tail -n 60 "$tmp/out"; } |
			sed 's/^/# /'
	fi
}

# suite MAP NAME: a unit suite on a machine of that map
suite() {
	KMEMKIT_MEM=$1 "$KMEMKIT" run "tests/unit/$2_test.c" >"$tmp/out" 2>&1
	verdict $? "$2_test.c on $1"
}

# says PATTERN WHAT: an extended regular expression that is a whole line of the last output
says() {
	grep -qxE -- "$1" "$tmp/out"
	verdict $? "$2" "no line like: $1"
}

for map in dma=16M dma=16M,normal=48M dma=16M,dma32=112M,normal=64M,highmem=64M i386; do
	suite $map gfp_flags
done
suite dma=16M,normal=48M lru
suite dma=16M,dma32=112M,normal=64M,highmem=64M lru
KMEMKIT_MEM=dma=16M,normal=48M "$KMEMKIT" run --boot slub_debug=- --proc vmstat,zoneinfo,meminfo tests/unit/lru_test.c \
	>"$tmp/out" 2>&1
verdict $? "lru_test.c with open CPU arrays"
says '# pgsteal_direct [1-9][0-9]*' "vmstat: pages stolen"
says '# allocstall_normal [1-9][0-9]*' "vmstat: requests that reclaimed"
says '# nr_inactive_file 0' "vmstat: nothing left on the lists"
says '#       nr_vmscan_write [1-9][0-9]*' "zoneinfo: pages written by reclaim"
says '# Inactive\(file\):        0 kB' "meminfo: the lists"
suite dma=16M,normal=112M kswapd

if ! "$KMEMKIT" cc -O1 -g tests/reclaim/pressure.c -o "$tmp/pressure" -pthread >"$tmp/out" 2>&1; then
	verdict 1 "pressure.c compiles"
	echo "$passed passed, $failed failed"
	exit 1
fi

export KMEMKIT_MEM=dma=4M
timeout 300 "$tmp/pressure" fail >"$tmp/out" 2>&1
verdict $? "running out of memory, and giving it all back"
says '[^ ]+: page allocation failure: order:0, mode:0xcc0\(GFP_KERNEL\), nodemask=\(null\)' "the failure is named"
says 'Mem-Info:' "with the state of memory"
says 'active_anon:[0-9]+ inactive_anon:[0-9]+ isolated_anon:[0-9]+' "the lists"
says ' free:[0-9]+ free_pcp:[0-9]+ free_cma:0' "the totals"
says 'Node 0 DMA free:[0-9]+kB boost:[0-9]+kB min:[0-9]+kB low:[0-9]+kB high:[0-9]+kB .* managed:[0-9]+kB .*' "the zone"
says 'DMA: .*= [0-9]+kB' "its free blocks"
says '1024 pages RAM' "the machine"
timeout 300 "$tmp/pressure" quiet >"$tmp/out" 2>&1 && [ ! -s "$tmp/out" ]
verdict $? "the same without a word for __GFP_NOWARN"

if ! "$KMEMKIT" cc -O1 -g tests/reclaim/refused.c -o "$tmp/refused" -pthread >"$tmp/out" 2>&1; then
	verdict 1 "refused.c compiles"
fi
export KMEMKIT_MEM=dma=8M
for mode in late held slabs disk dead exit fork shared; do
	timeout 120 "$tmp/refused" $mode >"$tmp/out" 2>&1
	verdict $? "refused only without hope: $mode"
done

export KMEMKIT_MEM=dma=16M,normal=16M
for rseq in 1 0; do
	KMEMKIT_RSEQ=$rseq timeout 300 "$tmp/pressure" stream >"$tmp/out" 2>&1
	verdict $? "four threads stream through memory, KMEMKIT_RSEQ=$rseq"
done
timeout 300 "$tmp/pressure" fork >"$tmp/out" 2>&1
verdict $? "forks in the middle of it"
unset KMEMKIT_MEM
"$KMEMKIT" cc -O1 -g tests/reclaim/fork_locks.c -o "$tmp/fork_locks" -pthread >"$tmp/out" 2>&1 &&
	timeout 500 "$tmp/fork_locks" >"$tmp/out" 2>&1
verdict $? "forks among threads that hold spin locks"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
