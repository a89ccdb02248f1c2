#!/bin/sh
# SPDX-License-Identifier: MIT
# The reference model for two seconds with each kind of machine. Usage: run.sh [KMEMKIT [SECONDS [SEED]]]
KMEMKIT=${1:-$KMEMKIT}
seconds=${2:-2} seed=${3:-1}
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# model MAP OPTIONS; a map of "-" is the default one.
model() {
	if [ "$1" = - ]; then unset KMEMKIT_MEM; else export KMEMKIT_MEM="$1"; fi
	if KMEMKIT_BOOT="$2" "$tmp/model_fuzz" "$seconds" "$seed" > "$tmp/text" 2> "$tmp/log"; then
		passed=$((passed + 1)); echo "ok mem=$1 boot=$2: $(tail -n 1 "$tmp/text")"
	else
		failed=$((failed + 1)); echo "not ok mem=$1 boot=$2"; tail -n 40 "$tmp/log"
	fi
}

if "$KMEMKIT" cc -O1 -g "$here/model.c" "$here/model_fuzz.c" -o "$tmp/model_fuzz"; then
	model - ""
	model - "slub_debug=U"
	model "dma=16M,dma32=16M" ""
	model "dma=16M" "page_policy=lowest"
	model "dma=16M,dma32=32M" "init_on_alloc=1 init_on_free=1"
else
	failed=1
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
