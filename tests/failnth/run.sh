#!/bin/sh
# SPDX-License-Identifier: MIT
# Every request of every scenario fails once; the counters must come back. Usage: run.sh [KMEMKIT [NAME...]]
KMEMKIT=${1:-$KMEMKIT}
[ $# -gt 0 ] && shift
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
if ! "$KMEMKIT" cc -O1 -g "$here/failnth.c" -o "$tmp/failnth"; then
	echo "0 passed, 1 failed"
	exit 1
fi
status=0
for boot in slub_debug=U slub_debug=FZPU; do
	echo "# $boot"
	FAILNTH_SWAP=$tmp/swap KMEMKIT_BOOT=$boot "$tmp/failnth" "$@" > "$tmp/text" 2> "$tmp/log" || { status=1; tail -n 40 "$tmp/log"; }
	grep -v '^[0-9]* passed' "$tmp/text"
	grep '^[0-9]* passed' "$tmp/text" >> "$tmp/sums"
done
awk '{ p += $1; f += $3 } END { printf "%d passed, %d failed\n", p, f }' "$tmp/sums"
exit $status
