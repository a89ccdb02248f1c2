#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of port calls in docs/porting.md against what the linker says: levels.py BUILD.

For each level the archive of its rooms is built, and its undefined port_* names are compared with the
crosses in the level's column. Weak names are a host's choice and not listed.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BARE = "port/x86_64/"
LEVELS = [        # column, archives
    ("1", [BARE + "libframes_bare.a"]),
    ("2", ["tests/boot/libslabs_only_rooms.a"]),
    ("3", ["tests/boot/libareas_only_rooms.a"]),
    ("all", [BARE + "libcore_bare.a", BARE + "libcore_bare_strict.a"]),
]


def undefined(build, archives):
    paths = [os.path.join(build, a) for a in archives]
    subprocess.run(["ninja", "-C", build, "--quiet", *archives], check=True)
    text = subprocess.run(["nm", *paths], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return set(re.findall(r"^ +U (port_\w+)$", text, re.M))


def documented(text):
    """{column: calls} of the table."""
    columns = {name: set() for name, _ in LEVELS}
    for call, cells in re.findall(r"^\| `(port_\w+)` \|([ x|]+)\|$", text, re.M):
        for (name, _), cell in zip(LEVELS, cells.split("|")):
            if cell.strip():
                columns[name].add(call)
    return columns


def main():
    build = os.path.abspath(sys.argv[1])
    with open(os.path.join(ROOT, "docs", "porting.md")) as f:
        table = documented(f.read())
    failed = 0
    for name, archives in LEVELS:
        there = undefined(build, archives)
        for call in sorted(there ^ table[name]):
            print("not ok: level %s: %s is %s" % (name, call, "missing in the table" if call in there else "not called"))
            failed += 1
    print("%d passed, %d failed" % (len(LEVELS) if not failed else 0, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
