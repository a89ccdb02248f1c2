# SPDX-License-Identifier: MIT
# `kmemkit cc`. Sourced by run.sh.
check "cc shows its words" 0 'out:-isystem' 'out:-lkmemkit ' 'out:-Wl,-rpath,' 'out:kmk_crt.o' \
	-- "$kmemkit" cc -show -O2 "$cases/nothing.c" -o x
for flag in -c -S -E; do
	check "cc $flag does not link" 0 'out:-isystem' 'noout:-lkmemkit' \
		-- "$kmemkit" cc -show $flag "$cases/nothing.c"
done
check "cc --version does not link" 0 'noout:-lkmemkit' -- "$kmemkit" cc -show --version
check "cc -shared has no main" 0 'noout:kmk_crt' 'noout:kmemkit_main' 'out:-lkmemkit ' \
	-- "$kmemkit" cc -show -shared "$cases/nothing.c" -o x.so
check "cc uses CC" 0 'out:^clang -m64 ' -- env CC="clang -m64" "$kmemkit" cc -show -c "$cases/nothing.c"
check "cc passes options on" 0 'out:-DX=1 -Wall' -- "$kmemkit" cc -show -DX=1 -Wall -c "$cases/nothing.c"
check "cc and a compiler that is missing" 3 "err:'nocompiler'" -- env CC=nocompiler "$kmemkit" cc -c x.c
check "cc shows the compiler's words" 1 'err:not_declared_anywhere' \
	-- "$kmemkit" cc -c "$cases/compile_error.c" -o "$scratch/x.o"
check "cc makes a program" 0 -- "$kmemkit" cc "$cases/own_main.c" -o "$scratch/own"
check "which runs alone" 0 -- "$scratch/own"
check "with its own exit status" 1 -- "$scratch/own" fail

# An installed tree is found from the executable alone, wherever it was moved to.
tree=$scratch/tree conf=$(dirname "$kmemkit")/kmemkit.conf
value() { (cd "$(dirname "$conf")" && realpath "$(sed -n "s/^$1=//p" "$conf")"); }
mkdir -p "$tree/bin" "$tree/lib/kmemkit" "$tree/include"
cp "$kmemkit" "$tree/bin/"
cp -r "$(value INCLUDEDIR)" "$tree/include/kmemkit"
find "$(value LIBDIR)" -maxdepth 1 -name 'libkmemkit.so*' ! -type d -exec cp -P {} "$tree/lib/" \;
cp "$(value CRTDIR)/kmk_crt.o" "$(value CRTDIR)/libkmemkit_main.a" "$tree/lib/kmemkit/"
sed -e 's|^INCLUDEDIR=.*|INCLUDEDIR=../../include/kmemkit|' -e 's|^LIBDIR=.*|LIBDIR=..|' \
	-e 's|^CRTDIR=.*|CRTDIR=.|' "$conf" >"$tree/lib/kmemkit/kmemkit.conf"
check "an installed tree is found" 0 "out:-isystem$tree/include/kmemkit" "out:-L$tree/lib " \
	-- "$tree/bin/kmemkit" cc -show "$cases/nothing.c" -o x
check "and used" 0 'out:^ok 2 good$' -- "$tree/bin/kmemkit" run "$cases/speaker.c"
rm "$tree/lib/kmemkit/kmk_crt.o"
check "what is missing is named" 1 'err:kmk_crt.o is missing' -- "$tree/bin/kmemkit" run "$cases/speaker.c"
