#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Instructions per operation on bare metal, ours against Linux 6.1: make bench-boot.

bench/kmem_bench.c runs twice in the same emulator: as a module of Debian's own kernel, and as an
image with our library. The emulator's clock advances 1 ns an instruction, so what the file prints
as nanoseconds are instructions, the same at every run and on every machine. The kernel, its
headers and its build tools come as packages, by name, and are only unpacked below
BUILD/bench-boot, not installed. The text is also written to BUILD/bench-boot.txt.

The processor is the emulator's largest ("-cpu max"), because it has a random number
instruction: without one, Linux's generator is not ready when the module starts, and each new slab
pays for that (kmalloc_batch_4096 1,884 instead of 621).
"""
import argparse
import glob
import math
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = os.path.join(ROOT, "bench", "boot")
SOURCE = os.path.join(ROOT, "bench", "kmem_bench.c")
LINE = re.compile(r"KMEMBENCH (\S+) +(\d+\.\d+)")
SCALE = 40
QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-icount", "shift=0,sleep=off", "-cpu", "max", "-m", "1G",
        "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot"]
OPTIONS = "console=ttyS0 panic=-1 tsc=reliable init_on_alloc=0 cgroup_disable=memory mitigations=off"
WORST, MEAN = 0.45, 1 / 3      # the targets: each case, and the geometric mean
LIMIT = 300                    # seconds a machine may run


def sh(*command, cwd=None, out=subprocess.PIPE):
    r = subprocess.run(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, text=True)
    if r.returncode:
        sys.exit("bench-boot: %s failed:\n%s" % (" ".join(command), (r.stdout or "")[-3000:]))
    return r.stdout or ""


def update_lists():
    """The package lists, when what they name cannot be had: needs root, or sudo."""
    print("bench-boot: apt-get update", file=sys.stderr, flush=True)
    sh(*(["sudo"] if os.getuid() else []), "apt-get", "update")


def depends(package):
    """The packages of our interest that Debian's one depends on now."""
    text = subprocess.run(["apt-cache", "depends", package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True).stdout
    return [p for p in re.findall(r"Depends: (\S+)", text) if p.startswith("linux-")]


def fetch(work):
    """Unpack kernel, headers and build tools below work; returns (kernel image, headers folder)."""
    if not depends("linux-headers-amd64"):
        update_lists()
    headers = depends("linux-headers-amd64")[0]
    release = headers.removeprefix("linux-headers-")
    root = os.path.join(work, "root")
    image = os.path.join(root, "boot", "vmlinuz-" + release)
    folder = os.path.join(root, "usr", "src", headers)
    done = os.path.join(work, release + ".unpacked")
    if os.path.exists(done):
        return image, folder
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    wanted = ["linux-image-" + release, headers] + [p for p in depends(headers) if "compiler" not in p]
    print("bench-boot: fetching %s" % " ".join(wanted), file=sys.stderr, flush=True)
    if subprocess.run(["apt-get", "download", *wanted], cwd=work, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode:
        update_lists()
        sh("apt-get", "download", *wanted, cwd=work)
    for deb in glob.glob(os.path.join(work, "*.deb")):
        sh("dpkg", "-x", deb, root)
        os.unlink(deb)
    # The one absolute path in the headers' tree is where they would have been installed.
    makefile = os.path.join(folder, "Makefile")
    with open(makefile) as f:
        text = f.read()
    with open(makefile, "w") as f:
        f.write(text.replace(" /usr/src/", " %s/usr/src/" % root))
    open(done, "w").close()
    return image, folder


def initramfs(work, headers):
    """The module, and a first process that loads it."""
    module, files = os.path.join(work, "module"), os.path.join(work, "files")
    for d in module, files:
        shutil.rmtree(d, ignore_errors=True)
        os.makedirs(d)
    shutil.copy(SOURCE, module)
    shutil.copy(os.path.join(HERE, "Kbuild"), module)
    sh("make", "-C", headers, "M=" + module, "SCALE=%d" % SCALE, "modules")
    shutil.copy(os.path.join(module, "kmem_bench.ko"), files)
    sh("gcc", "-O2", "-Wall", "-static", "-s", os.path.join(HERE, "init.c"), "-o", os.path.join(files, "init"))
    archive = os.path.join(work, "initramfs")
    with open(archive, "wb") as f:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=files, input=b"init\nkmem_bench.ko\n", stdout=f,
                       check=True)
    return archive


def boot(name, log, *args):
    """{case: instructions} of one machine."""
    r = None
    try:
        r = subprocess.run([*QEMU, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=LIMIT)
        text = r.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as e:
        text = (e.stdout or b"").decode(errors="replace")
    with open(log, "w") as f:
        f.write(text)
    if not r or "KMEMBENCH done" not in text:
        sys.exit("bench-boot: %s did not finish, see %s:\n%s" % (name, log, text[-2000:]))
    return {case: float(n) for case, n in LINE.findall(text)}


def linux(work):
    image, headers = fetch(os.path.join(work, "linux"))
    archive = initramfs(os.path.join(work, "linux"), headers)
    return boot("Linux", os.path.join(work, "linux.log"), "-kernel", image, "-initrd", archive,
                "-append", OPTIONS + " rdinit=/init")


def ours(build, work):
    sh("ninja", "-C", build, "--quiet", "bench/boot/kmem_bench.elf")
    return boot("our image", os.path.join(work, "ours.log"), "-kernel", os.path.join(build, "bench/boot/kmem_bench.elf"),
                "-device", "isa-debug-exit,iobase=0xf4,iosize=4")


def table(theirs, own):
    """Lines to print, and what misses its target."""
    lines = ["instructions per operation (%s)" % " ".join(QEMU[1:9]),
             "%-20s%12s%12s  ratio" % ("case", "Linux 6.1", "kmemkit")]
    missed, logs = sorted(set(theirs) ^ set(own)), []
    for case in (c for c in theirs if c in own):
        ratio = own[case] / theirs[case]
        logs.append(math.log(ratio))
        over = ratio > WORST
        if over:
            missed.append(case)
        lines.append("%-20s%12.2f%12.2f  %.3f%s" % (case, theirs[case], own[case], ratio,
                                                    "  above %.2f" % WORST if over else ""))
    mean = math.exp(sum(logs) / len(logs)) if logs else math.inf
    if mean > MEAN:
        missed.append("geometric mean")
    lines.append("geometric mean %.3f (target %.3f), %d cases, %s" % (
        mean, MEAN, len(logs), "none above %.2f" % WORST if not missed else "missed: " + ", ".join(missed)))
    return lines, missed


def self_test():
    """The table's rules on known figures."""
    lines, missed = table({"a": 100.0, "b": 100.0}, {"a": 10.0, "b": 40.0})
    assert not missed and "geometric mean 0.200" in lines[-1], lines
    assert table({"a": 100.0, "b": 100.0}, {"a": 1.0, "b": 46.0})[1] == ["b"]
    assert table({"a": 100.0}, {"a": 40.0})[1] == ["geometric mean"]
    assert table({"a": 100.0, "b": 1.0}, {"a": 10.0})[1] == ["b"]
    assert LINE.findall("[ 1.0] KMEMBENCH page_pair_o0    701.39\n") == [("page_pair_o0", "701.39")]


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--build", default="build")
    p.add_argument("--linux-only", action="store_true", help="print Linux's figures, do not run ours")
    p.add_argument("--self-test", action="store_true")
    args = p.parse_args()
    if args.self_test:
        return self_test()
    build = os.path.abspath(args.build)
    work = os.path.join(build, "bench-boot")
    os.makedirs(work, exist_ok=True)
    theirs = linux(work)
    if args.linux_only:
        print("\n".join("%-20s%12.2f" % c for c in theirs.items()))
        return 0
    lines, missed = table(theirs, ours(build, work))
    text = "\n".join(lines) + "\n"
    print(text, end="")
    with open(os.path.join(build, "bench-boot.txt"), "w") as f:
        f.write(text)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
