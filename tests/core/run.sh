#!/bin/sh
# SPDX-License-Identifier: MIT
# The core's suites on other machines and with other options; programs that need the fast paths.
# Usage: run.sh [KMEMKIT]; else KMEMKIT names the command.
KMEMKIT=${1:-$KMEMKIT}
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

verdict() {
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1)); echo "ok $1"
	else
		failed=$((failed + 1)); echo "not ok $1"; grep -v '^ *ok ' "$tmp/text" | tail -n 40; tail -n 3 "$tmp/log"
	fi
}

# suite NAME MAP OPTIONS: one unit suite; a map of "-" is the default one.
suite() {
	if [ "$2" = - ]; then unset KMEMKIT_MEM; else export KMEMKIT_MEM="$2"; fi
	"$KMEMKIT" run ${3:+--boot "$3"} "tests/unit/$1_test.c" > "$tmp/text" 2> "$tmp/log"
	verdict "$1 mem=$2 boot=$3" $?
	unset KMEMKIT_MEM
}

program() {
	"$KMEMKIT" cc -O2 "tests/core/$1.c" -o "$tmp/$1" > "$tmp/text" 2> "$tmp/log" && "$tmp/$1" > "$tmp/text" 2> "$tmp/log"
	verdict "$1" $?
}

small="dma=16M,dma32=48M,normal=32M,highmem=32M"
for options in "" "slub_debug=-"; do
	suite page - "$options"
	suite page "$small" "$options"
	suite page "dma=16M" "$options"
	suite page "dma=8M,dma32=20M" "$options"
	suite slab - "$options"
	suite slab "$small" "$options"
done
for options in "" "slub_debug=-" "slub_debug=FZPU" "init_on_alloc=1" "init_on_free=1 slub_debug=-"; do
	suite slab_request "$small" "$options"
done
suite page i386 ""
suite page "normal=40M" ""
suite slab "normal=64M" ""
suite page "$small" "page_policy=lowest"
for options in "init_on_alloc=1" "init_on_free=1" "init_on_alloc=1 init_on_free=1 slub_debug=-"; do
	suite page "$small" "$options"
	suite slab "$small" "$options"
done
suite page "$small" "page_owner=on min_free_kbytes=2000"
suite slab - "slub_debug=- slab_colour=off"
program fast_lists
program foreign
KMEMKIT_RSEQ=0 program foreign

# says WHAT TEXT: the last program's output has it.
says() {
	cat "$tmp/log" >> "$tmp/text"
	grep -q -- "$2" "$tmp/text"
	verdict "$1" $?
}
KMEMKIT_BOOT=slub_debug=- program colour
says "slabs begin at different lines" "^coloured$"
KMEMKIT_BOOT="slub_debug=- slab_colour=off" program colour
says "slab_colour=off: they do not" "^alike$"
KMEMKIT_BOOT=slub_debug=T,traced program letters
says "T: an allocation is printed" "TRACE traced alloc 0x[0-9a-f]* inuse=1"
says "T: a free is printed" "TRACE traced free 0x[0-9a-f]* inuse=1"
! grep -q "TRACE frail" "$tmp/text"
verdict "T: other caches are not" $?
KMEMKIT_BOOT=slub_debug=U program stacks
says "U: who allocated" "^Allocated in inner_alloc"
says "U: the stack of the allocation" "^ outer_alloc"
says "U: who freed" "^Freed in inner_free"
says "U: the stack of the free" "^ outer_free"
program busy
[ "$(grep -c '^Object 0x' "$tmp/log")" = 100 ]
verdict "a busy cache: each of 100 objects is named" $?
KMEMKIT_BOOT="slab_nomerge slub_nomerge" program fast_lists
KMEMKIT_BOOT="slub_debug=A,frail failslab=1,100,0,-1" program letters
says "A: failslab= fails the marked cache" "frail: NULL"
says "A: and no other" "traced: object"
# A machine without the C library's archive cannot tell.
if "$KMEMKIT" cc -static tests/core/static.c -o "$tmp/static" > "$tmp/text" 2> "$tmp/log"; then
	"$tmp/static" > "$tmp/text" 2> "$tmp/log"
	says "a static program says what is wrong" "double free"
	says "a static program outlives its report" "^alive$"
fi
sh tests/core/options.sh "$KMEMKIT" "$tmp" > "$tmp/lines" 2>&1
verdict "boot options and levels of the log" $?
grep -v "^ok " "$tmp/lines"
passed=$((passed + $(grep -c "^ok " "$tmp/lines")))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
