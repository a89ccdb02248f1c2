#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run bench/kmem_bench.c on our library and, over plain malloc, on four peers; print the comparison.

Every process is pinned to one CPU and the variants take turns, since one run differs from the next
by tens of per cent; the figure of a case is the minimum of all processes, and the spread (largest
over smallest of ours) is printed beside it. The text is also written to BUILD/bench.txt.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCE = os.path.join(ROOT, "bench", "kmem_bench.c")
LINE = re.compile(r"KMEMBENCH (\S+) +(\d+\.\d+)")
PEERS = {                # name: Debian's library, preloaded
    "glibc": None,
    "mimalloc": "libmimalloc.so.2",
    "jemalloc": "libjemalloc.so.2",
    "tcmalloc": "libtcmalloc_minimal.so.4",
}
TARGETS = [                # case, largest ratio to the best peer; vmalloc's peer is mmap(MAP_POPULATE) with munmap
    ("kmalloc_pair_", 1.0), ("kmalloc_batch_", 1.2), ("kmalloc_churn", 1.2),
    ("cache_pair", 1.0), ("cache_batch_", 1.2), ("cache_bulk_", 0.8),
    ("page_pair_o0", 1.5), ("page_pair_o3", 1.5), ("page_pair_o9", 1.0),
    ("vmalloc_16k", 0.05), ("vmalloc_1m", 0.5),
]


def library(name):
    found = sorted(glob.glob("/usr/lib/*/" + name))
    if not found:
        sys.exit("bench: %s is not installed (tools/deps.sh bench)" % name)
    return found[0]


def build(folder, build_folder):
    """Both programs, compiled from the same unmodified file."""
    os.makedirs(folder, exist_ok=True)
    ours, peers = os.path.join(folder, "ours"), os.path.join(folder, "peers")
    subprocess.run([os.path.join(build_folder, "kmemkit"), "cc", "-O2", SOURCE, "-o", ours], check=True)
    subprocess.run(["gcc", "-O2", "-fno-plt", "-fno-builtin", "-w", "-I", os.path.join(ROOT, "bench", "peers"), SOURCE,
            "-o", peers], check=True)
    variants = {"kmemkit": (ours, {})}
    for name, preload in PEERS.items():
        variants[name] = (peers, {"LD_PRELOAD": library(preload)} if preload else {})
    return variants


def run_once(program, env, cpu):
    r = subprocess.run(["taskset", "-c", str(cpu), program], env={**os.environ, **env}, timeout=300,
               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    cases = {name: float(ns) for name, ns in LINE.findall(r.stdout)}
    if r.returncode or "KMEMBENCH done" not in r.stdout:
        sys.exit("bench: %s ended with status %d:\n%s" % (program, r.returncode, r.stdout[-2000:]))
    return cases


def measure(variants, runs, cpu):
    """{variant: {case: [ns of each process]}}, the variants taking turns."""
    figures = {v: {} for v in variants}
    for turn in range(runs):
        print("bench: turn %d of %d" % (turn + 1, runs), file=sys.stderr, flush=True)
        for name, (program, env) in variants.items():
            for case, ns in run_once(program, env, cpu).items():
                figures[name].setdefault(case, []).append(ns)
    return figures


def target(case):
    return next((limit for prefix, limit in TARGETS if case.startswith(prefix)), None)


def table(figures, runs, cpu):
    """The comparison as lines, and the cases that miss their target."""
    names = list(figures)
    lines = ["ns per operation, minimum of %d processes pinned to CPU %d" % (runs, cpu),
         "%-20s" % "case" + "".join("%10s" % n for n in names) + "  ratio  target  spread"]
    missed = []
    for case, ours in figures["kmemkit"].items():
        best = {n: min(figures[n][case]) for n in names if case in figures[n]}
        peers = [ns for n, ns in best.items() if n != "kmemkit"]
        ratio = best["kmemkit"] / min(peers) if peers else None
        limit = target(case)
        over = limit is not None and ratio is not None and ratio > limit
        if over:
            missed.append(case)
        lines.append("%-20s" % case + "".join("%10.2f" % best[n] if n in best else "%10s" % "-" for n in names)
                 + ("%7.2f" % ratio if ratio else "      -") + ("%8.2f" % limit if limit else "       -")
                 + "%8.2f" % (max(ours) / min(ours)) + ("  OVER" if over else ""))
    lines.append("ratio: ours to the best peer; spread: largest to smallest of our processes")
    lines.append("over their target: " + (", ".join(missed) or "none"))
    return lines, missed


def self_test():
    figures = {"kmemkit": {"kmalloc_pair_8": [3.0, 6.0], "page_pair_o9": [11.0], "alone": [1.0]},
           "glibc": {"kmalloc_pair_8": [4.0], "page_pair_o9": [10.0]}}
    lines, missed = table(figures, 2, 0)
    assert missed == ["page_pair_o9"] and "OVER" in lines[3] and "OVER" not in lines[2], lines
    assert "0.75" in lines[2] and "2.00" in lines[2] and LINE.findall("x: KMEMBENCH a   1.25\n") == [("a", "1.25")]
    print("1 passed, 0 failed")


REGISTERS = [                # case, the plain access it may not exceed, by this factor
    ("readl_file", "plain_load", 1.1), ("writel_file", "plain_store", 1.1),
    ("readl_file_chain", "plain_load_chain", 1.05),
]


def registers(build_folder, runs, cpu):
    """Register accesses beside plain ones (bench/mmio.c): lines, least of all processes."""
    program = os.path.join(build_folder, "bench", "mmio")
    subprocess.run([os.path.join(build_folder, "kmemkit"), "cc", "-O2", os.path.join(ROOT, "bench", "mmio.c"),
            "-o", program], check=True)
    best = {}
    for _ in range(runs):
        r = subprocess.run(["taskset", "-c", str(cpu), program], timeout=300, check=True,
                   stdout=subprocess.PIPE, text=True)
        for name, ns in re.findall(r"KMEMMMIO (\S+) +(\d+\.\d+)", r.stdout):
            best[name] = min(best.get(name, 1e9), float(ns))
    lines = ["", "register accesses, ns (least of %d processes)" % runs]
    lines += ["%-20s %8.2f" % (name, ns) for name, ns in best.items()]
    for name, plain, limit in REGISTERS:
        ratio = best[name] / best[plain]
        lines.append("%s / %s: %.2f%s" % (name, plain, ratio, "" if ratio <= limit else "  OVER %.2f" % limit))
    return lines


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", default="build")
    p.add_argument("--runs", type=int, default=10)
    p.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)))
    p.add_argument("--self-test", action="store_true")
    args = p.parse_args()
    if args.self_test:
        return self_test()
    build_folder = os.path.abspath(args.build)
    variants = build(os.path.join(build_folder, "bench"), build_folder)
    lines, _ = table(measure(variants, args.runs, args.cpu), args.runs, args.cpu)
    lines += registers(build_folder, args.runs, args.cpu)
    text = "\n".join(lines) + "\n"
    print(text, end="")
    with open(os.path.join(build_folder, "bench.txt"), "w") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
