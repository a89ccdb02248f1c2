#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check lengths: no function over 70 lines, no file over 900, no #if in a function outside port/.

Each complaint is "file:line: what". --report adds the median and the longest functions.
--self-test plants one violation of each rule and expects it.
"""
import os
import re
import statistics
import sys
import tempfile

LONGEST_FUNCTION, LONGEST_FILE = 70, 900
CHECKED = ("src", "include", "port", "cmd", "crt", "preload", "tests", "bench", "examples", "tools")
NOT_OURS = ("bench/peers/", "bench/kmem_bench.c")
# A literal or a comment; replaced by blanks of the same number of lines.
NOISE = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else)\b", re.M)
NOT_A_NAME = {"if", "for", "while", "switch", "struct", "union", "enum", "sizeof", "__attribute__"}


def blank(match):
    text = match.group(0)
    return '""' + "\n" * text.count("\n") if text[0] in "\"'" else " " + "\n" * text.count("\n")


def functions(text):
    """(name, first line, last line) of each function definition: a brace at depth 0 behind ")"."""
    text = PREPROCESSOR.sub(lambda m: "\n" * m.group(0).count("\n"), NOISE.sub(blank, text))
    depth, line, start, head = 0, 1, 0, ""
    for c in text:
        if c == "{":
            if depth == 0 and not re.search(r'extern\s*""\s*$', head):
                start = line
                depth = 1
            elif depth:
                depth += 1
            else:
                head = ""
        elif c == "}" and depth:
            depth -= 1
            if depth == 0:
                name = function_name(head)
                if name:
                    yield name, start, line
                head = ""
        elif c == ";" and depth == 0:
            head = ""
        elif depth == 0:
            head += c
        line += c == "\n"


def function_name(head):
    """The name in front of the first argument list, or None where the braces hold no code."""
    if re.search(r"=\s*$", head) or "(" not in head:
        return None
    names = [n for n in re.findall(r"(\w+)\s*\(", head) if n not in NOT_A_NAME]
    return names[0] if names else None


def check_file(path, text):
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield "%s:%d: the file has %d lines, more than %d" % (path, lines, lines, LONGEST_FILE)
    bodies = list(functions(text))
    for name, first, last in bodies:
        if last - first + 1 > LONGEST_FUNCTION:
            yield "%s:%d: function %s has %d lines, more than %d" % (
                path, first, name, last - first + 1, LONGEST_FUNCTION)
    if path.startswith("port/"):
        return
    for m in CONDITION.finditer(NOISE.sub(blank, text)):
        line = NOISE.sub(blank, text).count("\n", 0, m.start()) + 1
        for name, first, last in bodies:
            if first < line < last:
                yield "%s:%d: #%s inside function %s" % (path, line, m.group(1), name)


def sources(root):
    for top in CHECKED:
        for folder, _, files in sorted(os.walk(os.path.join(root, top))):
            for file in sorted(files):
                path = os.path.relpath(os.path.join(folder, file), root)
                if file.endswith((".c", ".h")) and not path.startswith(NOT_OURS):
                    with open(os.path.join(root, path), errors="replace") as f:
                        yield path, f.read()


def check(root):
    return [c for path, text in sources(root) for c in check_file(path, text)]


def report(root):
    all_ = [(last - first + 1, path, name) for path, text in sources(root)
            for name, first, last in functions(text)]
    if not all_:
        return
    print("%d functions, median %d lines" % (len(all_), statistics.median(a[0] for a in all_)))
    for length, path, name in sorted(all_, reverse=True)[:10]:
        print("%4d  %s  %s" % (length, path, name))


def self_test():
    body = "\tx();\n"
    good = "int f(int a)\n{\n" + body * 68 + "}\nstruct s {\n" + "\tint x;\n" * 80 + "};\n"
    cases = [
        ("src/a.c", good, None),
        ("src/a.c", "static __attribute__((x)) int f(void)\n{\n" + body * 69 + "}\n", "src/a.c:2: function f has 71"),
        ("cmd/a.c", "int f(void)\n{\n#ifdef X\n\tx();\n#endif\n}\n", "cmd/a.c:3: #ifdef inside function f"),
        ("port/a.c", "int f(void)\n{\n#ifdef X\n\tx();\n#endif\n}\n", None),
        ("src/a.c", "int a;\n" * 901, "src/a.c:901: the file has 901 lines"),
        ("src/a.c", '/* { */\nchar *s = "{";\n#define M(x) do { \\\n\tx; \\\n\n' + good, None),
        ("include/a.h", '#ifdef __cplusplus\nextern "C" {\n#endif\n' + good, None),
        ("src/a.c", "static int t[] = {\n" + "\t1,\n" * 90 + "};\n#if X\nint b(void) { return 1; }\n#endif\n", None),
    ]
    for path, text, expected in cases:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, os.path.dirname(path)))
            with open(os.path.join(root, path), "w") as f:
                f.write(text)
            found = check(root)
            ok = found == [] if expected is None else len(found) == 1 and found[0].startswith(expected)
            assert ok, (text[:60], found, expected)
    print("%d passed, 0 failed" % len(cases))


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if "--self-test" in sys.argv:
        return self_test()
    if "--report" in sys.argv:
        report(root)
    complaints = check(root)
    print("\n".join(complaints + ["check_functions: %d complaints" % len(complaints)]))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
