# SPDX-License-Identifier: MIT
# Kernel-style files through `kmemkit run`, end to end. Sourced by run.sh.
run="$kmemkit run --timeout 10"
check "two cases pass" 0 'out:^KTAP version 1$' 'out:^1..1$' 'out:^    ok 1 good_adds$' 'out:^ok 1 good$' \
	'err:cases 2: passed 2, failed 0' 'err:WARN 0, BUG 0, leaks 0' -- $run "$cases/good.c"
check "with clang" 0 'out:^ok 1 good$' -- env CC=clang $run "$cases/good.c"
check "compile error" 3 'err:compile_error.c:6.*not_declared_anywhere' 'noout:KTAP' \
	-- $run "$cases/compile_error.c"
check "compile error beside a good file" 3 'err:not_declared_anywhere' 'noout:KTAP' \
	-- $run "$cases/good.c" "$cases/compile_error.c"
check "implicit function" 3 'err:function_nobody_declared' -- $run "$cases/implicit.c"
check "undefined function" 3 'err:function_nobody_defined' -- $run "$cases/unlinked.c" "$cases/good.c"
check "nothing to run" 1 'err:nothing to run' -- $run "$cases/nothing.c"
check "a main of its own" 0 'err:own main with 1 arguments' 'noout:KTAP' -- $run "$cases/own_main.c" -- good
check "a main that fails" 1 -- $run "$cases/own_main.c" -- fail

check "an assertion ends only its case" 1 'out:^    not ok 1 asserts_fails' 'out:^    ok 2 asserts_next' \
	'out:^not ok 1 asserts' 'out:^ok 2 good' 'noout:lies behind' \
	-- $run "$cases/asserts.c" "$cases/good.c"

# dies NAME REASON [COMMAND]: the case is named with the reason, another suite still runs.
dies() {
	check "$1 is reported with its case" 1 "out:^    ok 1 $1_before" "out:# $1_dies: .*($2)" \
		"out:^    not ok 2 $1_dies" "out:^    ok 3 $1_after # SKIP not run" \
		"out:^not ok 1 $1\$" \
		'out:^    ok 2 good_allocates' 'out:^ok 2 good$' "err:($2).* in $1_dies" \
		'err:passed 3, failed 1' \
		-- ${3:-$run} "$cases/$1.c" "$cases/good.c"
}
dies segv "SIGSEGV|signal 11"
dies traps "SIGILL|signal 4"
dies recurses "stack overflow"
dies loops "timed out after 10 s"

check "BUG ends its case" 1 'out:^    not ok 2 bugs_dies' 'out:^    ok 3 bugs_after' 'out:^ok 2 good$' \
	'err:kernel BUG at .*bugs.c' 'err:BUG 1' -- $run "$cases/bugs.c" "$cases/good.c"
check "WARN" 1 'err:WARNING: .*warns.c' 'err:WARN 1, BUG 0' 'out:^ok 2 good$' \
	-- $run "$cases/warns.c" "$cases/good.c"
check "leak" 1 'err:leak: 1000 bytes of kmalloc-1k, allocated by .*leaks_helper' 'err:leaks 1 ' \
	'out:^ok 2 good$' \
	-- $run "$cases/leaks.c" "$cases/good.c"

check "a leak's whole stack" 1 'err:\[<.*kmemdup_of_mine' 'err:\[<.*leaks_wrapped' 'err:\[<.*attempt_thread' \
	'err:allocated by print_of_mine' 'err:leaks 3 ' -- $run "$cases/leaks_deep.c"
check "a case ends with a lock held" 1 'err:BUG: scheduling while atomic: kunit_try' 'out:^    not ok 1 held_spin' \
	'out:^    ok 2 held_not' 'err:BUG 1' -- $run "$cases/held.c"
check "fail_nth says what failed" 1 'err:forcing a failure \(fail_nth; slab kmalloc-1k\)' \
	'err:^ .*leaks_helper.*leaks.c' -- $run --boot fail_nth=1 "$cases/leaks.c"
check "fail_nth is not reached" 1 'err:fail_nth: not reached, 9[0-9]* more' -- $run --boot fail_nth=100000 "$cases/leaks.c"

check "a module and its parameters" 0 'out:^ok 1 params' 'err:count=5 word=two words' \
	-- $run --param count=5 --param "params.word=two words" "$cases/params.c"
check "a module that fails" 1 'out:^not ok 1 params' 'out:-22' -- $run --param fail=1 "$cases/params.c"
check "bad value of a parameter" 2 'err:three' -- $run --param count=three "$cases/params.c"
check "unknown parameter" 2 'err:nosuch' -- $run --param nosuch=1 "$cases/params.c"
check "unknown module of a parameter" 2 'err:nomod' -- $run --param nomod.count=1 "$cases/params.c"

check "memory map" 0 'out:^ok 1 good$' -- env KMEMKIT_MEM=dma=16M,normal=64M $run "$cases/good.c"
check "bad zone in the memory map" 2 'err:frob' -- env KMEMKIT_MEM=dma=16M,frob=1M $run "$cases/good.c"
check "bad size in the memory map" 2 'err:lots' -- env KMEMKIT_MEM=dma=16M,normal=lots $run "$cases/good.c"
check "bad boot option value" 2 'err:lots' -- $run --boot mem=lots "$cases/good.c"
check "proc texts" 0 'out:Node 0, zone' 'out:slabinfo - version: 2.1' \
	-- $run --proc buddyinfo,slabinfo "$cases/good.c"
