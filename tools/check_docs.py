#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check that what the documents name exists: functions, files, make targets, links.

Read are README, CONTRIBUTING and docs/. In backticks, kmk_*, kmemkit_* and port_* must occur in the
tree, and a path that begins with one of our folders must exist; each `make X` must be a target of the
Makefile. No text file may name a folder of somebody's machine. Each complaint is "file:line: what".
--self-test plants one violation of each rule and expects it.
"""
import glob
import os
import re
import sys
import tempfile

OURS = re.compile(r"\b(?:kmk|kmemkit|port)_\w+")
TICKS = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
MAKE = re.compile(r"^\s*(?:\$ )?(?:sudo )?make((?: +[\w-]+(?:=\S*)?)*)")
MACHINE = re.compile(r"(?<![\w.$}-])/(?:work|home|root|mnt|Users)/\w+")
MACHINE_OK = ("tools/check_docs.py",)
TEXT = (".c", ".h", ".S", ".py", ".sh", ".md", ".build", ".txt", ".map", ".ld", ".in", "Makefile", "run")


def documents(root):
    names = ["README.md", "CONTRIBUTING.md"]
    names += [os.path.relpath(p, root) for p in sorted(glob.glob(os.path.join(root, "docs/**/*.md"), recursive=True))]
    names += [os.path.relpath(p, root) for p in sorted(glob.glob(os.path.join(root, "*/**/README.md"), recursive=True))
              if not os.path.relpath(p, root).startswith("build")]
    return [n for n in names if os.path.exists(os.path.join(root, n))]


def text_files(root):
    """The text files of the tree, built things left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(("build", ".git", "__pycache__")))
        for file in sorted(files):
            if file.endswith(TEXT):
                yield os.path.relpath(os.path.join(folder, file), root)


def read(root, path):
    with open(os.path.join(root, path), errors="replace") as f:
        return f.read()


def known_words(root):
    words = set()
    for path in text_files(root):
        if not path.endswith(".md"):
            words.update(OURS.findall(read(root, path)))
    return words


def targets(root):
    path = os.path.join(root, "Makefile")
    text = read(root, "Makefile") if os.path.exists(path) else ""
    return set(re.findall(r"^([\w-]+)(?: [\w-]+)*:(?!=)", text, re.M))


def expand(pattern):
    """Shell braces, one level: a/{b,c}.h."""
    m = re.search(r"\{([^{}]*)\}", pattern)
    if not m:
        return [pattern]
    return [e for part in m.group(1).split(",") for e in expand(pattern[:m.start()] + part + pattern[m.end():])]


def path_missing(root, word, tops):
    word = re.sub(r":\d+$", "", word)
    if not re.fullmatch(r"[\w.*{},+/-]+", word) or "/" not in word or word.split("/")[0] not in tops:
        return False
    return any(not glob.glob(os.path.join(root, w)) for w in expand(word))


def make_lines(line, fenced):
    """The commands of a line: all of it in a code block, else what stands in backticks."""
    for piece in [line.split(" #")[0]] if fenced else TICKS.findall(line):
        yield from re.split(r"&&|;", piece)


def check_line(root, line, fenced, facts):
    words, tops, make_targets, ignored = facts
    for span in TICKS.findall(line):
        for name in OURS.findall(span):
            family = "*" in span and any(w.startswith(name) for w in words)
            if name not in words and not family and not re.search(r"[\w/.-]%s" % name, span):
                yield "`%s` is nowhere in the tree" % name
        for word in span.split():
            if path_missing(root, word.rstrip(",;:"), tops) and not ignored(word):
                yield "`%s` does not exist" % word
    for command in make_lines(line, fenced):
        m = MAKE.match(command)
        for target in m.group(1).split() if m else []:
            if "=" not in target and target not in make_targets:
                yield "the Makefile has no target %s" % target


def check(root):
    tops = {d for d in os.listdir(root) if os.path.isdir(os.path.join(root, d)) and not d.startswith(("build", "."))}
    facts = known_words(root), tops, targets(root), lambda word: "NAME" in word or "..." in word
    complaints = []
    for path in documents(root):
        fenced = False
        for number, line in enumerate(read(root, path).splitlines(), 1):
            fenced ^= line.startswith("```")
            complaints += ["%s:%d: %s" % (path, number, c) for c in check_line(root, line, fenced, facts)]
            for link in LINK.findall(line):
                if "://" not in link and not os.path.exists(os.path.join(root, os.path.dirname(path), link)):
                    complaints.append("%s:%d: the link %s leads nowhere" % (path, number, link))
    for path in text_files(root):
        for number, line in enumerate(read(root, path).splitlines(), 1):
            if path not in MACHINE_OK and MACHINE.search(line):
                complaints.append("%s:%d: names a folder of a machine" % (path, number))
    return complaints


def self_test():
    clean = {"Makefile": "all: x\ntest-long: all\n\techo\n", "src/a.c": "int kmk_there(void);\n", "docs/b.md": "x\n",
             "README.md": "`kmk_there()` `kmk_*` `src/a.c` `src/*.c` `src/{a}.c` `lib/list-test.c` [b](docs/b.md)\n"
                          "`make test-long PREFIX=x` and we make things\n```\nmake\n```\n"}
    planted = {"`kmk_gone()`": "kmk_gone", "`src/gone.c`": "src/gone.c", "`make gone`": "no target gone",
               "```\nmake gone\n```": "no target gone", "see /home/" + "someone/x": "folder of a machine",
               "[b](docs/gone.md)": "leads nowhere"}
    for text, words in [("", None)] + list(planted.items()):
        with tempfile.TemporaryDirectory() as root:
            for path, content in clean.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
                with open(os.path.join(root, path), "w") as f:
                    f.write(content + (text + "\n" if path == "README.md" else ""))
            found = check(root)
            ok = found == [] if words is None else len(found) == 1 and words in found[0]
            assert ok and all(f.startswith("README.md:") for f in found), (text, found)
    print("%d passed, 0 failed" % (1 + len(planted)))


def main():
    if "--self-test" in sys.argv:
        return self_test()
    complaints = check(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    print("\n".join(complaints + ["check_docs: %d complaints" % len(complaints)]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
