#!/bin/sh
# SPDX-License-Identifier: MIT
# Files as devices, bad KMEMKIT_IOMEM tokens, protections, sharing, the printed address space.
# KMEMKIT names the command (or $1).
KMEMKIT=${1:-$KMEMKIT}
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

result() { # name status [text]
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		[ -n "$3" ] && cat "$3"
	fi
}

for p in files protect share nothing; do
	"$KMEMKIT" cc -g -O1 "$here/$p.c" -o "$tmp/$p" > "$tmp/out" 2>&1 || { cat "$tmp/out"; exit 1; }
done

# ---- files ----
fresh() {
	head -c 16384 /dev/zero > "$1"
	printf '\021\042\063\104' | dd of="$1" bs=1 seek="$2" conv=notrunc 2> /dev/null
}
fresh "$tmp/dev" 4096
fresh "$tmp/dev@x" 0
io="0xfe000000+8K=$tmp/dev@4K,0xfe100000+4096:32=$tmp/dev@x"
KMEMKIT_IOMEM=$io "$tmp/files" "$tmp/dev" > "$tmp/out" 2>&1
result "files" $? "$tmp/out"
fresh "$tmp/dev" 4096
KMEMKIT_IOMEM=$io KMEMKIT_BOOT=iomem_debug=1 "$tmp/files" "$tmp/dev" checked > "$tmp/out" 2>&1
result "files, checked" $? "$tmp/out"

# ---- bad tokens: each is named with its position ----
bad() { # tokens position reason
	KMEMKIT_MEM=dma=16M KMEMKIT_IOMEM=$1 "$tmp/nothing" > "$tmp/out" 2>&1
	[ $? -eq 3 ] && grep -F "at character $2: $3" "$tmp/out" > /dev/null
	result "KMEMKIT_IOMEM=$1" $? "$tmp/out"
}
good="0xfe000000+4K=$tmp/dev"
bad "0xfe000000" 1 "expected START+SIZE=PATH"
bad "$good,0xfe100000+4K" $((${#good} + 2)) "expected START+SIZE=PATH"
bad "0xfe000010+4K=$tmp/dev" 1 "START must be a number and a multiple of 4K"
bad "fe000000+4K=$tmp/dev" 1 "START must be a number"
bad "0xfe000000+4X=$tmp/dev" 1 "SIZE must be a number"
bad "0xfe000000+0=$tmp/dev" 1 "SIZE must be a number"
bad "0xfffffffffffff000+8K=$tmp/dev" 1 "the range goes beyond the last address"
bad "0xfe000000+4K:33=$tmp/dev" 1 "WIDTH must be 8, 16, 32 or 64"
bad "0xfe000000+4K=" 1 "expected a path"
bad "0xfe000000+4K=$tmp/dev@100" 1 "OFFSET must be a multiple of 4K"
bad "0xfe000000+4K=$tmp/dev@16K" 1 "the file ends before the range does"
bad "0xfe000000+4K=$tmp/absent" 1 "cannot open the file: No such file or directory"
bad "0x1000+4K=$tmp/dev" 1 "the range overlaps memory of the map"
bad "$good,$good" $((${#good} + 2)) "the range overlaps that of $tmp/dev"

# ---- protections, sharing ----
"$tmp/protect" > "$tmp/out" 2>&1
result "protect" $? "$tmp/out"
"$tmp/share" > "$tmp/out" 2>&1
result "share" $? "$tmp/out"

# ---- the example driver, and a bad option ----
"$KMEMKIT" run "$here"/../../examples/timer/*.c > "$tmp/out" 2>&1
result "examples/timer" $? "$tmp/out"
KMEMKIT_BOOT=kmap_slots=0 "$tmp/nothing" > "$tmp/out" 2>&1
[ $? -eq 3 ] && grep -q 'boot option "kmap_slots=0": the value must be from 1 to 1024' "$tmp/out"
result "kmap_slots=0" $? "$tmp/out"

# ---- the address space, as printed and as used ----
KMEMKIT_MEM="dma=16M,normal=64M,highmem=64M" KMEMKIT_IOMEM=$good "$KMEMKIT" run --proc layout,iomem \
	"$here/layout_test.c" > "$tmp/out" 2>&1 &&
awk '
	function number(s,   i, n) {
		n = 0
		s = tolower(s)
		sub(/^0x/, "", s)
		for (i = 1; i <= length(s); i++)
			n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
		return n
	}
	/^# (lowmem|gap|vmemmap|vmalloc|pkmap|fixmap|arrays) / { lo[$2] = number($3); hi[$2] = number($5); order[n++] = $2 }
	/ at [a-z]+ / { for (i = 1; $i != "at"; i++); at[$(i + 1)] = number($(i + 2)) }
	/ is [a-z]+ 0x/ { for (i = 1; $i != "is"; i++); islo[$(i + 1)] = number($(i + 2)); ishi[$(i + 1)] = number($(i + 3)) }
	END {
		if (n != 7) { print "printed areas:", n; bad = 1 }
		for (a in at) if (at[a] < lo[a] || at[a] >= hi[a]) { print a, "is not where it is printed"; bad = 1 }
		for (a in islo) if (islo[a] != lo[a] || ishi[a] != hi[a]) { print a, "is not what is printed"; bad = 1 }
		for (a in lo) for (b in lo) if (a != b && lo[a] < hi[b] && lo[b] < hi[a]) { print a, "overlaps", b; bad = 1 }
		if (lo["gap"] != hi["lowmem"]) { print "the gap does not follow the direct map"; bad = 1 }
		for (a in at) used++
		if (used != 5) { print "used:", used; bad = 1 }
		exit bad
	}' "$tmp/out"
result "layout" $? "$tmp/out"
grep -q "^# fe000000-fe000fff : $tmp/dev$" "$tmp/out" && grep -q '^# 00000000-.* : System RAM$' "$tmp/out"
result "iomem text" $? "$tmp/out"
KMEMKIT_BOOT=loglevel=8 "$tmp/nothing" 2>&1 >/dev/null | cut -d" " -f1 | tr '\n' ' ' > "$tmp/out"
grep -q '^lowmem gap vmemmap vmalloc pkmap fixmap arrays zone ' "$tmp/out" && "$tmp/nothing" > "$tmp/out" 2>&1 && [ ! -s "$tmp/out" ]
result "the layout at start of a program, with loglevel=8 and only then" $? "$tmp/out"

# kmemkit run prints it once, at the start of the first process; the same areas as at the end; quiet keeps it away.
starts() {
	KMEMKIT_MEM="dma=16M,normal=64M,highmem=64M" "$KMEMKIT" run "$@" --proc layout "$here/layout_test.c" > "$tmp/end" 2> "$tmp/out"
}
starts && grep -E '^(lowmem|gap|vmemmap|vmalloc|pkmap|fixmap|arrays) ' "$tmp/out" > "$tmp/start" &&
	sed -n 's/^# \(\(lowmem\|gap\|vmemmap\|vmalloc\|pkmap\|fixmap\|arrays\) .*\)/\1/p' "$tmp/end" | diff - "$tmp/start" >> "$tmp/out" &&
	[ "$(wc -l < "$tmp/start")" = 7 ]
result "the layout at start of a run, as at its end" $? "$tmp/out"
starts --boot quiet && ! grep -q '^lowmem' "$tmp/out"
result "no layout when quiet" $? "$tmp/out"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
