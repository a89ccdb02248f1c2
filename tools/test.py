#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the tests in stages: make test (all but the heavy ones) and make test-long (those).

The last line is "N passed, N failed". What counts: each KTAP case; for a program that ends its
output with "N passed, N failed" those numbers, for meson test its own; else one for its exit status. A test that a stage
names and that is missing is a failure. Logs lie in BUILD/test-logs.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT = 1500			# seconds one item may take, if it asks for no more
RESULT = re.compile(r"^( *)(not )?ok \d+")
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed$")
MESON = re.compile(r"^(Ok|Fail|Unexpected Pass|Timeout): +(\d+) *$", re.M)


def count_ktap(text):
    """Leaf results of a KTAP document: (passed, failed). A parent's own failure counts only alone."""
    passed = failed = 0
    deeper = []				# (indent, failed) of results not yet closed by their parent
    for line in text.splitlines():
        m = RESULT.match(line)
        if not m:
            continue
        indent, bad = len(m.group(1)), bool(m.group(2))
        children = [d for d in deeper if d[0] > indent]
        deeper = [d for d in deeper if d[0] <= indent]
        deeper.append((indent, bad))
        if not children:
            failed += bad
            passed += not bad
        elif bad and not any(c[1] for c in children):
            failed += 1
    return passed, failed


def count(text, status):
    """(passed, failed) of one item from its output and exit status."""
    lines = text.rstrip().splitlines()
    m = SUMMARY.match(lines[-1]) if lines else None
    if m:
        passed, failed = int(m.group(1)), int(m.group(2))
    elif MESON.search(text):
        found = dict(MESON.findall(text))
        passed = int(found.pop("Ok", 0))
        failed = sum(map(int, found.values()))
    else:
        passed, failed = count_ktap(text)
    if status and not failed:
        failed = 1
    if not passed and not failed:
        passed = 1
    return passed, failed


class Item:
    """One command of a stage."""

    def __init__(self, name, command, env=None, limit=LIMIT):
        self.name, self.command, self.env, self.limit = name, command, env or {}, limit

    def run(self, logs):
        start = time.monotonic()
        log = os.path.join(logs, re.sub(r"[^\w.-]+", "_", self.name) + ".log")
        program = self.command[0]
        if not os.path.exists(program) and "/" in program:
            text, status = "missing: " + os.path.relpath(program, ROOT) + "\n", 127
        else:
            text, status = self.execute()
        with open(log, "w") as f:
            f.write(text)
        passed, failed = count(text, status)
        return self, passed, failed, time.monotonic() - start, text, log

    def execute(self):
        p = subprocess.Popen(self.command, cwd=ROOT, env={**os.environ, **self.env}, start_new_session=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            out, status = p.communicate(timeout=self.limit)[0], p.returncode
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)		# what the item started, too: it would disturb the next one
            out, status = p.communicate()[0] + b"\ntimed out after %d s\n" % self.limit, 124
        return out.decode(errors="replace"), status


def units(build, folder="unit"):
    """An item for each unit suite, run by the command of that build folder."""
    files = sorted(glob.glob(os.path.join(ROOT, "tests", folder, "*_test.c")))
    command = os.path.join(build, "kmemkit")
    tag = os.path.basename(build)
    if not files:
        return [Item(tag + ": tests/%s/*_test.c" % folder, [os.path.join(ROOT, "tests", folder, "_test.c")])]
    return [Item(tag + ": " + os.path.relpath(f, ROOT), [command, "run", f]) for f in files]


def examples(build):
    """An item for each example that brings its own suite."""
    command = os.path.join(build, "kmemkit")
    folders = sorted({os.path.dirname(f) for f in glob.glob(os.path.join(ROOT, "examples/*/*_test.c"))})
    return [Item(os.path.relpath(d, ROOT), [command, "run"] + sorted(glob.glob(os.path.join(d, "*.c")))) for d in folders]


def script(build, path, *args, limit=LIMIT):
    """A script of ours: KMEMKIT and BUILD are in its environment, whatever its arguments."""
    env = {"BUILD": build, "KMEMKIT": os.path.join(build, "kmemkit")}
    return Item(" ".join([path, *(a for a in args if a.startswith("--"))]), [os.path.join(ROOT, path), *args], env, limit)


