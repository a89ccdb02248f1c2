#!/bin/sh
# SPDX-License-Identifier: MIT
# Configure a build folder once: setup.sh FOLDER FLAVOUR [meson options]. CC names the compiler.
set -eu
cd "$(dirname "$0")/.."
build=$1 flavour=$2
shift 2
if [ ! -e "$build/build.ninja" ]; then
	echo "setup: $build ($flavour)"
	rm -rf "$build"
	meson setup "$build" -Dflavour="$flavour" "$@" >"$build.log" 2>&1 || {
		cat "$build.log" >&2
		rm -f "$build.log"
		exit 1
	}
	mv "$build.log" "$build/meson-logs/setup.txt"
fi
if [ "$build" = build ]; then
	ln -sf build/compile_commands.json compile_commands.json
fi
