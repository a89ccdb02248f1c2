#!/bin/sh
# SPDX-License-Identifier: MIT
# What boot options do, and what they refuse. Usage: options.sh KMEMKIT FOLDER; the folder is scratch.
# Prints "ok ..." and "not ok ..." lines; the status is the number of the latter.
KMEMKIT=$1
tmp=$2
here=$(dirname "$0")
unset KMEMKIT_MEM KMEMKIT_BOOT
failed=0
ulimit -c 0
"$KMEMKIT" cc -O1 "$here/options.c" -o "$tmp/options" || exit 1
"$KMEMKIT" cc -O1 "$here/log.c" -o "$tmp/logged" || exit 1

verdict() {
	if [ "$2" -eq 0 ]; then echo "ok $1"; return; fi
	echo "not ok $1"
	cat "$tmp/said"
	failed=$((failed + 1))
}

# gives OPTIONS TEXT: the program starts and prints the line.
gives() {
	KMEMKIT_BOOT="$1" "$tmp/options" > "$tmp/said" 2>&1 && grep -q "^$2\$" "$tmp/said"
	verdict "$1: $2" $?
}

# refuses OPTION TEXT: no start, and a line that says TEXT.
refuses() {
	KMEMKIT_BOOT="$1" "$tmp/options" > "$tmp/said" 2>&1
	[ $? -eq 3 ] && grep -qF -- "$2" "$tmp/said"
	verdict "$1 is refused: $2" $?
}

for value in =0 =off =n =N; do gives "vmalloc_debug$value" "after vfree: mapped"; done
for value in "" =1 =on =y; do gives "vmalloc_debug$value" "after vfree: faults"; done
for value in "" =1 =on =y =Y; do
	KMEMKIT_BOOT="kmemkit_panic$value" "$tmp/options" misuse > "$tmp/said" 2>&1
	[ $? -ge 128 ] && ! grep -q "went on" "$tmp/said"
	verdict "kmemkit_panic$value stops" $?
done
for value in =0 =off =n; do
	KMEMKIT_BOOT="kmemkit_panic$value" "$tmp/options" misuse > "$tmp/said" 2>&1
	grep -q "went on" "$tmp/said"
	verdict "kmemkit_panic$value goes on" $?
done
for name in quiet no_hash_pointers layout slab_nomerge; do refuses "$name=0" "\"$name=0\": the value must be left out"; done
refuses vmalloc_debug=2 '"vmalloc_debug=2": the value must be 0 or 1, on or off, y or n'
for n in 99999999999 4294967297 2147483648; do
	refuses "min_free_kbytes=$n" "the value must be a number from 0 to 2147483647"
done
gives "mem=256M min_free_kbytes=16384" "min_free_kbytes 16384, marks about right"
gives "nr-cpus=3" "cpus 3"
refuses nr-cpus=65 "expected a number from 1 to 64"
refuses highmem=1M "in a process KMEMKIT_MEM has the size of each zone"
for value in ,,, =-,-,-,- 10-0,1,0,1 1,2,3 1,2,3,4,5 1,100,0,-2 1,100,0, 1,,0,1 99999999999999999999,1,0,1; do
	refuses "failslab=$value" "four numbers, times may be -1"
done
gives "failslab=1,0,0,-1" "cpus [0-9]*"
refuses budget=16777216T "the value must be a size such as 512M"
refuses mem=16777216T "expected a multiple of 4K"
refuses budget=1 '"budget=1": the value must be 0 or at least 1M'
gives "budget=0" "cpus [0-9]*"
for size in 0 3; do refuses "swap=$tmp/swap:$size" "a size of 4K or more"; done
refuses idle_release_ms=99999999999999 "the value must be a number from 0 to 4294967295"
refuses fail_nth=99999999999999999999 "the value must be a number from 0 to"
refuses loglevel=99999999999 "the value must be a number from 0 to 15"

# Places count in what the user wrote, whatever a run adds.
"$KMEMKIT" run --boot "quiet nr_cpus=0" "$here/../unit/names_test.c" > "$tmp/said" 2>&1
grep -q '"0" at character 15:' "$tmp/said"
verdict "a run counts characters in the user's own options" $?

long=$(printf '%0300d' 0)
"$KMEMKIT" run --boot "edge_one=alpha edge_two=beta edge_long=$long edge_early=dawn edge_one=omega" \
	"$here/setup_test.c" > "$tmp/said" 2>&1
verdict "__setup() and early_param() keep their texts" $?

"$KMEMKIT" cc -O2 "$here/fault_race.c" -o "$tmp/fault_race" || exit 1
KMEMKIT_BOOT="slub_debug=U failslab=1,100,0,20" "$tmp/fault_race" > "$tmp/said" 2>&1
verdict "failslab= fails as many requests as it says, with four threads" $?

# shows LEVELS TEXT...: with these options the program's log has each text; hides: none of them.
shows() {
	KMEMKIT_BOOT="$1" "$tmp/logged" "$2" > "$tmp/said" 2>&1
	grep -qF -- "$3" "$tmp/said"
	verdict "$2 under \"$1\" shows: $3" $?
}
hides() {
	KMEMKIT_BOOT="$1" "$tmp/logged" "$2" > "$tmp/said" 2>&1
	! grep -qF -- "$3" "$tmp/said"
	verdict "$2 under \"$1\" hides: $3" $?
}
for level in quiet loglevel=4 loglevel=2; do
	shows $level misuse "BUG: Bad page state"
	shows $level misuse "called from main"
	shows $level misuse "Call Trace:"
	shows $level panic "Kernel panic - not syncing: disk 7 on fire"
done
hides loglevel=1 misuse "BUG: Bad page state"
hides loglevel=1 misuse "Call Trace:"
shows loglevel=1 panic "disk 7 on fire"
shows loglevel=5 warn "all is not well"
shows loglevel=5 warn "Call Trace:"
hides quiet warn "WARNING: at"
hides quiet warn "all is not well"
hides quiet warn "Call Trace:"
shows quiet continue "error: detail 5"
hides "" continue "only for debug"
shows loglevel=8 continue "debug: only for debug"
shows "" continue "and after it"
shows "" suppressed "suppressed: 3 callbacks suppressed"
hides quiet suppressed "callbacks suppressed"
exit $failed