def check_items(build):
    names = ["layers", "functions", "docs"]
    items = [script(build, "tools/check_%s.py" % n) for n in names]
    items += [script(build, "tools/check_%s.py" % n, "--self-test") for n in names]
    items += [script(build, "tools/check_symbols.sh", build), script(build, "tests/check_headers.sh")]
    items += [script(build, "tools/%s.py" % n, "--self-test") for n in ("test", "bench", "bench_slab", "bench_vmap", "bench_boot", "gen_compat")]
    items += [script(build, "tools/gen_compat.py", "--check")]
    items += [script(build, "tools/count_fast.sh", "--self-test")]
    return items


OF_A_FLAVOUR = ("tests/tsan/run.sh", "tests/edges/run.sh")


def folder_scripts(build):
    """tests/*/run.sh, one for each; the named ones must exist."""
    must = ["tests/%s/run.sh" % n for n in ("cmd", "kunit", "fork", "misuse", "install", "front")]
    there = [os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, "tests/*/run.sh"))]
    command = os.path.join(build, "kmemkit")
    return [script(build, p, command) for p in sorted(set(must + there)) if p not in OF_A_FLAVOUR]


def meson_suite(build, *args):
    return Item("meson test " + " ".join(args), ["meson", "test", "-C", build, "--print-errorlogs", *args])


def flavour_build(name, flavour, compiler=None):
    """The item that builds a flavour's folder."""
    env = {"CC": compiler} if compiler else {}
    return Item("build-" + name, ["sh", "-c", "tools/setup.sh build-%s %s && ninja -C build-%s --quiet product"
                                  % (name, flavour, name)], env)


def flavour_stage(name, flavour, compiler=None, more=()):
    build = os.path.join(ROOT, "build-" + name)
    items = units(build) + [script(build, path) for path in more]
    for i in items:
        i.env.update({"CC": compiler} if compiler else {})
    return ("flavour " + name, [[flavour_build(name, flavour, compiler)], items])


def stages(build):
    """The stages of make test: (name, groups); the items of a group may run side by side."""
    tsan = os.path.join(ROOT, "build-tsan")
    return [
        ("checks", [check_items(build)]),
        ("unit suites", [units(build) + examples(build)]),
        ("command, KUnit, fork, misuse", [[i] for i in folder_scripts(build)]
         + [[script(build, "tests/misuse/repeat.sh", os.path.join(build, "kmemkit"), "1000")]]),
        ("simulation, link test, boot image", [[meson_suite(build, "--suite", "quick")]]),
        ("bare metal", [[script(build, "tests/boot/boot_test.sh")],
                        [script(build, "tools/boot_test.py", "--build=" + build, "kunit", "slab_test", "sync", "vmap_test")]]),
        flavour_stage("debug", "debug"),
        flavour_stage("asan", "asan", more=["tests/%s/run.sh" % n for n in ("edges", "failnth", "fuzz", "compact", "pressure", "pagecache")]),
        ("flavour tsan", [[flavour_build("tsan", "tsan")], [script(tsan, "tests/tsan/run.sh"), script(tsan, "tests/pagecache/tsan.sh")]]),
        flavour_stage("clang", "release", "clang"),
    ]


def long_stages(build):
    tsan = os.path.join(ROOT, "build-tsan")
    conformance = os.path.join(ROOT, "tools", "conformance")
    return [
        ("misuse, 10,000 of each", [[script(build, "tests/misuse/repeat.sh", os.path.join(build, "kmemkit"), "10000")]]),
        ("exhaustive", [[meson_suite(build, "--suite", "long", "--timeout-multiplier", "10")]]),
        ("kmap window", [[script(build, "tests/highmem/run.sh", "--long")]]),
        ("bare metal, 10^8 operations", [[script(build, "tests/boot/boot_test.sh", "--long")]]),
        ("swap, 1 GiB over 256 MiB", [[script(build, "tests/swap/run.sh", "--long")]]),
        ("page cache, 1 GiB in 64 MiB", [[script(build, "tests/pagecache/run.sh", "--long")]]),
        ("soak, 10 minutes", [[script(build, "tests/soak/run.sh", "--long")]]),
        ("flavour tsan", [[flavour_build("tsan", "tsan")], units(tsan) + examples(tsan)]),
        ("conformance under flavours", [
            [flavour_build("debug", "debug"), flavour_build("asan", "asan"),
             flavour_build("clang", "release", "clang")],
            [Item("conformance " + f, [conformance, "--build", os.path.join(ROOT, "build-" + f)])
             for f in ("debug", "asan")],
            [Item("conformance clang", [conformance, "--build", os.path.join(ROOT, "build-clang")],
                  {"CC": "clang"})]]),
    ]


# What a sanitizer or a signal says: no case need have failed.
ALARM = re.compile(r"[ #+]*(WARNING: ThreadSanitizer|==\d+==ERROR|.*: runtime error: |Bail out!|.*core dumped)")


