#!/bin/sh
# SPDX-License-Identifier: MIT
# `kmemkit boot` as a command: options, verdicts, what is said about each fault. BUILD is the build folder.
# What suites do on bare metal is tools/boot_test.py's; the images without the command are run.sh's.
# --long: churn for 10^8 operations.
set -u
cd "$(dirname "$0")/../.." || exit 1
kmemkit=${BUILD:-build}/kmemkit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

ok() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "not ok: $*"
	cat "$work/out" "$work/err" 2>/dev/null | tail -n 30 | sed 's/^/    | /'
}

# run WORDS...: the command's text goes to $work/out and err, its status to $status.
run() {
	timeout 3300 "$kmemkit" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# expect NAME STATUS FILE PATTERN...: the last run ended so and wrote lines like these to out or err, in this order.
expect() {
	name=$1 want=$2 text=$work/$3
	shift 3
	[ $status = "$want" ] || { bad "$name: status $status, not $want"; return; }
	from=1
	for pattern; do
		line=$(tail -n +$from "$text" | grep -nE -m1 -- "$pattern" | cut -d: -f1)
		[ -n "$line" ] || { bad "$name: no line like '$pattern'"; return; }
		from=$((from + line))
	done
	ok
}

command -v qemu-system-x86_64 >/dev/null || { bad "qemu-system-x86_64 is not installed"; exit 1; }

# Each fault is explained in the log, and the document is complete.
fault() { # NAME REASON PATTERN...
	name=$1 reason=$2
	shift 2
	run boot --param which="$name" --boot vmalloc_debug=1 --cpus 2 tests/boot/fault.c
	expect "fault $name" 1 err "$@"
	expect "fault $name, KTAP" 1 out '^KTAP version 1$' '^1\.\.1$' "^# fault: $reason" '^not ok 1 fault$'
}
rip='RIP ffffffff801[0-9a-f]{5}'
trace='^Call trace:$'
init='^ ffffffff801[0-9a-f]+ fault_init\+0x'
fault null 'page fault at 0x8$' "^EXCEPTION 14 \(page fault\) error 2 $rip CR2 0000000000000008" \
	'^write to 0+8: not present \(null pointer\)' "$trace" '^ ffffffff801[0-9a-f]+ touch\+0x'
fault guard 'page fault at 0xffffc9' '^write to ffffc9.*: not present \(vmalloc window\)' \
	'^guard page: 0 bytes behind the end of the 12288-byte area 0xffffc9.*, made by area\+0x' "$trace" "$init"
fault freed 'page fault at 0xffffc9' '^write to ffffc9.*: not present' \
	'^use after vfree: 5 bytes inside the freed area 0xffffc9.*, made by area\+0x.*, freed by area\+0x' "$trace" "$init"
fault protected 'page fault at 0xffffc9' '^EXCEPTION 14 \(page fault\) error 3' '^write to ffffc9.*: protection' \
	'protection was changed .now readable. by set_memory_ro\(\), called from area\+0x' "$trace" "$init"
fault rodata 'page fault at 0xffffffff801' "^write to ffffffff801.*: protection \(the image's read-only part\)" "$trace"
fault text 'page fault at 0xffffffff801' "^write to ffffffff801.*: protection \(the image's read-only part\)" "$trace"
fault exec 'page fault at 0xffff8880' '^EXCEPTION 14 \(page fault\) error 11' \
	'^execute of ffff8880.*: protection \(direct map\)' "$trace" "$init"
fault stack 'stack overflow$' '^EXCEPTION 8 \(double fault\)' \
	"^write to ffffe1.*: not present \(stack overflow: below a thread's stack\)" "$trace" '^ .* overflow\+0x'
fault panic 'panic$' '^Kernel panic - not syncing: on purpose$'
fault bug 'init did not return \(BUG\)$' '^kernel BUG at tests/boot/fault.c:[0-9]+! \(fault_init\)'
# All processors at once: one of them is explained to the end.
for i in 1 2 3; do
	run boot --param which=everywhere --cpus 4 tests/boot/fault.c
	expect "fault everywhere" 1 err '^EXCEPTION 14 \(page fault\) error 2' '^write to 0+8: not present \(null pointer\)' \
		'^RSP ' "$trace" '^ .* touch\+0x' '^ .* bare_thread_begin\+0x'
done

# A machine that resets, or never begins, has failed.
run boot --param which=reset tests/boot/fault.c
expect "a reset in a module" 1 err 'the machine was reset'
expect "a reset in a module, KTAP" 1 out '^# fault: ended early with status 1$' '^not ok 1 fault$'
run boot --memory 2M tests/boot/fault.c
expect "too little memory to start" 1 err 'the machine was reset' 'the program failed'
echo '#include <linux/module.h>
static __attribute__((constructor)) void dies(void)
{
	struct { unsigned short limit; unsigned long base; } __packed none = { 0, 0 };
	__asm__ volatile("lidt %0; int3" : : "m"(none));
}' >"$work/reset.c"
run boot "$work/reset.c"
expect "a reset before the tests are listed" 1 err 'the machine was reset' 'the program failed'

run boot --param which=loop --timeout 15 tests/boot/fault.c
expect "endless loop" 1 out '^# fault: timed out after 15 s$' '^not ok 1 fault$'

# Verdicts and options.
run boot --param which=none tests/boot/fault.c
expect "a good module" 0 out '^1\.\.1$' '^ok 1 fault$'
run boot --param whim=none tests/boot/fault.c
expect "an unknown parameter" 2 err "whim"
run boot --boot no_such_option=1 tests/boot/fault.c
expect "an unknown boot option" 2 err "no_such_option"
run boot --cpus 17 tests/boot/fault.c
expect "too many processors" 2 err "17"
run boot --memory much tests/boot/fault.c
expect "a bad size" 2 err "'much'"
run boot
expect "no file" 2 err "no file given"
echo 'int x = ;' >"$work/bad.c"
run boot "$work/bad.c"
expect "a compile error" 3 err "error"
run boot --qemu-args "-no-such-word" tests/boot/fault.c
expect "a word QEMU does not know" 1 err "no-such-word"
run boot --memory 1G --proc layout,buddyinfo tests/boot/fault.c
expect "texts at the end" 0 out "^# # proc: layout|^# proc: layout" "zone +DMA32"

# A kept image starts by itself: everything on one line, the status from the device.
run boot --keep "$work/image" tests/boot/fault.c
expect "keep" 0 out '^ok 1 fault$'
timeout 300 qemu-system-x86_64 -accel tcg -machine q35 -nodefaults -display none -no-reboot -serial stdio \
	-device isa-debug-exit,iobase=0xf4,iosize=4 -append "slub_debug=-" -kernel "$work/image" >"$work/out" 2>"$work/err" </dev/null
status=$?
expect "an image alone" 33 out

# Who runs where, and who is taken off.
for n in 1 4; do
	run boot --cpus $n --boot slub_debug=- tests/boot/preempt_test.c
	expect "preemption, $n" 0 out '^ok 1 preempt$'
	run boot --cpus $n tests/boot/preempt_test.c
	expect "preemption, tracked, $n" 0 out '^ok 1 preempt$'
done

# The host's own frames run out, and the core lends more.
for n in 1 4; do
	run boot --cpus $n tests/boot/pool_test.c
	expect "frames lent, $n" 0 out '^ok 1 pool$'
done

# So do stacks: a thousand threads at a time, on a machine whose memory is mostly free.
for n in 1 4; do
	run boot --cpus $n tests/boot/threads_test.c
	expect "threads, $n" 0 out '^ok 1 threads$'
done

# Everything at once on four processors; --long: 10^8 operations.
thousands=1000
[ "${1:-}" != --long ] || thousands=100000
run boot --cpus 4 --memory 64M --boot slub_debug=- --timeout 3000 --param ops=$thousands tests/boot/churn_test.c
expect "churn" 0 out "^    # everything_balances: ${thousands}000 operations" '^ok 1 churn$'

# Counted runs repeat to the nanosecond.
for i in 1 2; do
	run boot --count tests/boot/clock.c
	expect "counted" 0 err '^clock: [0-9]+ ns, random '
	grep '^clock:' "$work/err" >"$work/clock$i"
done
if cmp -s "$work/clock1" "$work/clock2"; then ok; else bad "counted runs differ"; fi

if tools/boot_test.py --self-test; then ok; else bad "boot_test.py does not see a bad run"; fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
