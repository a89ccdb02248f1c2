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
KMEMKIT_BOOT="slub_debug=U" "$tmp/failnth" "$@" > "$tmp/text" 2> "$tmp/log"
status=$?
[ $status -eq 0 ] || tail -n 40 "$tmp/log"
cat "$tmp/text"
exit $status