def shown(text, most=30):
    """The lines of a failed item worth a look: each failed result with what belongs to it (KTAP says a case's reasons
    before its result, the scripts after it), each alarm with what follows it, then the end of the text."""
    lines = text.splitlines()
    results, alarms = set(), set()
    for i, line in enumerate(lines):
        if re.match(r" *not ok", line):
            results.update(j for j in range(i - 6, i) if j >= 0 and re.match(r" *#", lines[j]))
            results.update(j for j in range(i, i + 7) if j < len(lines) and (j == i or re.match(r" *#", lines[j])))
        if ALARM.match(line):
            alarms.update(range(i, min(i + 14, len(lines))))
    kept = sorted(results)[:most - 15 if alarms - results else most]
    kept = (kept + sorted(alarms - results))[:most]
    return [lines[i] for i in kept + [i for i in range(max(0, len(lines) - most + len(kept)), len(lines)) if i not in kept]]


def run_stage(name, groups, logs):
    print("== " + name, flush=True)
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for group in groups:
            for item, p, f, seconds, text, log in pool.map(lambda i: i.run(logs), group):
                passed, failed = passed + p, failed + f
                counts = "%d" % p if not f else "%d passed, %d FAILED" % (p, f)
                print("  %-4s %-60s %s (%.1f s)" % ("FAIL" if f else "ok", item.name, counts, seconds), flush=True)
                if f:
                    print("".join("       | %s\n" % line for line in shown(text)), end="")
                    print("       log: " + os.path.relpath(log, ROOT), flush=True)
    return passed, failed


def self_test():
    """The counting rules on known texts."""
    ktap = "KTAP version 1\n1..2\n    1..2\n    ok 1 a\n    not ok 2 b\nnot ok 1 s\nok 2 m\n"
    assert count_ktap(ktap) == (2, 1), count_ktap(ktap)
    assert count_ktap("1..1\n    ok 1 a\nnot ok 1 s\n") == (1, 1)
    assert count_ktap("    1..1\n        ok 1 p\n        ok 2 q\n    ok 1 a\nok 1 s\n") == (2, 0)
    assert count("x\n3 passed, 0 failed\n", 0) == (3, 0)
    assert count("x\n3 passed, 0 failed\n", 1) == (3, 1)
    assert count("", 0) == (1, 0) and count("", 2) == (0, 1)
    assert count("Ok:                 9   \nFail:               1   \nTimeout:  1\n", 1) == (9, 2)
    early = shown("ok 1\n    # a: why\n    not ok 2\n" + "ok\n" * 40 + "not ok - b\n# because\n" + "ok\n" * 40)
    assert early[:4] == ["    # a: why", "    not ok 2", "not ok - b", "# because"] and len(early) == 30, early
    race = shown("ok 1\nWARNING: ThreadSanitizer: data race\n    #0 f\n" + "ok\n" * 40 + "not ok 2\n" + "ok\n" * 40)
    many = shown("# ==7==ERROR: AddressSanitizer: x\n" + "ok\n" * 40 + "not ok\n" * 40)
    assert many[14:16] == ["not ok", "# ==7==ERROR: AddressSanitizer: x"], many
    assert race[:3] == ["not ok 2", "WARNING: ThreadSanitizer: data race", "    #0 f"], race
    assert shown("a\nb\n") == ["a", "b"]
    start = time.monotonic()
    late = Item("late", ["sh", "-c", "echo begun; sleep 60 & sleep 60"], limit=5).run("/tmp")
    os.unlink(late[5])
    assert late[1:3] == (0, 1) and "begun" in late[4] and "timed out" in late[4] and time.monotonic() - start < 55, late
    missing = Item("none", ["/nonexistent/x"]).run("/tmp")
    os.unlink(missing[5])
    assert missing[1:3] == (0, 1)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    p.add_argument("--long", action="store_true", help="the heavy stages instead")
    p.add_argument("--only", help="stages whose name begins with this")
    p.add_argument("--self-test", action="store_true")
    args = p.parse_args()
    if args.self_test:
        return self_test()
    build = os.path.abspath(args.build)
    logs = os.path.join(build, "test-logs")
    os.makedirs(logs, exist_ok=True)
    start = time.monotonic()
    passed = failed = 0
    for name, groups in (long_stages if args.long else stages)(build):
        if args.only and not name.startswith(args.only):
            continue
        p_, f_ = run_stage(name, groups, logs)
        passed, failed = passed + p_, failed + f_
    print("in %d s" % (time.monotonic() - start))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
