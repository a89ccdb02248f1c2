#!/bin/sh
# SPDX-License-Identifier: MIT
# Build every flavour, each in its own folder: release, debug, asan, tsan with gcc, release with clang.
set -eu
cd "$(dirname "$0")/.."
tools/deps.sh build test
flavour() {
	tools/setup.sh "$1" "$2"
	echo "== $1"
	ninja -C "$1" --quiet product
}
flavour build release
flavour build-debug debug
flavour build-asan asan
flavour build-tsan tsan
CC=clang flavour build-clang release
