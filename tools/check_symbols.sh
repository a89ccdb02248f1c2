#!/bin/sh
# SPDX-License-Identifier: MIT
# The library's outer edge, by symbol tables:
#   1. what the core needs from outside equals tests/symbols.allowed, in the process and in the bare
#      flavour, in both directions;
#   2. no global symbol of the library has a name that the C library exports;
#   3. the rooms of a frames-only image need no more than the list's frames lines add;
#   4. tests/linktest.c defines exactly the port calls that port/port.h declares.
# usage: tools/check_symbols.sh [BUILD], or --self-test. Each complaint names the symbol; exit 1.
set -eu
export LC_ALL=C
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
	echo "check_symbols: $*"
	failed=1
}

# Names that the given archives or objects need and do not define among themselves.
needed() {
	nm -g --undefined-only "$@" 2>/dev/null | awk 'NF == 2 && $1 ~ /^[UwWvV]$/ { print $2 }' |
		grep -v '^_GLOBAL_OFFSET_TABLE_$' | sort -u >"$work/need"
	nm -g --defined-only "$@" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$work/have"
	comm -23 "$work/need" "$work/have"
}

# Lines of the list that hold for a flavour: "name [process|bare|frames] [may]". may: allowed, not
# required; of a part of the core (frames) nothing is.
listed() { # list flavour required|allowed
	awk -v flavour="$2" -v what="$3" '
	{ sub(/#.*/, "") }
	NF {
		may = only = 0; here = 1
		for (i = 2; i <= NF; i++) {
			if ($i == "may") may = 1
			else if ($i == flavour) only = 1
			else if ($i ~ /^(process|bare|frames)$/) here = 0
		}
		if ((here || only) && !(what == "required" && (may || flavour == "frames"))) print $1
	}' "$1" | sort -u
}

check_list() { # list flavour object...
	list=$1 flavour=$2
	shift 2
	needed "$@" >"$work/needed"
	listed "$list" "$flavour" allowed >"$work/allowed"
	listed "$list" "$flavour" required >"$work/required"
	for s in $(comm -23 "$work/needed" "$work/allowed"); do
		complain "$flavour core needs '$s', which is not in $(basename "$list") ($(who "$s" "$@"))"
	done
	for s in $(comm -13 "$work/needed" "$work/required"); do
		complain "$(basename "$list") lists '$s', which the $flavour core does not need"
	done
}

# The first object that refers to a symbol.
who() {
	symbol=$1
	shift
	nm -gA --undefined-only "$@" 2>/dev/null | awk -v s="$symbol" '$NF == s { print $1; exit }' |
		sed 's/:$//; s/.*[:/]//'
}

# Names of libc.so.6 and of the part of libm and the loader that programs link by default.
libc_names() {
	libc=$(${CC:-gcc} -print-file-name=libc.so.6)
	nm -D --defined-only "$libc" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort -u
}

check_libc() { # object...
	libc_names >"$work/libc"
	[ "$(wc -l <"$work/libc")" -gt 1000 ] || complain "cannot read the C library's symbols"
	for f; do
		nm -g --defined-only "$f" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$work/have"
		for s in $(comm -12 "$work/have" "$work/libc"); do
			complain "$(basename "$f") defines '$s', which is a name of the C library"
		done
	done
}

check_linktest() { # header object
	# A declaration begins its line with a type and ends it; mentions in comments do not.
	grep -E '^[a-z].*\bport_[a-z_]+\(.*\)( __attribute__.*)?;' "$1" |
		grep -oE '\bport_[a-z_]+\(' | tr -d '(' | sort -u >"$work/declared"
	[ -f "$2" ] || complain "no object $2"
	nm -g --defined-only "$2" 2>/dev/null | awk '$3 ~ /^port_/ { print $3 }' | sort -u >"$work/defined"
	for s in $(comm -23 "$work/declared" "$work/defined"); do
		complain "port.h declares '$s', linktest.c does not define it"
	done
	for s in $(comm -13 "$work/declared" "$work/defined"); do
		complain "linktest.c defines '$s', port.h does not declare it"
	done
}

# Broken inputs, each of which must be named.
self_test() {
	cc=${CC:-gcc}
	cat >"$work/broken.c" <<-'C'
		int printf(const char *, ...);
		extern int port_now(void), weak_thing(void) __attribute__((weak));
		int bsearch(void);
		int bsearch(void) { return printf("x") + port_now() + (weak_thing ? 1 : 0); }
	C
	$cc -fno-builtin -ffreestanding -c "$work/broken.c" -o "$work/broken.o"
	printf 'port_now # the clock\nweak_thing\nport_gone\nport_slots process\nmemcpy may\n' >"$work/list"
	printf 'int port_now(void);\n/* see port_other(x); */\nint port_lost(int a);\n' >"$work/port.h"
	echo 'int port_now(void) { return 0; } int port_extra(void) { return 0; }' >"$work/link.c"
	$cc -ffreestanding -c "$work/link.c" -o "$work/link.o"
	check_list "$work/list" bare "$work/broken.o" >"$work/out"
	check_libc "$work/broken.o" >>"$work/out"
	check_linktest "$work/port.h" "$work/link.o" >>"$work/out"
	[ $failed = 1 ] || { echo "check_symbols: self-test: nothing was found wrong"; exit 1; }
	cat >"$work/want" <<-'T'
		check_symbols: bare core needs 'printf', which is not in list (broken.o)
		check_symbols: list lists 'port_gone', which the bare core does not need
		check_symbols: broken.o defines 'bsearch', which is a name of the C library
		check_symbols: port.h declares 'port_lost', linktest.c does not define it
		check_symbols: linktest.c defines 'port_extra', port.h does not declare it
	T
	diff "$work/want" "$work/out" || { echo "check_symbols: self-test: unexpected words"; exit 1; }
	failed=0
}

self_test
[ "${1:-}" != --self-test ] || exit 0

build=${1:-${BUILD:-build}}
link=tests/boot/linktest.p/.._linktest.c.o
words=$(ninja -C "$build" --quiet libcore_process.a libcore_process_strict.a libkmemkit.a \
	port/x86_64/libcore_bare.a port/x86_64/libcore_bare_strict.a port/x86_64/libframes_bare.a $link) ||
	{ echo "$words"; exit 1; }
check_list "$top/tests/symbols.allowed" process "$build/libcore_process.a" "$build/libcore_process_strict.a"
check_list "$top/tests/symbols.allowed" bare "$build/port/x86_64/libcore_bare.a" \
	"$build/port/x86_64/libcore_bare_strict.a"
check_list "$top/tests/symbols.allowed" frames "$build/port/x86_64/libframes_bare.a"
check_libc "$build/libkmemkit.a" $(ls "$build/libkmemkit_main.a" "$build/kmk_crt.o" 2>/dev/null)
check_linktest "$top/port/port.h" "$build/$link"
exit $failed
