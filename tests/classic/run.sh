#!/bin/sh
# SPDX-License-Identifier: MIT
# The classic dialect: its suite with owners tracked, with open CPU arrays and on a small machine, and
# that code without -DKMEMKIT_CLASSIC sees none of its names. KMEMKIT names the command (or $1).
KMEMKIT=${1:-$KMEMKIT}
out=${TMPDIR:-/tmp}/classic.$$
passed=0 failed=0
trap 'rm -f "$out" "$out.c"' EXIT

count() {	# count STATUS WHAT
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
		cat "$out"
	fi
}

suite() {	# suite MEM BOOT
	KMEMKIT_MEM=$1 "$KMEMKIT" run ${2:+--boot "$2"} -D KMEMKIT_CLASSIC tests/unit/classic_test.c > "$out" 2>&1
	count $? "classic_test.c with KMEMKIT_MEM=$1 $2"
}

suite "" ""
suite "" "slub_debug=-"
suite "dma=16M,normal=32M" ""
suite "dma=4M,normal=28M" "slub_debug=-"
! grep -q '# SKIP' "$out"
count $? "the small machine skips nothing"

printf '#include <linux/slab.h>\nint x = %s;\n' '__GFP_WAIT' > "$out.c"
! "$KMEMKIT" cc -c -o /dev/null "$out.c" > "$out" 2>&1
count $? "__GFP_WAIT is a name of the classic dialect only"
for form in 'extern int f(kmem_cache_t *c, const void *p); int f(kmem_cache_t *c, const void *p) { kmem_cache_free(c, p); return kmem_cache_destroy(c); }' \
	'#include <linux/mempool.h>
static void *a(int g, void *d) { return 0; } mempool_alloc_t *f = a;'; do
	printf '#include <linux/slab.h>\n%s\n' "$form" > "$out.c"
	"$KMEMKIT" cc -Werror -DKMEMKIT_CLASSIC -c -o /dev/null "$out.c" > "$out" 2>&1
	count $? "compiles in the classic dialect: $form"
	! "$KMEMKIT" cc -Werror -c -o /dev/null "$out.c" > "$out" 2>&1
	count $? "does not compile in the modern one: $form"
done
# All headers together, with libc's before and after them.
headers() {
	(cd include && for h in linux/*.h; do echo "#include <$h>"; done)
}
libc() {
	for h in stdio.h stdlib.h string.h stdint.h unistd.h sys/types.h time.h errno.h limits.h pthread.h; do
		echo "#include <$h>"
	done
}
(headers; libc) > "$out.c"
"$KMEMKIT" cc -Werror -DKMEMKIT_CLASSIC -c -o /dev/null "$out.c" > "$out" 2>&1
count $? "all headers before libc's"
(libc; headers) > "$out.c"
"$KMEMKIT" cc -Werror -DKMEMKIT_CLASSIC -c -o /dev/null "$out.c" > "$out" 2>&1
count $? "all headers behind libc's"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
