#!/bin/sh
# SPDX-License-Identifier: MIT
# The page cache and its example, small, with their threads under ThreadSanitizer: no report. KMEMKIT (or $1) names
# the command of a build with -Dflavour=tsan.
KMEMKIT=${1:-$KMEMKIT}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0 failed=0

quiet() { # what, arguments of run
	what=$1
	shift
	if "$KMEMKIT" run --timeout 200 "$@" >"$out" 2>&1 && ! grep -q ThreadSanitizer "$out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
		grep -A 30 'WARNING: ThreadSanitizer\|EXPECTATION' "$out" | head -60
		tail -20 "$out"
	fi
}

quiet "unit suite" tests/unit/pagecache_test.c
quiet "example" --param size_mb=16 --param memory_mb=4 --param ops=8000 examples/pagecache/pagecache.c \
	examples/pagecache/pagecache_test.c
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
