#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the unit suites on bare metal and compare each with its run in a process: make boot-test.

Every tests/unit/*_test.c that is not on the list below is booted with 1 and with 4 processors. Names and results
of its KTAP must be those of `kmemkit run`, and so must the exit status. Prints a line a run and, last,
"N passed, N failed"; exits 1 if one failed.
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
    ("pagecache_test.c", "pagecache_test_host_file"): "a file of the host's",
    ("pagecache_test.c", "pagecache_test_host_direct"): "a file of the host's",
    ("pagecache_test.c", "pagecache_test_host_full"): "a device of the host's",
    ("reclaim_race_test.c", "swapoff_beside_the_last_fput"): "a swap file of the host's",
}


def document(text):
    """What counts of a KTAP document: plans, names and results."""
    return [REASON.sub(r"\1", line) for line in text.splitlines() if LINE.match(line)]


def run(words):
    try:
        r = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=LIMIT)
    except subprocess.TimeoutExpired as e:
        return 124, document((e.stdout or b"").decode(errors="replace")), "timed out\n"
    return r.returncode, document(r.stdout.decode(errors="replace")), r.stderr.decode(errors="replace")


def difference(name, process, machine):
    """Why a run on a machine is not the same, or None."""
    skipped = [r"^( *)ok (\d+) %s$" % case for file, case in CASES if file == name]
    if machine[0] != process[0]:
        return "exit status %d, in a process %d\n%s" % (machine[0], process[0], machine[2][-2000:])
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


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--build", default=os.path.join(ROOT, "build"))
    p.add_argument("-j", type=int, default=os.cpu_count())
    p.add_argument("names", nargs="*", metavar="SUITE", help="only files whose name contains this")
    a = p.parse_args()
    kmemkit = os.path.join(os.path.abspath(a.build), "kmemkit")
    files = sorted(os.path.basename(f) for f in glob.glob(os.path.join(ROOT, "tests/unit/*_test.c")))
    stale = [n for n in ABOUT_A_HOST if n not in files]
    if stale:
        sys.exit("boot_test: %s is on the list but not in tests/unit" % stale[0])
    chosen = [f for f in files if not a.names or any(n in f for n in a.names)]
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
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
