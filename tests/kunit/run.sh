#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: run.sh PATH-OF-KMEMKIT. Runs suites that must fail and compares what is printed.
set -u
kmemkit=${1:?usage: run.sh PATH-OF-KMEMKIT}
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
status=0

complain() {
	echo "FAIL: $*"
	status=1
}

# Line numbers, addresses and the host's wording of an address differ from run to run.
normal() {
	sed -E -e 's/at [^ ]*failing\.c:[0-9]+/at failing.c:LINE/' \
		-e 's/ == [0-9a-f]{16}$/ == POINTER/' \
		-e 's/(SIGSEGV|stack overflow)( at [^ ]*)?( \([^)]*\))?/\1/' \
		-e 's/[ \t]+$//' "$1"
}

# What the command adds behind the last result line (counts, leaks) is checked elsewhere.
document() {
	awk '{ line[NR] = $0 } /^(not )?ok / { last = NR } END { for (i = 1; i <= last; i++) print line[i] }' "$1"
}

# Ten seconds for the case that never ends: the others need a few milliseconds, but of a busy machine.
"$kmemkit" run --timeout 10 "$here/failing.c" >"$tmp/out" 2>"$tmp/err"
code=$?
[ "$code" = 1 ] || complain "exit status $code instead of 1"
document "$tmp/out" >"$tmp/document"
normal "$tmp/document" >"$tmp/got"
if ! diff -u "$here/failing.expected" "$tmp/got"; then
	complain "the output differs"
	tail -n 20 "$tmp/err"
fi
awk -f "$here/ktap_check.awk" "$tmp/document" || complain "no well-formed KTAP"
if command -v prove >/dev/null 2>&1; then
	prove --exec cat "$tmp/document" >"$tmp/prove" 2>&1
	grep -q 'Failed 8/9 subtests' "$tmp/prove" || { complain "prove reads it otherwise"; cat "$tmp/prove"; }
fi

# A bad parameter names the token and is exit status 2.
for param in nosuch=1 failing.nosuch=1 =3; do
	"$kmemkit" run --param "$param" "$here/failing.c" >"$tmp/out" 2>"$tmp/err"
	code=$?
	[ "$code" = 2 ] || complain "--param $param: exit status $code instead of 2"
	grep -qF "${param%=1}" "$tmp/err" || complain "--param $param: not named on stderr"
done

[ "$status" = 0 ] && echo "tests/kunit: ok"
exit "$status"
