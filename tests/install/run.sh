#!/bin/bash
# SPDX-License-Identifier: MIT
# An installed tree works by itself: moved after install, its command compiles and runs, and pkg-config
# with the shared library builds a program. System headers are not shadowed by ours.
set -u
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
passed=0 failed=0
verdict() {
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1)); echo "ok $1"
	else
		failed=$((failed + 1)); echo "not ok $1"; tail -n 20 "$out/text"
	fi
}

cat >"$out/suite.c" <<'EOF'
#include <kunit/test.h>
#include <linux/slab.h>
static void works(struct kunit *test)
{
	void *p = kmalloc(24, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, p);
	kfree(p);
}
static struct kunit_case cases[] = { KUNIT_CASE(works), {} };
static struct kunit_suite suite = { .name = "installed", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
EOF
cat >"$out/program.c" <<'EOF'
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <linux/slab.h>
int main(void)
{
	char *p = kzalloc(24, GFP_KERNEL);

	strcpy(p, "fine");
	puts(p);
	kfree(p);
	return 0;
}
EOF

DESTDIR=$out/dest meson install -C "$BUILD" --no-rebuild >"$out/text" 2>&1
verdict "meson install" $?
prefix=$(meson introspect "$BUILD" --buildoptions 2>/dev/null |
	python3 -c 'import json,sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
mv "$out/dest$prefix" "$out/moved"
[ -e "$out/moved/include/kmemkit/linux/slab.h" ] && [ ! -e "$out/moved/include/linux" ]
verdict "headers lie in include/kmemkit" $?
"$out/moved/bin/kmemkit" run "$out/suite.c" >"$out/text" 2>&1
verdict "the installed command runs a suite" $?
"$out/moved/bin/kmemkit" boot "$out/suite.c" >"$out/text" 2>&1
verdict "the installed command boots a suite" $?
# The system's headers say beside ours, in either order, what they say alone.
cat >"$out/names.c" <<'EOF'
#ifdef OURS_FIRST
#include <linux/slab.h>
#include <linux/fs.h>
#include <linux/mm.h>
#endif
#include <stdio.h>
#include <fcntl.h>
#include <sys/sysinfo.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/if_link.h>
#include <linux/if_pppox.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/mei.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/oom.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/slab.h>
int main(void)
{
	struct clone_args clone = { .flags = CLONE_NEWNS };
	struct sysinfo info;
	struct open_how how = { .resolve = RESOLVE_BENEATH };
	unsigned long sum = BLKGETSIZE64 + FS_IOC_GETFLAGS + RNDGETENTCNT + RTC_RD_TIME + IP_TOS + OOM_SCORE_ADJ_MAX +
		F_SETLEASE + AT_EMPTY_PATH + MODULE_INIT_IGNORE_VERMAGIC + __KERNEL_DIV_ROUND_UP(9, 2) + SCHED_BATCH;

	return !sysinfo(&info) && info.mem_unit && sum && clone.flags && how.resolve ? 0 : 1;
}
EOF
for first in "" -DOURS_FIRST "-DOURS_FIRST -std=c11"; do
	# shellcheck disable=SC2086
	"$out/moved/bin/kmemkit" cc $first -Wall -Werror "$out/names.c" -o "$out/names" >"$out/text" 2>&1 && "$out/names" >>"$out/text" 2>&1
	verdict "names of the system's headers${first:+, $first}" $?
done
"$out/moved/bin/kmemkit" cc "$out/program.c" -o "$out/a" >"$out/text" 2>&1 && "$out/a" >"$out/text" 2>&1 &&
	grep -qx fine "$out/text"
verdict "the installed command compiles a program" $?
# What a program of other headers looks like to the library: the same program with another name for them.
id=$(strings "$out/moved/lib/kmemkit/kmk_crt.o" | grep -xE '[0-9a-f]{16}')
sed "s/$id/0123456789abcdef/" "$out/a" >"$out/old" && chmod +x "$out/old"
"$out/old" >"$out/text" 2>&1
[ $? = 2 ] && grep -q "headers of another build (0123456789abcdef; this library's are $id): compile the program again" "$out/text"
verdict "a program compiled against other headers is refused" $?
export PKG_CONFIG_PATH=$out/moved/lib/pkgconfig
flags=$(pkg-config --define-variable=prefix="$out/moved" --cflags --libs kmemkit 2>"$out/text")
[[ $flags == *-fno-strict-aliasing* ]]
verdict "pkg-config gives the flags that the headers rely on" $?
# shellcheck disable=SC2086
${CC:-gcc} "$out/program.c" $flags -o "$out/b" >"$out/text" 2>&1 &&
	LD_LIBRARY_PATH=$out/moved/lib "$out/b" >"$out/text" 2>&1 && grep -qx fine "$out/text"
verdict "pkg-config and libkmemkit.so build a program" $?
mapfile -t machine < <(grep -rlI -e "$PWD" "$out/moved" 2>/dev/null)
printf '%s\n' "${machine[@]}" >"$out/text"
[ ${#machine[@]} -eq 0 ]
verdict "no installed text names the source folder" $?
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
