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
