#!/bin/bash
# SPDX-License-Identifier: MIT
# ThreadSanitizer over the library: no report for a correct program, a report for each planted race.
# Usage: run.sh [KMEMKIT], the command of a build with -Dflavour=tsan; else KMEMKIT names it.
set -u
cd "$(dirname "$0")/../.."
KMEMKIT=${1:-${KMEMKIT:-${BUILD:-build-tsan}/kmemkit}}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

# verdict WHAT STATUS: counts, and shows the program's words when it failed.
verdict() {
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1)); echo "ok $1"
	else
		failed=$((failed + 1)); echo "not ok $1"; tail -n 60 "$out/text"
	fi
}

compile() {
	"$KMEMKIT" cc -O1 -g "tests/tsan/$1.c" -o "$out/$1" -pthread >"$out/text" 2>&1
}

export TSAN_OPTIONS="exitcode=66 halt_on_error=0 ${TSAN_OPTIONS:-}"
# churn NAME [VARIABLE=VALUE...]
churn() {
	local name=$1 status
	shift
	env "$@" timeout 300 "$out/churn" >"$out/text" 2>&1
	status=$?
	! grep -q "ThreadSanitizer" "$out/text" && [ $status -eq 0 ] && grep -q churned "$out/text"
	verdict "two threads churn kmalloc, a cache and alloc_pages$name: no report" $?
}

if compile churn; then
	churn ""
	churn ", owners recorded" KMEMKIT_BOOT=slub_debug=U
	churn ", debug caches" KMEMKIT_BOOT=slub_debug=FZPU
	churn ", memory short" KMEMKIT_MEM=dma=2M
else
	verdict "churn.c compiles" 1
fi
# Swappable memory of 12 MiB over 8, shmem and anonymous: the fault handler runs under the sanitizer, too.
if "$KMEMKIT" cc -O1 -g -pthread tests/swap/threads.c -o "$out/threads" >"$out/text" 2>&1; then
	for name in shmem anon; do
		KMEMKIT_MEM=dma=8M KMEMKIT_BOOT=swap=$out/swap:32M timeout 300 "$out/threads" $name >"$out/text" 2>&1 &&
			! grep -q "ThreadSanitizer" "$out/text"
		verdict "four threads over swapped $name memory: no report" $?
	done
else
	verdict "threads.c compiles" 1
fi
if "$KMEMKIT" cc -O1 -g tests/reclaim/pressure.c -o "$out/pressure" -pthread >"$out/text" 2>&1; then
	KMEMKIT_MEM=dma=16M,normal=16M timeout 300 "$out/pressure" stream >"$out/text" 2>&1 && ! grep -q ThreadSanitizer "$out/text"
	verdict "four threads stream through memory with kswapd: no report" $?
else
	verdict "pressure.c compiles" 1
fi
for suite in lru kswapd shrinker; do
	timeout 300 "$KMEMKIT" run "tests/unit/${suite}_test.c" >"$out/text" 2>&1 && ! grep -q ThreadSanitizer "$out/text"
	verdict "${suite}_test.c: no report" $?
done
# Virtual areas, and both windows of high memory.
if compile areas; then
	timeout 300 "$out/areas" >"$out/text" 2>&1 && ! grep -q ThreadSanitizer "$out/text"
	verdict "three threads make and free areas beside a reader of vmallocinfo: no report" $?
else
	verdict "areas.c compiles" 1
fi
high() {
	timeout 300 "$KMEMKIT" run "$@" >"$out/text" 2>&1 && ! grep -qE "ThreadSanitizer|# SKIP" "$out/text"
	verdict "${*: -1} with high memory: no report" $?
}
KMEMKIT_MEM=dma=16M,dma32=112M,normal=128M,highmem=64M high tests/unit/highmem_test.c
KMEMKIT_MEM=dma=16M,normal=64M,highmem=64M high --boot kmap_slots=16 --param rounds=2000 tests/highmem/slots_test.c
for name in race reuse; do
	if compile $name; then
		timeout 300 "$out/$name" >"$out/text" 2>&1
		grep -q "WARNING: ThreadSanitizer: data race" "$out/text" && grep -q "$name.c" "$out/text"
		verdict "the planted bug of $name.c is reported" $?
	else
		verdict "$name.c compiles" 1
	fi
done
# Pages that move under their users: suites with threads of their own.
for name in compact compact_cache compact_anon budget; do
	timeout 300 "$KMEMKIT" run "tests/unit/${name}_test.c" >"$out/text" 2>&1
	status=$?
	! grep -q "WARNING: ThreadSanitizer" "$out/text" && [ $status -eq 0 ]
	verdict "tests/unit/${name}_test.c: no report" $?
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
