#!/bin/sh
# SPDX-License-Identifier: MIT
# One misuse, one tiny program, one text. Usage: run.sh [KMEMKIT [NAME...]]; UPDATE=1 writes the
# .expected files from what is printed. A line "mem: MAP" in a program is its memory map, a line
# "boot: OPTIONS" its boot options; "(run)" means it is a module for `kmemkit run`.
#
# The text is all output; of stacks only the program's own lines are kept, and what differs between
# runs (addresses, offsets, frame numbers) is replaced. The last line is the exit status.
KMEMKIT=${1:-$KMEMKIT}
[ $# -gt 0 ] && shift
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

normalise() {
	awk -v own="$1.c:" '
		/^Call Trace:/ { stack = 1; next }
		/^(Allocated|Freed) in .* age=/ { stack = 1; print; next }
		stack && /^ / { if (index($0, own)) print; next }
		/\/libc\.so/ || /^Segmentation fault/ { next }
		/^(lowmem|gap|vmemmap|vmalloc|pkmap|fixmap|arrays) .* MiB / || /^zone .* frames 0x/ { next }	# the layout: another on each machine
		{ stack = 0; print }' |
	sed -E -e 's/\+0x[0-9a-f]+\/0x[0-9a-f]+/+OFF/g' -e 's/\[[^]]*\/([^]\/]+:[0-9]+)\]/[\1]/g' \
	    -e 's/ at [^ ]*\/([^ \/]+):[0-9]+/ at \1/' -e 's/(0x)?[0-9a-f]{10,16}/ADDR/g' \
	    -e 's/(pfn:|page 0x|index:)(0x)?[0-9a-f]+/\1N/g' -e 's/(pid|thread)[:= ] ?[0-9]+/\1 N/g' \
	    -e 's/process [^ ]+  pfn/process NAME  pfn/' -e 's/(objects|used|age|cpu|@offset)=[0-9]+/\1=N/g'
}

run_one() {
	name=$1
	mem=$(sed -n 's/.*mem: \([^ ]*\) .*/\1/p' "$here/$name.c")
	boot=$(sed -n 's/.*boot: \([^*]*[^* ]\).*/\1/p' "$here/$name.c")
	unset KMEMKIT_BOOT
	[ -z "$boot" ] || export KMEMKIT_BOOT="$boot"
	if grep -q '(run)' "$here/$name.c"; then
		KMEMKIT_MEM=${mem:-$KMEMKIT_MEM} "$KMEMKIT" run "$here/$name.c" > "$tmp/out" 2> "$tmp/log"
		status=$?		# two streams of two processes: their order is chance, so one behind the other
		cat "$tmp/log" >> "$tmp/out"
		(exit $status)
	elif ! "$KMEMKIT" cc -g -O1 "$here/$name.c" -o "$tmp/$name" > "$tmp/out" 2>&1; then
		return 1
	else
		if [ -n "$mem" ]; then export KMEMKIT_MEM="$mem"; else unset KMEMKIT_MEM; fi
		sh -c 'ulimit -c 0; "$1"; exit $?' sh "$tmp/$name" > "$tmp/out" 2>&1
	fi
	echo "exit status $?" >> "$tmp/out"
	# Lines of our own sources move; those of the program are the point.
	normalise "$name" < "$tmp/out" | sed -E "/\[$name\.c:/!s/\[([a-z_]+\.[ch]):[0-9]+\]/[\1]/" > "$tmp/text"
}

for file in "$here"/*.c; do
	name=$(basename "$file" .c)
	[ $# -eq 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
	if ! run_one "$name"; then
		echo "FAILED: $name does not build"
		cat "$tmp/out"
		failed=$((failed + 1))
	elif [ -n "$UPDATE" ]; then
		cp "$tmp/text" "$here/$name.expected"
	elif diff -u "$here/$name.expected" "$tmp/text" > "$tmp/diff" 2>&1; then
		passed=$((passed + 1))
	else
		echo "FAILED: $name"
		cat "$tmp/diff"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
