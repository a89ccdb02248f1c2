#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the unit suites on bare metal and compare each with its run in a process: make boot-test.

Every tests/unit/*_test.c that is not on the list below is booted with 1 and with 4 processors. It must pass in a
process; names and results of its KTAP must be those of `kmemkit run`, and so must the exit status. Prints a line a
run and, last, "N passed, N failed"; exits 1 if one failed or none was run.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CPUS = (1, 4)
LIMIT = 600			# seconds a run may take
LINE = re.compile(r"^ *(KTAP version|1\.\.|ok |not ok |# Subtest)")
REASON = re.compile(r"(# SKIP).*")

# Suites about a host, and why: file -> reason.
ABOUT_A_HOST = {
    "compact_anon_test.c": "anonymous memory is a process's",
}

# Cases about a host in other suites: they are to be skipped on bare metal. (file, case) -> reason.
CASES = {
    ("report_edge_test.c", "return_addresses_have_lines"): "lines, from the host's debug information",
    ("pagecache_test.c", "pagecache_test_host_file"): "a file of the host's",
    ("pagecache_test.c", "pagecache_test_host_direct"): "a file of the host's",
    ("pagecache_test.c", "pagecache_test_host_full"): "a device of the host's",
    ("reclaim_edge_test.c", "swappiness_zero"): "a swap file of the host's",
    ("reclaim_edge_test.c", "walks_meet_all_regions"): "swappable memory, which needs the host's faults",
    ("reclaim_edge_test.c", "swapon_beside_readers"): "a swap file of the host's",
    ("reclaim_race_test.c", "swapoff_beside_the_last_fput"): "a swap file of the host's",
}


def document(text):
    """What counts of a KTAP document: plans, names and results."""
    return [REASON.sub(r"\1", line) for line in text.splitlines() if LINE.match(line)]


def failures(text):
    """What a KTAP document says about failures: the expectation's line and what was seen instead."""
    lines = text.splitlines()
    return [line for i, line in enumerate(lines) if any(" FAILED at " in x for x in lines[max(i - 4, 0):i + 1])]


def run(words):
    try:
        r = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=LIMIT)
    except subprocess.TimeoutExpired as e:
        return 124, document((e.stdout or b"").decode(errors="replace")), "timed out\n"
    out, err = r.stdout.decode(errors="replace"), r.stderr.decode(errors="replace")
    return r.returncode, document(out), err if not r.returncode else "\n".join(failures(out)) + "\n" + err[-1500:]


def difference(name, process, machine):
    """Why a run on a machine is not the same, or None. Runs: (status, document, stderr)."""
    if process[0] or not process[1]:
        return "fails in a process already: exit status %d, %d lines of KTAP\n%s" % (
            process[0], len(process[1]), process[2][:4000])
    skipped = [r"^( *)ok (\d+) %s$" % case for file, case in CASES if file == name]
    if machine[0] != process[0]:
        return "exit status %d, in a process %d\n%s" % (machine[0], process[0], machine[2][:4000])
    for ours, theirs in zip(process[1] + ["(nothing)"], machine[1] + ["(nothing)"]):
        ours = ours + " # SKIP" if any(re.match(p, ours) for p in skipped) else ours
        if ours != theirs:
            return "in a process: %s\non bare metal: %s" % (ours, theirs)
    return None


def check(kmemkit, name):
    """[(what, seconds, why it failed or None)] of one suite."""
    path = os.path.join(ROOT, "tests/unit", name)
    process = run([kmemkit, "run", path])
    found = []
    for cpus in CPUS:
        start = time.monotonic()
        machine = run([kmemkit, "boot", "--cpus", str(cpus), path])
        found.append(("%s, %d CPU%s" % (name, cpus, "s" * (cpus > 1)), time.monotonic() - start,
                      difference(name, process, machine)))
    return found


def self_test():
    """difference() on made-up runs; [] or what is wrong."""
    good = (0, ["KTAP version 1", "1..1", "    ok 1 a", "ok 1 s"], "")
    bad = (1, ["KTAP version 1", "1..1", "    not ok 1 a", "not ok 1 s"], "")
    skip = (0, ["KTAP version 1", "1..1", "    ok 1 pagecache_test_host_file # SKIP", "ok 1 s"], "")
    taken = (0, [line.replace(" # SKIP", "") for line in skip[1]], "")
    cases = [
        ("the same", good, good, "s_test.c", False),
        ("fails in both", bad, bad, "s_test.c", True),
        ("does not compile", (3, [], "error"), (3, [], "error"), "s_test.c", True),
        ("no document", (0, [], ""), (0, [], ""), "s_test.c", True),
        ("fails there only", good, bad, "s_test.c", True),
        ("another status", good, (1, good[1], ""), "s_test.c", True),
        ("cut short", good, (0, good[1][:-1], ""), "s_test.c", True),
        ("a case about a host", taken, skip, "pagecache_test.c", False),
        ("a case skipped for no reason", taken, skip, "s_test.c", True),
    ]
    return [what for what, process, machine, name, differs in cases
            if (difference(name, process, machine) is not None) != differs]


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--build", default=os.path.join(ROOT, "build"))
    p.add_argument("-j", type=int, default=os.cpu_count())
    p.add_argument("--self-test", action="store_true", help="only check that a bad run is seen")
    p.add_argument("names", nargs="*", metavar="SUITE", help="only files whose name contains this")
    a = p.parse_args()
    if a.self_test:
        wrong = self_test()
        sys.exit("boot_test: self-test: %s" % ", ".join(wrong) if wrong else 0)
    kmemkit = os.path.join(os.path.abspath(a.build), "kmemkit")
    files = sorted(os.path.basename(f) for f in glob.glob(os.path.join(ROOT, "tests/unit/*_test.c")))
    stale = [n for n in ABOUT_A_HOST if n not in files]
    if stale:
        sys.exit("boot_test: %s is on the list but not in tests/unit" % stale[0])
    chosen = [f for f in files if not a.names or any(n in f for n in a.names)]
    lost = [n for n in a.names if not any(n in f for f in files)]
    if lost or not chosen:
        sys.exit("boot_test: no suite is named like %s" % (lost[0] if lost else "that"))
    passed = failed = 0
    for name in chosen:
        if name in ABOUT_A_HOST:
            print("left out: %s: %s" % (name, ABOUT_A_HOST[name]))
    for (name, case), reason in CASES.items():
        if name in chosen:
            print("skipped there: %s in %s: %s" % (case, name, reason))
    with concurrent.futures.ThreadPoolExecutor(a.j) as pool:
        for found in pool.map(lambda n: check(kmemkit, n), [n for n in chosen if n not in ABOUT_A_HOST]):
            for what, seconds, wrong in found:
                print("%s: %s (%.1f s)" % ("not ok" if wrong else "ok", what, seconds), flush=True)
                if wrong:
                    print("    | " + wrong.rstrip().replace("\n", "\n    | "))
                passed += not wrong
                failed += wrong is not None
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
