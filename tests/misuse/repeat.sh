#!/bin/sh
# SPDX-License-Identifier: MIT
# Each misuse of slab memory N times (10,000) in one process, among other operations: every one must be
# reported, at the call. Usage: repeat.sh [KMEMKIT [N]].
KMEMKIT=${1:-$KMEMKIT}
n=${2:-10000}
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

if ! "$KMEMKIT" cc -O1 "$here/repeat/repeat.c" -o "$tmp/repeat" -pthread > "$tmp/log" 2>&1; then
	cat "$tmp/log"
	echo "0 passed, 1 failed"
	exit 1
fi
if "$tmp/repeat" correct 10 > "$tmp/out" 2> /dev/null || ! grep -q "^correct: 0 of 10 " "$tmp/out"; then
	echo "FAILED: correct frees were counted as misuse"
	failed=1
else
	passed=1
fi
for name in double_now double_later double_thread interior stack static never_mapped wrong_cache vmalloc page; do
	if "$tmp/repeat" $name "$n" > "$tmp/out" 2> "$tmp/log"; then
		passed=$((passed + 1))
	else
		echo "FAILED: $name, exit status $?"
		tail -n 20 "$tmp/log"
		failed=$((failed + 1))
	fi
	cat "$tmp/out"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
