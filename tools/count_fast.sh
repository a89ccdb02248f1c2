#!/bin/sh
# SPDX-License-Identifier: MIT
# Instructions of a constant-size kmalloc and its kfree. Usage: count_fast.sh [BUILD [LIMIT]].
#
# On restartable sequences: from the disassembly of libkmemkit.so, from a function's entry to its first
# return, jumps followed and branches not taken (the compiler puts the likely side in line; a call on
# the way is an error). On slots: callgrind counts the two functions and what they jump to while the loop of
# bench/count.c runs, where valgrind is installed. Either fails above LIMIT, 70. --self-test counts a made-up
# listing.
set -eu

# count NAME < disassembly: instructions on the straight line, or an error.
count() {
	awk -v name="$1" '
	$0 ~ "^[0-9a-f]+ <" name ">:" { inside = 1; next }
	/^$/ { inside = 0 }
	inside && match($0, /^ *[0-9a-f]+:/) {
		addr = $1; sub(":", "", addr)
		text = $0; sub(/^ *[0-9a-f]+:[ \t]*/, "", text)
		if (!n) first = addr
		if (n++) follow[before] = addr
		ins[addr] = text; before = addr
	}
	END {
		if (!n) { print name ": no such function" > "/dev/stderr"; exit 1 }
		for (at = first; at in ins; steps++) {
			split(ins[at], part, /[ \t]+/)
			if (part[1] ~ /^ret/ || (part[1] == "repz" && part[2] ~ /^ret/)) { print steps + 1; exit 0 }
			if (part[1] ~ /^call/ || (part[1] ~ /^jmp/ && !(part[2] in ins)) || steps > 1000) break
			at = part[1] ~ /^jmp/ ? part[2] : follow[at]
		}
		print name ": the straight line does not return: " ins[at] > "/dev/stderr"
		exit 1
	}'
}

if [ "${1:-}" = --self-test ]; then
	listing='0000000000000010 <f>:
  10:	test   %rax,%rax
  13:	jne    20 <f+0x10>
  15:	jmp    1a <f+0xa>
  17:	nop
  1a:	mov    %rax,%rbx
  1d:	ret
  20:	call   30 <g>

0000000000000030 <g>:
  30:	call   10 <f>
  35:	ret'
	[ "$(echo "$listing" | count f)" = 5 ] && ! echo "$listing" | count g 2>/dev/null &&
		! echo "$listing" | count h 2>/dev/null && echo "1 passed, 0 failed" && exit 0
	echo "0 passed, 1 failed"
	exit 1
fi

build=${1:-build} limit=${2:-70}
root=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
objdump -d --no-show-raw-insn "$build/libkmemkit.so" > "$tmp/text"
pair() {
	a=$(count "$1" < "$tmp/text") && f=$(count "$2" < "$tmp/text") || exit 1
	printf '%-40s %3d + %3d = %3d instructions, limit %d\n' "$1 + $2" "$a" "$f" $((a + f)) "$limit"
}
status=0
# The plain forms are what constant flags such as GFP_KERNEL lead to, the others judge the flags they get.
for form in kmk_kmalloc_plain_at kmk_kmalloc_at; do
	pair $form kfree
	[ $((a + f)) -le "$limit" ] || { echo "count_fast: OVER the limit"; status=1; }
done
pair kmk_kmalloc_plain kfree
pair __kmalloc kfree
pair kmk_cache_alloc_plain kmem_cache_free
pair kmem_cache_alloc kmem_cache_free

if command -v valgrind > /dev/null; then
	"$build/kmemkit" cc -O2 "$root/bench/count.c" -o "$tmp/count"
	for what in kmalloc cache; do
		valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file="$tmp/counts" \
			"$tmp/count" $what > "$tmp/out" 2>&1
		callgrind_annotate --threshold=100 "$tmp/counts" >> "$tmp/out"
		awk -v what=$what -v limit="$limit" '
			/^PAIRS/ { n = $2 }
			/ Collected : / { all = $NF }
			/:(kmk_kmalloc_plain_at|alloc_second|kfree|kmk_cache_alloc_plain|cache_alloc_second|kmem_cache_free)( \[|$)/ {
				gsub(",", "", $1); ours += $1
			}
			END {
				printf "%-40s %.1f instructions a pair, limit %d (%.1f with the loop and its jumps)\n",
					"slots: " what, ours / n, limit, all / n
				exit !n || !ours || ours / n > limit
			}' "$tmp/out" || { echo "count_fast: OVER the limit"; status=1; }
	done
else
	echo "slots: valgrind is not installed"
fi
exit $status
