#!/bin/sh
# SPDX-License-Identifier: MIT
# The page cache: forks while the flusher writes; the example killed in the middle, when kill -9 loses only
# what was not written back.
# KMEMKIT names the command (or $1). --long: 1 GiB of file in 64 MiB of memory, and the whole suite of the
# example at that size; else 64 MiB in 8 MiB.
long=
[ "$1" = --long ] && { long=1; shift; }
KMEMKIT=${1:-$KMEMKIT}
size=64 memory=8 after='1 2'
[ -n "$long" ] && size=1024 memory=64 after='4 9 15'
work=$(mktemp -d "${TMPDIR:-/tmp}/pagecache.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

result() { # status what
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
		tail -40 "$work/out"
	fi
}

# The program is the command's child; it is killed, not the command.
killed() { # seconds
	rm -f "$work/file" "$work/log"
	"$KMEMKIT" run --timeout 120 --param file="$work/file" --param log="$work/log" --param size_mb=$size \
		--param memory_mb=$memory tests/pagecache/kill.c examples/pagecache/pagecache.c >"$work/out" 2>&1 &
	command=$!
	while [ ! -s "$work/log" ] && kill -0 $command 2>/dev/null; do
		sleep 0.1
	done
	sleep "$1"
	program=$(cat /proc/$command/task/$command/children)
	[ -n "$program" ] && kill -9 $program
	wait $command
	[ $? -eq 1 ] && [ -n "$program" ] && grep -q 'SIGKILL\|signal 9\|Killed' "$work/out"
}

check() { # lie
	"$KMEMKIT" run --timeout 120 --param file="$work/file" --param log="$work/log" --param size_mb=$size \
		--param lie="$1" tests/pagecache/check.c >"$work/out" 2>&1
}

"$KMEMKIT" cc -O1 tests/pagecache/fork_test.c -o "$work/fork_test" >"$work/out" 2>&1 &&
	timeout 500 "$work/fork_test" >"$work/out" 2>&1
result $? "forks while the flusher writes"
for seconds in $after; do
	killed "$seconds"
	result $? "a program killed after $seconds s"
	check 0
	result $? "what was written back before the kill is there"
	grep 'records promise' "$work/out"
done
check 1000000
[ $? -eq 1 ]
result $? "a log that promises too much is found out"
if [ -n "$long" ]; then
	"$KMEMKIT" run --timeout 500 --param size_mb=$size --param memory_mb=$memory examples/pagecache/*.c >"$work/out" 2>&1
	result $? "the example with 1 GiB in 64 MiB"
	grep 'pages of file\|written by' "$work/out"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
