#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public header compiles alone: in the kernel profile, and in the mixed profile before and after
# the common libc headers, with each compiler that is there. Names the header that does not. Then all
# of them together before and after a longer list of libc headers. (As core they are compiled by src/.)
#
#   tests/check_headers.sh [HEADER...]     (paths below include/, default: all)
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/include" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

more='strings.h inttypes.h ctype.h assert.h math.h pthread.h sched.h signal.h fcntl.h sys/stat.h sys/mman.h
	sys/queue.h sys/param.h sys/time.h sys/wait.h sys/socket.h sys/ioctl.h sys/resource.h sys/uio.h sys/user.h
	poll.h setjmp.h dirent.h locale.h wchar.h stdbool.h stdarg.h stddef.h stdatomic.h search.h netinet/in.h
	linux/futex.h sys/syscall.h sys/prctl.h semaphore.h getopt.h dlfcn.h'
libc='stdio.h stdlib.h string.h stdint.h unistd.h sys/types.h time.h errno.h limits.h'
warn='-std=gnu11 -Wall -Wextra -Wundef -Wno-unused-parameter -Werror -fsyntax-only'
kernel='-D__KERNEL__ -DMODULE -DKBUILD_MODNAME="check" -DKBUILD_BASENAME="check" -fno-strict-aliasing
	-fshort-wchar -fno-common -nostdinc -include linux/kconfig.h'

# own DIR: the compiler's own header folder, needed by -nostdinc
own() {
	if "$1" --version | grep -q clang; then
		echo "$("$1" -print-resource-dir)/include"
	else
		"$1" -print-file-name=include
	fi
}

# check COMPILER HEADER PROFILE < source
check() {
	src=$tmp/$(echo "$1-$2-$3" | tr '/ ' '__').c
	cat > "$src"
	case $3 in
	kernel)	flags="$kernel -isystem $(own "$1")" ;;
	gnu-*)	flags=-D_GNU_SOURCE ;;
	c11-*)	flags=-std=c11 ;;
	*)	flags= ;;
	esac
	# shellcheck disable=SC2086
	if ! "$1" $warn $flags -isystem "$root/include" "$src" > "$src.err" 2>&1; then
		echo "check_headers: $2 does not compile alone ($3, $1):"
		head -8 "$src.err"
		return 1
	fi
}

includes() {
	for l; do echo "#include <$l>"; done
}

one() {
	bad=0
	for cc in $compilers; do
		echo "#include <$1>" | check "$cc" "$1" kernel || bad=1
		includes "$1" $libc | check "$cc" "$1" before-libc || bad=1
		includes $libc "$1" | check "$cc" "$1" after-libc || bad=1
	done
	return $bad
}

compilers=
for cc in ${CHECK_CC:-gcc clang}; do
	command -v "$cc" > /dev/null && compilers="$compilers $cc"
done
[ -n "$compilers" ] || { echo "check_headers: no compiler"; exit 1; }

[ $# -gt 0 ] || set -- $(find . -name '*.h' | sed 's,^\./,,' | sort)
total=$#
i=0
for h; do
	i=$((i + 1))
	[ $((i % 2)) -eq 0 ] && continue
	one "$h" || touch "$tmp/failed"
done > "$tmp/odd.out" &
i=0
for h; do
	i=$((i + 1))
	[ $((i % 2)) -eq 1 ] && continue
	one "$h" || touch "$tmp/failed"
done > "$tmp/even.out"
wait
for cc in $compilers; do
	for order in before-libc gnu-before-libc c11-before-libc after-libc gnu-after-libc c11-after-libc; do
		case $order in
		*before*) includes "$@" $libc $more ;;
		*)	includes $libc $more "$@" ;;
		esac | check "$cc" "every header" $order || touch "$tmp/failed"
	done
done
cat "$tmp/odd.out" "$tmp/even.out"
[ -e "$tmp/failed" ] && exit 1
echo "check_headers: $total headers, compilers:$compilers: all compile alone"
