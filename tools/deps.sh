#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what a group of targets lacks: tools/deps.sh GROUP... (build, test, bench, bench-boot, conformance,
# analyze), or --check to only name it. A ready machine is recognised by commands and files alone.
set -eu

check=no
packages=
# need PACKAGE WHY TEST...: the package is missing when TEST fails.
need() {
	package=$1 why=$2
	shift 2
	"$@" >/dev/null 2>&1 && return
	echo "deps: $package is missing: $why"
	packages="$packages $package"
}
have() { command -v "$1"; }
any() { for f in "$@"; do [ -e "$f" ] && return; done; return 1; }

for group in "$@"; do
	case $group in
	--check)
		check=yes ;;
	build)
		need gcc "the C compiler" have gcc
		need libc6-dev "the C library's headers" any /usr/include/stdio.h
		need libdw-dev "names and lines for addresses in reports" any /usr/include/elfutils/libdwfl.h
		need meson "describes the build" have meson
		need ninja-build "runs the build" have ninja
		need pkg-config "finds libraries" have pkg-config
		need python3 "the checks and the bench driver" have python3 ;;
	test)
		need clang "the second compiler of the tests" have clang
		need libclang-rt-14-dev "clang's sanitizer libraries" \
			any /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.asan*.a
		need binutils "nm and objdump for the symbol checks" have nm
		need perl "prove, which reads the test output" have prove
		need qemu-system-x86 "boots the bare-metal image" have qemu-system-x86_64 ;;
	bench)
		need util-linux "taskset, to pin a run to one CPU" have taskset
		need valgrind "counts instructions and cache misses" any /usr/include/valgrind/callgrind.h
		need libmimalloc2.0 "a peer of the benchmark" any /usr/lib/*/libmimalloc.so.2*
		need libjemalloc2 "a peer of the benchmark" any /usr/lib/*/libjemalloc.so.2
		need libtcmalloc-minimal4 "a peer of the benchmark" any /usr/lib/*/libtcmalloc_minimal.so.4 ;;
	bench-boot)
		need qemu-system-x86 "counts instructions" have qemu-system-x86_64
		need gcc-12 "builds the kernel module" have gcc-12
		need make "builds the kernel module" have make
		need libelf1 "a tool of the kernel's build reads object files" any /usr/lib/*/libelf.so.1
		need libc6-dev "the first process of the Linux side is static" any /usr/lib/*/libc.a
		need cpio "packs the Linux side's files" have cpio ;;
	conformance)
		need linux-source-6.1 "the kernel's own tests" any /usr/src/linux-source-6.1.tar.xz
		need xz-utils "unpacks its archive" have xz ;;
	analyze)
		need cppcheck "static analysis" have cppcheck
		need clang-tools "static analysis (scan-build)" have scan-build ;;
	*)
		echo "deps: unknown group $group" >&2
		exit 2 ;;
	esac
done
[ -n "$packages" ] || exit 0
[ $check = no ] || exit 1

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: need root or sudo to run: apt-get install$packages" >&2
		exit 1
	fi
	as_root=sudo
fi
command -v apt-get >/dev/null || { echo "deps: no apt-get here; install by hand:$packages" >&2; exit 1; }
echo "deps: installing$packages (apt-get, as root)"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { $as_root apt-get install -y --no-install-recommends $packages >"$log" 2>&1; }
if ! install; then
	$as_root apt-get update >"$log" 2>&1 || true
	install || { cat "$log" >&2; echo "deps: apt-get failed" >&2; exit 1; }
fi
echo "deps: installed"
