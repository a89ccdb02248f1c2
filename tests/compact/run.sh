#!/bin/sh
# SPDX-License-Identifier: MIT
# Large blocks out of fragmented memory: run.sh [KMEMKIT], or KMEMKIT in the environment.
KMEMKIT=${1:-${KMEMKIT:-build/kmemkit}}
here=$(dirname "$0")
top=$here/../..
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
export KMEMKIT_MEM=dma=16M,normal=112M

# fragment NAME BOOT OPTIONS...: bench/fragment.c under these boot options
fragment() {
	name=$1 boot=$2
	shift 2
	if "$KMEMKIT" run "$top/bench/fragment.c" --boot "slub_debug=- $boot" "$@" >"$tmp/out" 2>&1; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name"
	fi
	sed 's/^/# /' "$tmp/out"
}

fragment "order 9: at least 90 % of what is possible" ""
fragment "the same, nearly full" "" --param keep=12
fragment "grouping and compaction off: only to compare" "page_group=off compaction=off" --param baseline=1
grep -q "compaction: 0 requests" "$tmp/out" || { failed=$((failed + 1)); echo "not ok - compaction=off has no effect"; }
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
