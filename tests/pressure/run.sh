#!/bin/sh
# SPDX-License-Identifier: MIT
# Scripts of kmemkit run --pressure: run.sh [KMEMKIT], or KMEMKIT in the environment.
KMEMKIT=${1:-${KMEMKIT:-build/kmemkit}}
here=$(dirname "$0")
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
export KMEMKIT_MEM=dma=16M,normal=48M

verdict() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok - $2"
	else
		failed=$((failed + 1))
		echo "not ok - $2"
		{ [ -z "$3" ] || echo "no line like: $3"; cat "$tmp/out"; } | sed 's/^/# /'
	fi
}

squeezed() {
	"$KMEMKIT" run "$here/squeezed_test.c" --pressure "$1" >"$tmp/out" 2>&1 && grep -q "^ok 1 squeezed" "$tmp/out"
}

# expect SCRIPT LINE...: the suite under that script prints these lines
expect() {
	script=$1
	shift
	squeezed "$script"
	status=$?
	missing=
	for line in "$@"; do
		grep -qF "$line" "$tmp/out" || { status=1 missing=$line; }
	done
	verdict $status "$script" "$missing"
}

expect none "GFP_NOWAIT: 0 of 600" "GFP_ATOMIC: 0 of 600" "GFP_KERNEL: 0 of 600"
expect min "GFP_NOWAIT: 600 of 600" "GFP_KERNEL: 600 of 600"
! grep -q "GFP_ATOMIC: \(0\|600\) of 600" "$tmp/out"
verdict $? "at min, atomic requests live from the reserve"
expect wait:100,min,wait:200,none "GFP_NOWAIT: 200 of 600 failed, first 100, last 299" "GFP_KERNEL: 0 of 600"
expect wait:300,low,wait:1,none "GFP_NOWAIT: 0 of 600" "GFP_KERNEL: 0 of 600"
expect 50% "GFP_NOWAIT: 0 of 600"
expect 1M "GFP_NOWAIT:"
! grep -q "GFP_NOWAIT: \(0\|600\) of 600" "$tmp/out"
verdict $? "of 1 MiB some of 600 frames can be had"
expect storm:5 "GFP_NOWAIT: 80 of 600 failed, first 0, last 143" "GFP_KERNEL: 0 of 600"

squeezed wait:7,storm:3,wait:100,repeat
grep failed, "$tmp/out" >"$tmp/first"
squeezed wait:7,storm:3,wait:100,repeat
grep failed, "$tmp/out" | cmp -s - "$tmp/first"
verdict $? "two runs under one script fail at the same requests"

for script in "" "min," wait wait:0 storm:x 0% 101% 9 9x low,repeat 64m,foo; do
	"$KMEMKIT" run "$here/squeezed_test.c" --pressure "$script" >"$tmp/out" 2>&1
	[ $? = 2 ] && grep -q "^kmemkit run: --pressure: " "$tmp/out"
	verdict $? "refused: '$script'"
done
KMEMKIT_BOOT=pressure=low,foo "$KMEMKIT" run "$here/squeezed_test.c" >"$tmp/out" 2>&1
[ $? != 0 ] && grep -q 'pressure: "foo" is not a step' "$tmp/out"
verdict $? "the boot option names the wrong step, too"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
