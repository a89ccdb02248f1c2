#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The vmap room's own curves: bench/ranges.c (growth with the number of areas) and bench/vmap_threads.c.

Each in --runs processes, pinned to one CPU where the program has one thread. Each figure is the least of the
processes. Where valgrind is installed, callgrind counts the instructions of the same curve: what grows there is the
structure, what grows in the times alone is the machine's memory, which the column of the pointer chase shows. A limit
exceeded is marked OVER; the text is also written to BUILD/bench-vmap.txt.
"""
import argparse
import glob
import os
import re
import shutil
import sys
import tempfile

from bench_slab import ours, run

RANGES = re.compile(r"RANGES (\S+) +(\d+)" + r" +(\d+\.\d+)" * 3 + r" +(\d+)")
THREADS = re.compile(r"VMAP_THREADS (\d+) +(\d+\.\d+) +(\d+)")
COLUMNS = ["first", "last", "chase", "pair"]
OPS = 20000			# of each column, in bench/ranges.c
LOGARITHMIC = 6.0		# from 10 areas to 10^6: the logarithm becomes six times as large


def least(into, text):
    """Add a process's lines to {(kind, areas): [ns of each column]}, the smaller of both."""
    for kind, areas, *ns in RANGES.findall(text):
        key, new = (kind, int(areas)), [float(x) for x in ns]
        into[key] = [min(a, b) for a, b in zip(into.get(key, new), new)]


def dumps(texts):
    """Callgrind's dumps, one a column of a line of the curve: {(kind, areas): [instructions of each column]}."""
    counts = {}
    for text in texts:
        m = re.search(r"^desc: Trigger: Client Request: (\S+) (\d+) (\S+)$", text, re.M)
        if m and m.group(3) in COLUMNS:
            total = int(re.search(r"^totals: (\d+)", text, re.M).group(1))
            row = counts.setdefault((m.group(1), int(m.group(2))), [0.0] * len(COLUMNS))
            row[COLUMNS.index(m.group(3))] = total / OPS
    return dict(sorted(counts.items()))


def counted(args):
    """The curve in instructions, or nothing without valgrind."""
    if not shutil.which("valgrind"):
        return {}
    program = ours(args, "ranges", "-DCOUNTED", suffix="-counted")
    with tempfile.TemporaryDirectory() as d:
        run(["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=" + d + "/out", program])
        return dumps(open(f).read() for f in glob.glob(d + "/out*"))


def curve(what, figures):
    lines = [what, "%-10s %10s" % ("kind", "areas") + "".join("%10s" % c for c in COLUMNS)]
    for (kind, areas), ns in figures.items():
        lines.append("%-10s %10d" % (kind, areas) + "".join("%10.1f" % x for x in ns))
    for kind in dict.fromkeys(k for k, _ in figures):
        numbers = [areas for k, areas in figures if k == kind]
        first, last = figures[kind, min(numbers)], figures[kind, max(numbers)]
        grown = [b / a for a, b in zip(first, last)]
        lines.append("%-10s %10s" % (kind, "grown") + "".join("%9.1fx" % g for g in grown)
                     + "".join("  OVER %s" % c for c, g in zip(COLUMNS, grown)
                               if c != "chase" and g > LOGARITHMIC))
    return lines


def table(figures, threads, counts):
    lines = curve("ranges, ns an operation", figures)
    if counts:
        lines += [""] + curve("ranges, instructions an operation (callgrind)", counts)
    lines += ["", "pairs of vmalloc(16 KiB) and vfree, four held: CPU ns a pair, takings of the common lock in 10^6"]
    lines += ["%2d threads %10.1f %8d" % (n, ns, locks) for n, (ns, locks) in threads.items()]
    return lines


def self_test():
    figures = {}
    least(figures, "RANGES vmalloc 10 10.0 10.0 1.0 50\nRANGES vmalloc 1000000 61.0 59.0 90.0 100\n")
    least(figures, "RANGES vmalloc 10 10.0 11.0 1.0 49\n")
    counts = dumps(["desc: Trigger: Client Request: vmalloc 10 pair\ntotals: 40000\n", "totals: 1\n",
                    "desc: Trigger: Client Request: vmalloc 1000000 pair\ntotals: 60000\n"])
    assert counts == {("vmalloc", 10): [0, 0, 0, 2.0], ("vmalloc", 1000000): [0, 0, 0, 3.0]}, counts
    lines = table(figures, {}, {k: [x or 1.0 for x in v] for k, v in counts.items()})
    assert any("1.5x" in x for x in lines), lines
    assert figures["vmalloc", 10] == [10.0, 10.0, 1.0, 49.0], figures
    assert any("OVER first" in x and "OVER last" not in x and "chase" not in x for x in lines[2:]), lines
    print("1 passed, 0 failed")


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", default="build")
    p.add_argument("--runs", type=int, default=6)
    p.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)))
    p.add_argument("--self-test", action="store_true")
    args = p.parse_args()
    if args.self_test:
        return self_test()
    args.build = os.path.abspath(args.build)
    args.folder = os.path.join(args.build, "bench")
    os.makedirs(args.folder, exist_ok=True)
    ranges, pairs = ours(args, "ranges"), ours(args, "vmap_threads")
    figures, threads = {}, {}
    for _ in range(args.runs):
        least(figures, run(["taskset", "-c", str(args.cpu), ranges]))
        for n, ns, locks in THREADS.findall(run([pairs])):
            old = threads.get(int(n), (1e9, 0))
            threads[int(n)] = (min(old[0], float(ns)), max(old[1], int(locks)))
    if not figures or not threads:
        sys.exit("bench: bench/ranges.c or bench/vmap_threads.c printed no figures")
    text = "\n".join(table(figures, threads, counted(args))) + "\n"
    print(text, end="")
    with open(os.path.join(args.build, "bench-vmap.txt"), "w") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
