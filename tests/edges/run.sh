#!/bin/bash
# SPDX-License-Identifier: MIT
# AddressSanitizer sees the edges of what we hand out: each wrong access is reported and explained, its right twin is not.
# Usage: run.sh [KMEMKIT], the command of a build with -Dflavour=asan; else KMEMKIT names it.
set -u
cd "$(dirname "$0")/../.."
KMEMKIT=${1:-${KMEMKIT:-${BUILD:-build-asan}/kmemkit}}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0 failed=0

# verdict WHAT STATUS: counts, and shows the program's words when it failed.
verdict() {
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1)); echo "ok $1"
	else
		failed=$((failed + 1)); echo "not ok $1"; tail -n 40 "$out" | sed 's/^/# /'
	fi
}

# touch BOOT NAME GOOD
touch_it() {
	timeout 300 "$KMEMKIT" run --boot "$1" --param "which=$2" --param "good=$3" tests/edges/touch.c >"$out" 2>&1
}

# right BOOT NAME: no report, no leak.
right() {
	touch_it "$1" "$2" 1 && ! grep -qE "AddressSanitizer|leak:" "$out"
	verdict "$2${1:+ with $1}: the right access" $?
}

# edge BOOT NAME WORDS: reported at the access, and explained so.
edge() {
	right "$1" "$2"
	! touch_it "$1" "$2" 0 && grep -q "AddressSanitizer: use-after-poison" "$out" &&
		grep -qE "^kmemkit: 0x[0-9a-f]+ is $3" "$out"
	verdict "$2${1:+ with $1}: reported" $?
}

for boot in slub_debug=U slub_debug=-; do
	edge $boot kmalloc_end "20 bytes into the live object .* of cache kmalloc-32, 32 bytes each"
	edge $boot kzalloc_variable "61 bytes into the live object .* of cache kmalloc-64"
	edge $boot kfree_use "4 bytes into the free object .* of cache kmalloc-128"
	edge $boot cache_end "44 bytes into the live object .* of cache odd, 44 bytes each"
	edge $boot cache_use "(39 bytes into the free object .* of cache thing|in the free page)"
	right $boot typesafe_use
	edge $boot bulk_use "(0 bytes into the free object .* of cache thing|in the free page)"
	edge $boot krealloc_shrunk "150 bytes into the live object .* of cache kmalloc-256"
	edge $boot krealloc_moved "0 bytes into the free object .* of cache kmalloc-32"
	edge $boot large_end "300000 bytes into the live block .* of 524288 bytes"
	edge $boot page_use "in the free page of frame 0x"
	edge $boot vmalloc_end "5000 bytes inside the 8192-byte area"
	edge $boot vfree_use "use after vfree: 77 bytes inside the freed area"
	edge $boot memcpy_end "24 bytes into the live object .* of cache kmalloc-32"
	edge $boot rcu_use "1 bytes into the free object"
	edge $boot last_end "in a slab of cache last, in no object"
	right $boot others_read
	edge $boot ksize_dead "8 bytes into the free object .* of cache kmalloc-128"
done
# Who did it, where owners are recorded.
touch_it slub_debug=U kmalloc_end 0
grep -qE "^kmemkit: .*, 20 bytes asked for by kmalloc_end\+.*touch.c:[0-9]+\]" "$out"
verdict "an owner is named" $?
touch_it slub_debug=U kfree_use 0
grep -qE "^kmemkit: .*, allocated by kfree_use\+.*, freed by kfree_use\+" "$out"
verdict "who freed is named" $?
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
