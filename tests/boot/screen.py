#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page map on the emulated display against the library's books: screen.py IMAGE [--png FILE] [--seconds N].

Boots devices.elf, takes a screenshot by the emulator's monitor when the image says it is done, and
compares the pixels of every cell with the owner that the image names for the frame on its serial
line. --png keeps a screenshot; --seconds lets the image paint live for so long first.
"""
import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

LIMIT = 300       # seconds for a step; only a hang takes so long


def read_ppm(path):
    """(width, height, bytes of r g b), or None: it is not there, or not all of it."""
    try:
        with open(path, "rb") as f:
            data = f.read()
    except FileNotFoundError:
        return None
    m = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    if not m:
        return None
    width, height = int(m.group(1)), int(m.group(2))
    return (width, height, data[m.end():]) if len(data) - m.end() >= 3 * width * height else None


def parse(text):
    """({letter: colour}, cell, columns, letters of all frames)."""
    colours = {m[0]: bytes.fromhex(m[1]) for m in re.findall(r"^owner (\w) (\w{6}) ", text, re.M)}
    m = re.search(r"^map (\d+) (\d+) (\d+):(.*)$", text, re.M)
    if not m or not colours:
        sys.exit("no page map on the serial line:\n" + text[-1500:])
    owners = "".join(letter * int(n) for n, letter in re.findall(r"(\d+)(\w)", m.group(4)))
    if len(owners) != int(m.group(3)):
        sys.exit("the map has %d frames, not %s" % (len(owners), m.group(3)))
    return colours, int(m.group(1)), int(m.group(2)), owners


def compare(text, ppm):
    """(cells that match, cells that do not); every pixel of a cell is looked at."""
    colours, cell, columns, owners = parse(text)
    width, _, pixels = read_ppm(ppm)
    good = bad = 0
    for frame, letter in enumerate(owners):
        x, y = frame % columns * cell, frame // columns * cell
        want = colours[letter] * cell
        rows = (pixels[((y + r) * width + x) * 3:((y + r) * width + x + cell) * 3] for r in range(cell))
        if all(row == want for row in rows):
            good += 1
        else:
            bad += 1
    return good, bad


def await_prompt(monitor):
    answer = b""
    while not answer.rstrip().endswith(b"(qemu)"):
        more = monitor.recv(4096)
        if not more:
            break
        answer += more


def command(monitor, text):
    """One command to the monitor; returns when it has answered with its prompt."""
    monitor.sendall(text.encode() + b"\n")
    await_prompt(monitor)


def await_ppm(path):
    """Until the dump has all the pixels its head speaks of: the prompt may come before its end."""
    end = time.monotonic() + LIMIT
    while not read_ppm(path):
        if time.monotonic() > end:
            sys.exit("not a whole screenshot: " + path)
        time.sleep(0.05)


def connect(path):
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(LIMIT)
            s.connect(path)
            await_prompt(s)  # its greeting ends with one, too
            return s
        except OSError:
            time.sleep(0.05)
    sys.exit("the emulator's monitor does not answer")


def wait_for(path, pattern, process):
    end = time.monotonic() + LIMIT
    while time.monotonic() < end and process.poll() is None:
        if os.path.exists(path):
            with open(path, errors="replace") as f:
                text = f.read()
            if re.search(pattern, text, re.M):
                return text
        time.sleep(0.05)
    with open(path, errors="replace") as f:
        sys.exit("the image did not finish:\n" + f.read()[-1500:])


def run(image, display, seconds, png):
    """The serial line's text and the comparison's result."""
    with tempfile.TemporaryDirectory() as work:
        serial, sock, ppm = (os.path.join(work, n) for n in ("serial", "monitor", "ppm"))
        process = subprocess.Popen(
            ["qemu-system-x86_64", "-kernel", image, "-accel", "tcg", "-nodefaults", "-display", "none",
             "-device", display, "-m", "128M", "-serial", "file:" + serial, "-no-reboot",
             "-monitor", "unix:%s,server,nowait" % sock, "-append", "wait=1 paint=%d" % seconds])
        try:
            text = wait_for(serial, r"^\d+ passed, \d+ failed$", process)
            monitor = connect(sock)
            command(monitor, "screendump " + ppm)
            await_ppm(ppm)
            if png:
                command(monitor, "screendump %s -f png" % os.path.abspath(png))
            return text, compare(text, ppm)
        finally:
            process.kill()
            process.wait()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("image")
    p.add_argument("--display", default="bochs-display")
    p.add_argument("--png")
    p.add_argument("--seconds", type=int, default=0)
    args = p.parse_args()
    text, (good, bad) = run(args.image, args.display, args.seconds, args.png)
    print(re.sub(r"^map .*\n", "", text, flags=re.M), end="")
    print("screen: %d cells of the right colour, %d not" % (good, bad))
    inside = re.search(r"^(\d+) passed, (\d+) failed$", text, re.M)
    failed = int(inside.group(2)) + (bad != 0 or good == 0)
    print("%d passed, %d failed" % (int(inside.group(1)) + (failed == 0), failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
