#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What `kmemkit` does with good and bad input: run.sh [KMEMKIT]. Each check runs the command once and
# compares its exit status and what it printed. The last line is "N passed, N failed".
set -u
here=$(cd "$(dirname "$0")" && pwd)
kmemkit=$(realpath "${1:-${KMEMKIT:-build/kmemkit}}")
cases=$here/cases
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
unset KMEMKIT_BOOT KMEMKIT_MEM KMEMKIT_RUN KMEMKIT_CTL KMEMKIT_PARAMS KMEMKIT_PROC
passed=0 failed=0

fail() {
	echo "not ok: $name: $*"
	ok=no
}

verdict() {
	if [ $ok = yes ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		sed 's/^/    out: /' "$scratch/out" | head -40
		sed 's/^/    err: /' "$scratch/err" | head -40
	fi
}

# check NAME STATUS [out:RE | err:RE | noout:RE | noerr:RE]... -- COMMAND
check() {
	name=$1 want=$2 ok=yes
	local tests=()
	shift 2
	while [ "$1" != -- ]; do
		tests+=("$1")
		shift
	done
	shift
	timeout 300 "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	local got=$?
	[ $got = "$want" ] || fail "status $got, not $want"
	for t in "${tests[@]}"; do
		local file=$scratch/${t%%:*} re=${t#*:}
		case $t in
		no*) file=$scratch/${t%%:*}; file=${file/\/no/\/}
			! grep -Eq -- "$re" "$file" || fail "shows: $re" ;;
		*) grep -Eq -- "$re" "$file" || fail "lacks $t" ;;
		esac
	done
	[ -z "$(ls -A "$TMPDIR")" ] || { fail "left behind: $(ls "$TMPDIR")"; rm -rf "${TMPDIR:?}"/*; }
	verdict
}

for part in usage speaker driver kunit ksource; do
	. "$here/$part.sh"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
