#!/bin/bash
# SPDX-License-Identifier: MIT
# The thin front: what tools/deps.sh asks apt for on a bare machine, that a ready one loses no time,
# and that each Makefile target's tool exists.
set -u
cd "$(dirname "$0")/../.."
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

# A machine with nothing but a shell: apt-get and sudo are ours and only write down what they were asked.
mkdir "$out/bin"
for tool in sh id mktemp rm cat; do ln -s "$(command -v $tool)" "$out/bin/$tool"; done
printf '#!/bin/sh\necho "$*" >>%s/asked\n' "$out" >"$out/bin/apt-get"
printf '#!/bin/sh\nexec "$@"\n' >"$out/bin/sudo"
chmod +x "$out/bin/apt-get" "$out/bin/sudo"
env -i PATH="$out/bin" sh tools/deps.sh build test >"$out/text" 2>&1 &&
	grep -q "gcc is missing: the C compiler" "$out/text" &&
	grep -q "installing.* gcc.* meson ninja-build" "$out/text" &&
	grep -q "install -y --no-install-recommends.* gcc.* clang" "$out/asked"
verdict "a bare machine gets gcc, meson, ninja and clang, and is told why" $?

! env -i PATH="$out/bin" sh tools/deps.sh --check build >"$out/text" 2>&1 && ! grep -q installing "$out/text"
verdict "--check installs nothing" $?

printf '#!/bin/sh\nexit 100\n' >"$out/bin/apt-get"
! env -i PATH="$out/bin" sh tools/deps.sh build >"$out/text" 2>&1 && grep -q "apt-get failed" "$out/text"
verdict "a failing apt-get is an error" $?

# The least of many tries: what else the machine is at only adds.
quick() {
	local t0 least=999999999 try us
	for try in {1..100}; do
		t0=${EPOCHREALTIME/[.,]/}
		tools/deps.sh build test >"$out/text" 2>&1 && [ ! -s "$out/text" ] || return 1
		us=$((${EPOCHREALTIME/[.,]/} - t0))
		((us >= least)) || least=$us
		((least >= 200000)) || return 0
	done
	echo "expected less than 200000 us, the least of $try tries: $least us" >"$out/text"
	return 1
}
quick
verdict "a ready machine loses less than 0.2 s" $?

for tool in $(grep -o 'tools/[a-z_]*\(\.sh\|\.py\)\?' Makefile .ci/run | sed 's/.*://' | sort -u); do
	echo "$tool is missing or not executable" >"$out/text"
	[ -x "$tool" ]
	verdict "the Makefile's $tool exists" $?
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
