#!/bin/sh
# SPDX-License-Identifier: MIT
# Soak for 10 s (--long: 10 minutes; or SOAK_SECONDS) with two threads in 48 MiB, a swap file, failures injected.
set -u
build=${BUILD:-build}
case " $* " in *" --long "*) seconds=600 ;; *) seconds=10 ;; esac
seconds=${SOAK_SECONDS:-$seconds}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/kmemkit" run --timeout=$((seconds + 240)) --param seconds="$seconds" --param seed="${SOAK_SEED:-1}" \
	--boot "mem=48M swap=$work/swap:256M fail_page_alloc=1000,100,0,-1 failslab=2000,100,0,-1" \
	"$root/tests/soak/soak_test.c" "$root/examples/pagecache/pagecache.c" >"$work/out" 2>"$work/err"
status=$?
grep -h '^ *# soak' "$work/out"
if [ $status = 0 ]; then
	echo "soak: 1 passed, 0 failed"
else
	tail -n 40 "$work/out" "$work/err"
	echo "soak: 0 passed, 1 failed"
fi
exit $status
