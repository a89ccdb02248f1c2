#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The slab room's other benchmarks: bench_slab.py threads|bytes|growth|colour [--build B].

threads  bench/threads.c on our library and on the peers, in turns; minimum of the processes' medians
bytes    bench/bytes.c: bytes a live object, beside jemalloc's
growth   bench/growth.c: instructions (callgrind, slot path) and nanoseconds as caches and objects grow
colour   bench/colour.c: offsets of slabs, and cache misses with and without colours

Each prints its targets, marks a miss with OVER and writes the text to BUILD/bench-<name>.txt.
"""
import argparse
import os
import re
import subprocess
import sys

import bench

CALLGRIND = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null"]
WITHIN = [            # case, the case it is compared with, largest ratio
    ("hot_lockstep", "hot_apart", 1.1), ("hot_handed", "hot_apart", 1.1),
    ("moved_pair_64", "own_pair_64", 1.1), ("moved_churn", "own_churn", 1.5),
    ("threads_64_cpu", "threads_2_cpu", 1.5),
]
CLASSES = [8, 16, 32, 64, 96, 128, 192] + [256 << k for k in range(10)]
CACHES = [10, 100, 1000, 10000, 100000]
OBJECTS = [10 ** k for k in range(3, 8)]


def source(name):
    return os.path.join(bench.ROOT, "bench", name + ".c")


def ours(args, name, *flags, suffix=""):
    program = os.path.join(args.folder, name + suffix)
    subprocess.run([os.path.join(args.build, "kmemkit"), "cc", "-O2", *flags, source(name), "-o", program,
                    "-pthread", "-ldl"], check=True)
    return program


def peer(args, name):
    program = os.path.join(args.folder, name + "-peers")
    subprocess.run(["gcc", "-O2", "-fno-plt", "-fno-builtin", "-w", "-I", os.path.join(bench.ROOT, "bench", "peers"),
                    source(name), "-o", program, "-pthread", "-ldl"], check=True)
    return program


def run(command, env=None, must=True):
    r = subprocess.run(command, env={**os.environ, **(env or {})}, timeout=300, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    if r.returncode and must:
        sys.exit("bench: %s ended with status %d:\n%s" % (" ".join(command), r.returncode, r.stdout[-2000:]))
    return r.stdout if not r.returncode else ""


def mark(value, limit):
    return "  OVER" if value > limit else ""


def lowest(figures, text, pattern):
    """Keep the smallest figure of each case; within one process too (a case may be repeated)."""
    for case, value in pattern.findall(text):
        figures[case] = min(float(value), figures.get(case, 1e9))


def threads(args):
    program, other = ours(args, "threads"), peer(args, "threads")
    variants = {"kmemkit": (program, {}), "slots": (program, {"KMEMKIT_RSEQ": "0"})}
    for name, library in bench.PEERS.items():
        variants[name] = (other, {"LD_PRELOAD": bench.library(library)} if library else {})
    figures, notes = {v: {} for v in variants}, []
    for turn in range(args.runs):
        for name, (command, env) in variants.items():
            if name == "slots" and turn:
                continue                # slow, and only for comparison
            text = run([command], env)
            lowest(figures[name], text, bench.LINE)
            notes += [line for line in text.splitlines() if "resident" in line and name == "kmemkit"]
            notes += ["  " + name + " GROWS" for line in text.splitlines() if "GROWS" in line]
    return thread_table(figures, args.runs) + notes


def thread_table(figures, runs):
    """A case in which two threads hardly met has no figure: that is said, never taken for a good one."""
    def cells(values):
        return "".join("%10.2f" % v if v else "%10s" % "-" for v in values)

    cases = list(dict.fromkeys(case for of in figures.values() for case in of))
    lines = ["ns per operation, two threads on two CPUs; minimum of %d processes' medians" % runs,
             "%-20s" % "case" + "".join("%10s" % v for v in figures) + "  ratio  target"]
    for case in cases:
        own = figures["kmemkit"].get(case)
        peers = [figures[v][case] for v in bench.PEERS if case in figures.get(v, {})]
        limit = 1.0 if case.startswith(("own_", "producer")) else None
        ratio = own / min(peers) if own and peers else None
        lines.append("%-20s" % case + cells(figures[v].get(case) for v in figures)
                     + ("%7.2f" % ratio if ratio else "      -") + ("%8.1f" % limit if limit else "       -")
                     + (mark(ratio, limit) if ratio and limit else "") + ("" if ratio else "  NOT MEASURED"))
    lines.append("%-20s" % "within a variant" + "".join("%10s" % v for v in figures) + "         target")
    for case, base, limit in WITHIN:
        ratios = [of[case] / of[base] if case in of and base in of else None for of in figures.values()]
        own = ratios[list(figures).index("kmemkit")]
        lines.append("%-20s" % case + cells(ratios) + "       %8.1f" % limit
                     + (mark(own, limit) if own else "  NOT MEASURED"))
    return lines


BYTES = re.compile(r"BYTES (\d+) (\d+) (\S+) (\S+)")


def bytes_of(text):
    return {int(size): (int(n), float(counted), float(resident))
            for size, n, counted, resident in BYTES.findall(text)}


def bytes_a_live_object(args):
    mine = bytes_of(run([ours(args, "bytes")]))
    other, library = peer(args, "bytes"), bench.library(bench.PEERS["jemalloc"])
    theirs = {}
    for size in mine:
        theirs.update(bytes_of(run([other, str(size)], {"LD_PRELOAD": library})))
    lines = ["bytes a live object: slabs' frames, 64 bytes of struct page each; jemalloc: active + metadata",
             "%8s %8s %10s %10s %10s %10s %10s" %
             ("size", "objects", "ours", "limit", "jemalloc", "rss", "rss jem.")]
    for size, (n, counted, resident) in mine.items():
        limit = size * 1.02 + 2 if size in CLASSES else None
        jemalloc = theirs[size]
        over = mark(counted, limit) if limit else ""
        over += "  OVER jemalloc" if limit and size >= 128 and counted > jemalloc[1] else ""
        lines.append("%8d %8d %10.2f %10s %10.2f %10.2f %10.2f%s" %
                     (size, n, counted, "%.2f" % limit if limit else "-", jemalloc[1], resident, jemalloc[2],
                      over))
    return lines


def instructions(program, what, n):
    text = run(CALLGRIND + [program, what, str(n)], must=False)
    ops, total = re.search(r"GROWTH .* ops (\d+)", text), re.search(r"Collected : (\d+)", text)
    return int(total.group(1)) / int(ops.group(1)) if ops and total else None


def growth(args):
    plain, counted = ours(args, "growth"), ours(args, "growth", "-DCOUNTED", suffix="-counted")
    lines = ["growth: instructions an operation (callgrind, slot path), ns (restartable sequences), ns a",
             "step of a pointer chase through the same objects",
             "%-8s %9s %13s %8s %8s" % ("what", "number", "instructions", "ns", "chase")]
    for what, numbers in (("caches", CACHES), ("objects", OBJECTS), ("waves", OBJECTS)):
        first = None
        for n in numbers:
            count = instructions(counted, what, n)
            ns = (run([plain, what, str(n)], must=False).split() + ["-"] * 5)[3:5]
            first = first or count
            over = "  FAILED" if not count or ns[0] == "-" else mark(count / first, 1.1)
            lines.append("%-8s %9d %13s %8s %8s%s" %
                         (what, n, "%.1f" % count if count else "-", ns[0], ns[1], over))
    return lines


def colour(args):
    plain, counted = ours(args, "colour"), ours(args, "colour", "-DCOUNTED", suffix="-counted")
    lines = (run([plain, "offsets"]) + run([plain, "walk"])).splitlines()
    lines.append("the same caches with the boot option slab_colour=on and =off")
    for boot in ("slab_colour=on", "slab_colour=off"):
        lines += run([plain, "conflict"], {"KMEMKIT_BOOT": boot}).splitlines()
    lines.append("first-level misses a step, simulated (48 KiB, 12 ways), objects of 320 bytes")
    for n in (8, 16, 32, 64, 128):
        per = []
        for what in ("on", "off"):
            text = run(CALLGRIND + ["--cache-sim=yes", "--D1=49152,12,64", counted, "on", str(n)],
                       {"KMEMKIT_BOOT": "slab_colour=" + what})
            steps = int(re.search(r"WALK .* steps (\d+)", text).group(1))
            per.append(int(re.search(r"D1 +misses: +([\d,]+)", text).group(1).replace(",", "")) / steps)
        lines.append("%5d slabs: on %.2f, off %.2f" % (n, *per))
    return lines


def self_test():
    figures = {}
    lowest(figures, "KMEMBENCH a 2.50  (3 rounds)\nKMEMBENCH a 1.50  (9 rounds)\n", bench.LINE)
    assert figures == {"a": 1.5} and mark(1.2, 1.1) and not mark(1.0, 1.1)
    assert bytes_of("BYTES 8 20 9.32 9.71\n") == {8: (20, 9.32, 9.71)}
    table = thread_table({"kmemkit": {"own_a": 3.0, "hot_apart": 1.0, "hot_handed": 2.0}, "glibc":
                          {"own_a": 2.0, "own_b": 1.0}}, 1)
    assert "1.50     1.0  OVER" in table[2] and "NOT MEASURED" in [t for t in table if "own_b" in t][0], table
    assert "OVER" in [t for t in table if t.startswith("hot_handed")][1], table
    print("1 passed, 0 failed")


def main():
    parts = {"threads": threads, "bytes": bytes_a_live_object, "growth": growth, "colour": colour}
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("what", nargs="?", choices=list(parts))
    p.add_argument("--build", default="build")
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--self-test", action="store_true")
    args = p.parse_args()
    if args.self_test:
        return self_test()
    if not args.what:
        p.error("which one?")
    args.build = os.path.abspath(args.build)
    args.folder = os.path.join(args.build, "bench")
    os.makedirs(args.folder, exist_ok=True)
    text = "\n".join(parts[args.what](args)) + "\n"
    print(text, end="")
    with open(os.path.join(args.build, "bench-%s.txt" % args.what), "w") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
