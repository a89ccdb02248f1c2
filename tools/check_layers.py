#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check the include order of the rooms and the wall between the two worlds, from #include lines.

Each complaint is "file:line: what". --self-test plants one violation of each rule and expects it.
"""
import os
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*(include|include_next)\s*([<"])([^">]+)[">]')
FREESTANDING = {"stdarg.h", "stddef.h", "stdint.h", "stdbool.h", "stdalign.h", "stdnoreturn.h", "limits.h",
                "float.h", "iso646.h", "cpuid.h", "x86intrin.h", "immintrin.h"}
# What a room may include besides itself, include/ and port/.
BELOW = {
    "base": [],
    "sync": ["base"],
    "page": ["base", "sync"],
    "slab": ["base", "sync", "page"],
    "vmap": ["base", "sync", "page", "slab"],
    "reclaim": ["base", "sync", "page"],
    "pool": [],
    "devres": [],
    "compat": [],
    "kunit": [],
    "debug": ["base", "sync", "page", "slab", "vmap", "reclaim", "pool", "devres", "compat", "kunit"],
}
# The rooms that edit per-CPU arrays or reach the thread block (besides start.c).
INLINE_DOOR = ("base", "sync", "page", "slab", "reclaim", "debug")
# The public headers that host code may read: the layout constants, and calls that it implements.
HOST_PUBLIC = {"include/asm/page.h", "include/kmemkit/share.h"}
HOST_FOLDERS = ("port/process", "port/sim", "cmd")
BARE_FOLDERS = ("port/x86_64",)
CHECKED = ("src", "include", "port", "cmd", "crt", "preload")
OURS = ("linux/", "asm/", "kunit/", "kmemkit/", "mm/", "trace/", "generated/")
# libc's own typedefs win in the mixed profile: public headers may ask for these.
MIXED = {"sys/types.h", "errno.h", "string.h", "strings.h", "stdlib.h", "stdio.h", "ctype.h", "time.h", "sched.h",
         "sys/socket.h", "sys/time.h", "netinet/in.h", "fcntl.h", "linux/openat2.h", "linux/sysinfo.h"}


def folders(path):
    """Where an include of this file is looked up, as the build does."""
    search = [os.path.dirname(path)]
    if path.startswith(("src/", "crt/")):
        search += ["include", ".", "src", "port", "port/process/rseq"]
    elif path.startswith("include/"):
        search += ["include"]
    elif path.startswith("port/x86_64"):
        search += ["include", "port", "port/x86_64", "."]
    else:
        search += ["port", ".", "include", "port/process/rseq", "port/process", "port/sim", "cmd"]
    return search


def resolve(root, path, kind, name):
    """The file of ours that an include reaches, relative to the root, or None."""
    search = folders(path)
    for folder in search if kind == '"' else search[1:]:
        candidate = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(os.path.join(root, candidate)):
            return candidate
    return None


def room_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def judge_core(path, target, name):
    if target is None and name.startswith(OURS):
        return "there is no header <%s> of ours" % name
    if target is None:
        return None if name in FREESTANDING else "core code includes a system or unknown header <%s>" % name
    if target.startswith(("cmd/", "crt/", "preload/")):
        return "core code includes %s" % target
    there, here = room_of(target), room_of(path)
    if os.path.basename(target) == "port_inline.h" and here not in INLINE_DOOR and path != "src/start.c":
        return "port_inline.h is included by src/%s only" % ", src/".join(INLINE_DOOR)
    if path == "src/start.c" or there is None or there == here:
        return None
    if there == "debug":
        return "only src/start.c and tests include src/debug"
    if here in BELOW and there not in BELOW[here]:
        return "room %s may not include %s" % (here, target)
    return None if here in BELOW else "room %s is not in the list of rooms" % here


def judge_public(target, name):
    if target is None and name.startswith(OURS) and name not in MIXED:
        return "there is no header <%s> of ours" % name
    if target is None:
        ok = name in FREESTANDING or name in MIXED
        return None if ok else "a public header includes <%s>, which is not ours" % name
    return None if target.startswith("include/") else "a public header includes %s" % target


def judge_host(path, target, name):
    bare = path.startswith(BARE_FOLDERS)
    if target is None:
        ok = not bare or name in FREESTANDING
        return None if ok else "the bare host includes a system header <%s>" % name
    if target.startswith("src/"):
        return "host code includes core code %s" % target
    if target.startswith("include/") and target not in HOST_PUBLIC:
        return "host code includes %s; only %s is shared" % (target, ", ".join(sorted(HOST_PUBLIC)))
    return None


def judge(root, path, directive, kind, name):
    """What is wrong with one include, or None."""
    if directive == "include_next" and path.startswith("include/"):
        return None
    target = resolve(root, path, kind, name)
    if path.startswith("src/"):
        return judge_core(path, target, name)
    if path.startswith("include/"):
        return judge_public(target, name)
    if path.startswith(HOST_FOLDERS + BARE_FOLDERS):
        return judge_host(path, target, name)
    if path.startswith("port/"):		# port.h, array.h: seen by both worlds
        ok = target in HOST_PUBLIC or (target or "").startswith("port/") or name in FREESTANDING
        return None if ok else "the host contract includes %s" % (target or name)
    return None


def both_worlds(root, path, includes):
    """A file of any folder that sees a system header and core code: the line of the second."""
    system = core = 0
    for line, _, kind, name in includes:
        target = resolve(root, path, kind, name)
        if target is None and name not in FREESTANDING and not name.startswith(OURS):
            system = line
        elif target and target.startswith(("src/", "include/linux", "include/kunit")):
            core = line
    return max(system, core) if system and core else 0


def includes_of(file):
    with open(file, errors="replace") as f:
        for number, text in enumerate(f, 1):
            m = INCLUDE.match(text)
            if m:
                yield number, m.group(1), m.group(2), m.group(3)


def check(root):
    complaints = []
    for top in CHECKED:
        for folder, _, files in sorted(os.walk(os.path.join(root, top))):
            for file in sorted(files):
                if not file.endswith((".c", ".h", ".S")):
                    continue
                full = os.path.join(folder, file)
                path = os.path.relpath(full, root)
                includes = list(includes_of(full))
                for number, directive, kind, name in includes:
                    wrong = judge(root, path, directive, kind, name)
                    if wrong:
                        complaints.append("%s:%d: %s" % (path, number, wrong))
                line = 0 if path.startswith("include/") else both_worlds(root, path, includes)
                if line and not any(c.startswith("%s:%d:" % (path, line)) for c in complaints):
                    complaints.append("%s:%d: one file sees both worlds" % (path, line))
    return complaints


PLANTED = {				# file, its text, the words expected
    "src/base/a.c": ("#include <stdio.h>\n", "system or unknown header"),
    "src/base/b.c": ('#include "page/p.h"\n', "room base may not include"),
    "src/slab/c.c": ('#include "../vmap/v.h"\n', "room slab may not include"),
    "src/pool/d.c": ('#include "slab/s.h"\n', "room pool may not include"),
    "src/page/e.c": ('#include "debug/d.h"\n', "only src/start.c"),
    "src/vmap/f.c": ('#include "port_inline.h"\n', "src/reclaim, src/debug only"),
    "src/new/g.c": ('#include "page/p.h"\n', "not in the list of rooms"),
    "port/process/h.c": ('#include "src/page/p.h"\n', "includes core code"),
    "cmd/i.c": ("#include <linux/slab.h>\n", "only include/asm/page.h"),
    "include/linux/bad.h": ("#include <unistd.h>\n", "which is not ours"),
    "include/linux/gone.h": ("#include <linux/no.h>\n", "no header <linux/no.h> of ours"),
    "port/port.h": ("#include <stdio.h>\n", "host contract"),
    "port/x86_64/j.c": ("#include <stdio.h>\n", "the bare host"),
    "crt/k.c": ("#include <stdio.h>\n#include <linux/slab.h>\n", "both worlds"),
}
CLEAN = {
    "src/page/p.h": "#include <linux/slab.h>\n#include <stddef.h>\n", "src/vmap/v.h": "", "src/debug/d.h": "",
    "src/slab/s.h": '#include "page/p.h"\n', "src/start.c": '#include "debug/d.h"\n#include "slab/s.h"\n',
    "include/linux/slab.h": "#include <asm/page.h>\n#include_next <linux/slab.h>\n#include <stdint.h>\n",
    "include/asm/page.h": "", "port/process/rseq/port_inline.h": '#include "port.h"\n',
    "src/sync/t.h": '#include "port_inline.h"\n', "cmd/ok.c": "#include <stdio.h>\n#include <asm/page.h>\n",
}


def write(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)


def self_test():
    for planted, (text, words) in PLANTED.items():
        with tempfile.TemporaryDirectory() as root:
            write(root, CLEAN)
            assert check(root) == [], check(root)
            write(root, {planted: text})
            found = check(root)
            assert len(found) == 1 and found[0].startswith(planted + ":") and words in found[0], (planted, found)
    print("%d passed, 0 failed" % len(PLANTED))


def main():
    if "--self-test" in sys.argv:
        return self_test()
    complaints = check(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    print("\n".join(complaints + ["check_layers: %d complaints" % len(complaints)]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
