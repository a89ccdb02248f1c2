#!/bin/sh
# SPDX-License-Identifier: MIT
# headers_id.sh INCLUDE FLAVOUR OUTPUT: a header that names what programs are compiled against, by content.
set -eu
include=$1 flavour=$2 output=$3
id=$({ echo "$flavour"; cd "$include"; find . -name '*.h' | LC_ALL=C sort | while read -r f; do echo "$f"; cat "$f"; done; } | sha256sum)
echo "#define KMK_HEADERS_ID \"$(printf %.16s "$id")\"" > "$output"
