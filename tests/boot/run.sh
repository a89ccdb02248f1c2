#!/bin/sh
# SPDX-License-Identifier: MIT
# Boot the images under QEMU (TCG, no KVM) and look at what they print and how they end.
# BUILD is the build folder. Exit status of an image: 33 good, 35 failed (port_halt).
set -u
build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

ok() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "not ok: $*"
	[ ! -f "$work/out" ] || sed 's/^/    | /' "$work/out" | tail -n 30
}

# boot IMAGE QEMU-ARGS...: the text goes to $work/out, the status to $status.
boot() {
	image=$build/tests/boot/$1
	shift
	timeout 300 qemu-system-x86_64 -kernel "$image" -accel tcg -nodefaults -display none -serial stdio \
		-device isa-debug-exit,iobase=0xf4,iosize=4 -no-reboot "$@" >"$work/out" 2>&1 </dev/null
	status=$?
}

# expect NAME STATUS PATTERN...: the last boot ended so and printed lines like these, in this order.
expect() {
	name=$1 want=$2
	shift 2
	[ $status = "$want" ] || { bad "$name: status $status, not $want"; return; }
	from=1
	for pattern; do
		line=$(tail -n +$from "$work/out" | grep -nE -m1 -- "$pattern" | cut -d: -f1)
		[ -n "$line" ] || { bad "$name: no line like '$pattern'"; return; }
		from=$((from + line))
	done
	ok
}

command -v qemu-system-x86_64 >/dev/null || { bad "qemu-system-x86_64 is not installed"; exit 1; }
if ! ninja -C "$build" --quiet tests/boot/selftest.elf tests/boot/frames_only.elf tests/boot/early.elf tests/boot/tables.elf \
		tests/boot/zones.elf tests/boot/devices.elf tests/boot/slabs_only.elf tests/boot/areas_only.elf \
		tests/boot/poor.elf tests/boot/first_request.elf \
		>"$work/out" 2>&1; then
	bad "the images do not build"
	exit 1
fi

all_good='^[1-9][0-9]* passed, 0 failed$'

# The host alone, on several machines.
boot selftest.elf -machine q35
expect "host, q35" 33 '^000000001000-00000009f000 RAM$' '^000000100000-[0-9a-f]+ reserved$' "$all_good"
boot selftest.elf -machine pc -m 6G
expect "host, pc, 6 GiB" 33 '^000100000000-0001c0000000 RAM$' "$all_good"
boot selftest.elf -machine pc -m 16M
expect "host, pc, 16 MiB" 33 "$all_good"
boot selftest.elf -machine microvm
expect "host, microvm" 33 "$all_good"
boot selftest.elf -machine q35 -cpu max -m 3G
expect "host, 1 GiB pages" 33 "$all_good"

boot selftest.elf -machine q35 -cpu qemu64,-apic
expect "host, no interrupt controller" 35 '^bare: no local interrupt controller$'
for n in 1 4; do
	boot poor.elf -machine q35 -smp $n
	expect "host, empty pool, $n" 33 "$all_good"
done

# Several processors; array sections, and the scheduler's first steps, interrupted at every instruction
# (-singlestep: a block each).
boot selftest.elf -machine q35 -smp 4
expect "host, 4 processors" 33 "$all_good"
boot selftest.elf -machine q35 -smp 16
expect "host, 16 processors" 33 "$all_good"
boot selftest.elf -machine q35 -smp 4 -singlestep -append moves
expect "host, sections interrupted" 33 '^[1-9][0-9]* sections aborted$' "$all_good"

# Each fault is explained.
fault() { # NAME PATTERN...
	name=$1
	shift
	boot selftest.elf -machine pc -append "fault=$name"
	expect "fault $name" 35 "$@"
}
rip='RIP ffffffff801[0-9a-f]{5}'
fault null "^EXCEPTION 14 \(page fault\) error 2 $rip CR2 0000000000000008" '^write to .*\(null pointer\)'
fault rodata '^EXCEPTION 14 \(page fault\) error 3' "^write to .*protection \(the image's read-only part\)"
fault exec '^EXCEPTION 14 \(page fault\) error 11' "^execute of .*\(the image's data\)"
fault stack '^EXCEPTION 8 \(double fault\)' '^write to .*stack overflow: the guard page'
fault guard '^EXCEPTION 14 \(page fault\) error 0' '^read of ffffc90000003000: not present \(vmalloc window\)'
fault dummy '^EXCEPTION 14 ' '^write to ffffd00000000000: .*\(per-CPU arrays\)'
fault ud '^EXCEPTION 6 \(invalid opcode\)' '^Call trace:' '^ ffffffff801'

