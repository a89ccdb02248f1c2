# SPDX-License-Identifier: MIT
# The command's side of docs/protocol.md, against a program that speaks it by hand. Sourced by run.sh.
speaker=$cases/speaker.c
say() { echo env SPEAKER="$1" "$kmemkit" run --timeout 10 "$speaker"; }
check "protocol: all is well" 0 'out:^1..2$' 'out:^ok 1 speaker$' 'out:^ok 2 good$' \
	'err:skip speaker ' 'err:passed 2, failed 0, skipped 1' -- $(say good)
check "protocol: the program's words about its crash" 1 'out:^    # second one: stack overflow$' \
	'out:^    not ok 2 second one$' 'out:^    ok 3 third # SKIP not run$' 'out:^not ok 2 crash$' \
	'out:^ok 3 good$' -- $(say crash,good)
check "protocol: time limit" 1 'out:# second one: timed out after 10 s' 'out:^not ok 2 loop' \
	'out:^ok 3 good$' -- $(say loop,good)
check "protocol: killed by a signal in a parameter" 1 'out:^        not ok 1 small$' \
	'out:killed by signal 6 \(Aborted\) in second one' 'out:^ok 3 good$' -- $(say param,good)
check "protocol: exit before the heading" 1 'out:# Subtest: early' \
	'out:ended early with status 7 in suite_init' 'out:^not ok 2 early$' 'out:^ok 3 good$' \
	-- $(say early,good)
check "protocol: crash after the result" 1 'out:^ok 2 late$' \
	'out:^# late: killed by signal 6.* after its result' -- $(say late)
check "protocol: leak" 1 'err:leak: 24 bytes of kmalloc-32, allocated by first\+0x10/0x20' \
	'err:reachable: 2 objects, 128 bytes' 'err:leaks 1 \(24 bytes\)' -- $(say leaks)
check "protocol: WARN" 1 'err:WARN 1, BUG 0' -- $(say warns)
check "protocol: order with several at a time" 0 'out:^ok 5 slow$' \
	-- env SPEAKER=slow,slow,good,slow "$kmemkit" run -j4 "$speaker"
seen=$(grep -E '^ok' "$scratch/out" | tr '\n' ,)
name="protocol: results in list order" ok=yes
[ "$seen" = "ok 1 speaker,ok 2 slow,ok 3 slow,ok 4 good,ok 5 slow," ] || fail "$seen"
verdict
check "protocol: parameter refused" 2 'err:no such parameter: x=1' 'noout:KTAP' \
	-- env SPEAKER_REFUSES=1 "$kmemkit" run --param x=1 "$speaker"
check "options reach the program" 0 'err:boot env more slub_debug=U proc buddyinfo,slabinfo' \
	'err:argument --one' \
	-- env KMEMKIT_BOOT=env "$kmemkit" run --boot more --proc buddyinfo --proc slabinfo \
	"$speaker" -- --one
check "slub_debug of the user's own" 0 'err:boot slub_debug=- proc' \
	-- "$kmemkit" run --boot slub_debug=- "$speaker"

name="protocol: termination leaves nothing" ok=yes
: >"$scratch/out"		# the last check's words would be taken for this one's
SPEAKER=loop "$kmemkit" run "$speaker" >"$scratch/out" 2>"$scratch/err" &
until grep -q 'ok 1 first' "$scratch/out" || ! kill -0 $! 2>/dev/null; do
	sleep 0.05
done
kill -TERM $!
wait $!
[ $? = 143 ] || fail "status $?"
[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls "$TMPDIR")"
verdict
