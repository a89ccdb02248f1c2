#!/bin/sh
# SPDX-License-Identifier: MIT
# Idle memory goes back to the host, and stays where it is used: run.sh [KMEMKIT], or KMEMKIT in the environment.
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
	fi
	sed 's/^/# /' "$tmp/out"
}

# A machine that is busy with something else may need longer than the 2 seconds, by much. Not a longer wait of the same
# process: that it looks, with a drain, would bring memory back.
peak() {
	for seconds in 2 6 60; do
		"$tmp/resident" "$1" $seconds >"$tmp/out" 2>&1 && return
	done
	false
}

for name in resident steady forked churn late; do
	"$KMEMKIT" cc -O2 -g "$here/$name.c" -o "$tmp/$name" -pthread >"$tmp/out" 2>&1 || verdict 1 "$name.c compiles"
done
peak 512
verdict $? "after a peak of 512 MiB resident memory comes back"
peak 32
verdict $? "after a peak of 32 MiB, most of it in caches"
KMEMKIT_BOOT=idle_release_ms=0 "$tmp/resident" 64 1 >"$tmp/out" 2>&1
[ $? -ne 0 ] && grep -q "; 0 MiB released" "$tmp/out"
verdict $? "idle_release_ms=0: nothing is given back"
"$tmp/steady" >"$tmp/out" 2>&1
verdict $? "a steady load keeps what it uses"
"$tmp/forked" >"$tmp/out" 2>&1
verdict $? "forks meanwhile: nothing is lost on either side, and both go on"
KMEMKIT_MEM=dma=16M,normal=240M KMEMKIT_BOOT=idle_release_ms=4 "$tmp/churn" 3 >"$tmp/out" 2>&1
verdict $? "blocks forgotten and used again at once, and compacted meanwhile: nothing is lost"
KMEMKIT_MEM=dma=16M,normal=1008M KMEMKIT_BOOT=idle_release_ms=20 "$tmp/late" >"$tmp/out" 2>&1
verdict $? "what comes while the thread falls asleep goes back, too"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