# Frames only: buddyinfo in the kernel's format, the same before and after.
zone='^Node 0, zone +(DMA|DMA32|Normal) ( *[0-9]+ ){11}$'
for machine in "q35 -m 128M" "pc -m 6G" "pc -m 32M"; do
	boot frames_only.elf -machine $machine
	expect "frames, $machine" 33 "$zone" "$zone" "$all_good"
	grep '^Node 0, zone' "$work/out" >"$work/lines"
	half=$(($(wc -l <"$work/lines") / 2))
	head -n $half "$work/lines" >"$work/before"
	tail -n $half "$work/lines" >"$work/after"
	if [ $half -gt 0 ] && cmp -s "$work/before" "$work/after"; then ok
	else bad "buddyinfo differs: $machine"; fi
done

# The levels above it, each linked without what is above.
for level in slabs_only first_request areas_only; do
	boot $level.elf -machine q35
	expect "$level" 33 "$all_good"
done

if "$(dirname "$0")/levels.py" "$build" >"$work/out" 2>&1; then ok
else bad "the table of calls in docs/porting.md"; fi

# Claims made before the page room has the memory.
boot early.elf -machine q35
expect "early claims" 33 "$all_good"

# Page tables, address spaces, ring 3; 1 GiB pages where the processor has them.
boot tables.elf -machine q35
expect "tables, q35" 33 '^direct map: 0 of 1 GiB, [1-9]' '^ring 3: ' "$all_good"
boot tables.elf -machine pc -cpu max -m 6G -smp 2
expect "tables, 1 GiB pages" 33 '^direct map: [1-9]' '^ring 3: ' "$all_good"

# Zones by address.
boot zones.elf -machine pc -m 6G
expect "zones, 6 GiB" 33 '^Normal +786432 frames$' '^HighMem +0 frames$' "$all_good"
boot zones.elf -machine pc -m 6G -append highmem=1G
expect "zones, high memory" 33 '^Normal +524288 frames$' '^HighMem +262144 frames$' "$all_good"

boot zones.elf -machine q35 -m 128M -append highmem=90M
expect "zones, most memory high" 33 '^HighMem +2[34][0-9]{3} frames$' "$all_good"

# Hardly anything, or nothing, would be left below it.
for size in 110M 128M 1G; do
	boot frames_only.elf -machine q35 -m 128M -append highmem=$size
	expect "high memory, $size of 128 MiB" 33 '^bare: highmem= ignored: ' "$all_good"
done

# Little below 4 GiB, much above it: the host's own memory is all down there.
boot frames_only.elf -machine pc,max-ram-below-4g=512M -m 20G
expect "frames, 512 MiB below 4 GiB and 19.5 above" 33 '^Node 0, zone +Normal' "$all_good"

# Registers of real devices; the page map on two displays, its pixels against the library's books.
boot devices.elf -machine q35
expect "devices without a display" 33 '^no display$' "$all_good"
for display in bochs-display VGA; do
	if "$(dirname "$0")/screen.py" --display $display "$build/tests/boot/devices.elf" >"$work/out" 2>&1; then ok
	else bad "page map on $display"; fi
	grep '^screen: ' "$work/out" || true
done

# Boot time: emulator start to exit, the least of five, or of as many as a busy machine needs.
best=999999 tries=0
while [ $tries -lt 5 ] || { [ $best -ge 500 ] && [ $tries -lt 60 ]; }; do
	start=$(date +%s%N)
	boot frames_only.elf -machine q35
	ms=$((($(date +%s%N) - start) / 1000000)) tries=$((tries + 1))
	[ $ms -ge $best ] || best=$ms
done
cat "$work/lines"
echo "boot: $best ms from the start of QEMU to its exit (frames_only.elf, q35, 128 MiB, TCG, least of $tries)"
# A machine that never let go of a processor for so long says nothing about ours: a loop of the shell's says whether it did.
busy=$(bash -c 'TIMEFORMAT="%R %U %S"; for i in 1 2 3 4 5; do { time for ((k = 0; k < 100000; k++)); do :; done; } 2>&1; done' |
	awk '{ now = 100 * $1 / ($2 + $3 + 0.001); if (NR == 1 || now < least) least = now } END { printf "%d", least }')
if [ $best -lt 500 ]; then ok
elif [ "$busy" -gt 130 ]; then echo "boot: not judged: a loop that needs the processor alone takes $busy % of its processor time"; ok
else bad "boot takes $best ms in $tries tries, not under 500; the machine is quiet (a loop takes $busy % of its processor time)"; fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
