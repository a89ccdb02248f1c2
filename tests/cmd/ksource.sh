# SPDX-License-Identifier: MIT
# `kmemkit run --kernel-source`: what is missing is found, by need and no more. Sourced by run.sh.
ks=$scratch/kernel
mkdir -p "$ks/include/linux" "$ks/lib/deep" "$ks/mm"
printf 'int borrowed_answer(void);\n' >"$ks/include/linux/borrowed.h"
printf '#error "the source tree must not stand before our headers"\n' >"$ks/mm/slab.h"
cp "$ks/mm/slab.h" "$ks/include/linux/slab.h"
cat >"$ks/lib/answer.c" <<'END'
#include <linux/borrowed.h>
#include <linux/export.h>
#include <linux/slab.h>
#include "../mm/slab.h"
#include "neighbour.h"
int borrowed_answer(void) { return hidden_half() + borrowed_table[1]; }
EXPORT_SYMBOL(borrowed_answer);
END
printf 'int hidden_half(void);\nextern int borrowed_table[2];\n' >"$ks/lib/neighbour.h"
printf 'int hidden_half(void);\nint hidden_half(void)\n{\n\treturn 21;\n}\n' >"$ks/lib/deep/half.c"
printf '#include "neighbour.h"\nint borrowed_table[2] = { 0, 21 };\n' >"$ks/lib/table.c"
printf 'int hidden_half(void)\n{\n\treturn 0;\n}\n' >"$ks/lib/test_half.c"
cat >"$scratch/asks.c" <<'END'
#include <linux/borrowed.h>
#include <linux/init.h>
#include <linux/module.h>
static int __init asks(void) { return borrowed_answer() == 42 ? 0 : -EINVAL; }
module_init(asks);
END
check "kernel source by need" 0 'err:sources taken from the kernel: lib/answer.c( lib/table.c| lib/deep/half.c){2}$' \
	'err:headers taken from the kernel: include/linux/borrowed.h lib/neighbour.h$' 'out:^ok 1 asks' \
	-- "$kmemkit" run --kernel-source "$ks" "$scratch/asks.c"
check "kernel source, nothing needed" 0 'err:sources taken from the kernel: none' \
	'err:headers taken from the kernel: none' -- "$kmemkit" run --kernel-source "$ks" "$cases/good.c"
rm "$ks/lib/deep/half.c"
check "kernel source without a name" 3 'err:undefined.*hidden_half' \
	-- "$kmemkit" run --kernel-source "$ks" "$scratch/asks.c"
check "kernel source that is none" 1 'err:is not the source of a kernel' \
	-- "$kmemkit" run --kernel-source "$cases" "$cases/good.c"
check "kernel source missing" 2 "err:'nodir'" -- "$kmemkit" run --kernel-source nodir "$cases/good.c"
check "kernel source auto without a home" 1 'err:neither XDG_CACHE_HOME nor HOME' \
	-- env -u HOME -u XDG_CACHE_HOME "$kmemkit" run --kernel-source auto "$cases/good.c"
# Two files of one name are two files: the second's suite fails, and its report names the file itself.
mkdir -p "$ks/lib/x" "$ks/lib/y"
for d in x y; do
	cat >"$ks/lib/$d/core.c" <<-END2
	#include <kunit/test.h>
	static void ${d}_case(struct kunit *test) { KUNIT_EXPECT_EQ(test, '$d', 'x'); }
	static struct kunit_case cases[] = { KUNIT_CASE(${d}_case), {} };
	static struct kunit_suite suite = { .name = "$d", .test_cases = cases };
	kunit_test_suite(suite);
	END2
done
check "kernel files of one name" 1 'out:^ok 1 x$' 'out:^not ok 2 y$' "out: $(realpath "$ks")/lib/y/core.c:2" \
	'noout:kmemkit-' -- "$kmemkit" run --kernel-source "$ks" "$ks/lib/x/core.c" "$ks/lib/y/core.c"
printf '#include <linux/bug.h>\n#include <linux/module.h>\nstatic int __init w(void)\n{\n\tWARN_ON(1);\n\treturn 0;\n}\nmodule_init(w);\n' \
	>"$ks/lib/x/warns.c"
check "kernel file in a trace" 1 "err:at $(realpath "$ks")/lib/x/warns.c:5" "err:^ w[^ ]* .*/kernel/lib/x/warns.c:5]" \
	'noerr:kmemkit-' -- "$kmemkit" run --kernel-source "$ks" "$ks/lib/x/warns.c"
printf '#include "core.h"\nint x\n' >"$ks/lib/x/broken.c"
printf '#pragma once\n' >"$ks/lib/x/core.h"
check "kernel file with an error" 3 "err:^$(realpath "$ks")/lib/x/broken.c:2:" 'noerr:kmemkit-' \
	-- "$kmemkit" run --kernel-source "$ks" "$ks/lib/x/broken.c"
# The file that has the body wins over one that only exports the name.
printf 'int borrowed_answer(void) { return 42; }\n' >"$ks/lib/z_body.c"
printf '#include <linux/borrowed.h>\n#include <linux/export.h>\nEXPORT_SYMBOL(borrowed_answer);\n' >"$ks/lib/answer.c"
check "kernel source that exports elsewhere" 0 'err:sources taken from the kernel: lib/z_body.c$' 'out:^ok 1 asks' \
	-- "$kmemkit" run --kernel-source "$ks" "$scratch/asks.c"
# What the kernel's build generates: asm/X.h out of asm-generic/X.h.
mkdir -p "$ks/include/asm-generic" "$ks/include/uapi/asm-generic"
printf '#define GENERIC_ONE 1\n' >"$ks/include/asm-generic/one_of_it.h"
printf '#define GENERIC_TWO 2\n' >"$ks/include/uapi/asm-generic/two_of_it.h"
printf '#error "ours is before it"\n' >"$ks/include/asm-generic/page.h"
printf '#include <asm/one_of_it.h>\n#include <asm/two_of_it.h>\n#include <asm/page.h>\n#include <linux/module.h>\nstatic int __init g(void) { return GENERIC_ONE + GENERIC_TWO - 3; }\nmodule_init(g);\n' \
	>"$scratch/generic.c"
check "generic headers of a kernel source" 0 'out:^ok 1 generic' 'err:headers .*: include/asm-generic/one_of_it.h' \
	-- "$kmemkit" run --kernel-source "$ks" "$scratch/generic.c"
