#!/bin/sh
# SPDX-License-Identifier: MIT
# Static analysis of our own sources: cppcheck from the compile commands, then gcc's analyzer.
set -u
cd "$(dirname "$0")/.."
build=${1:-build}
status=0
echo "== cppcheck"
cppcheck --project="$build/compile_commands.json" --quiet --inline-suppr --error-exitcode=1 \
	--enable=warning,portability --suppress='*:include/*' --suppress='normalCheckLevelMaxBranches' \
	--suppressions-list=tools/cppcheck.suppress --relative-paths="$PWD" \
	-j "$(nproc)" || status=1
echo "== gcc -fanalyzer"
python3 - "$build/compile_commands.json" <<'EOF' || status=1
import json, shlex, subprocess, sys
bad = 0
for entry in json.load(open(sys.argv[1])):
	words = shlex.split(entry["command"])
	del words[words.index("-o"):words.index("-o") + 2]
	words = [w for w in words if w not in ("-MD", "-Werror") and not w.startswith("-fsanitize")]
	r = subprocess.run(words + ["-fanalyzer", "-o", "/dev/null"], cwd=entry["directory"],
			   stderr=subprocess.PIPE, text=True)
	if "-Wanalyzer" in r.stderr:
		bad = 1
		print(r.stderr, end="")
sys.exit(bad)
EOF
exit $status
