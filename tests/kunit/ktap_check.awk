# SPDX-License-Identifier: MIT
# Is standard input one well-formed KTAP version 1 document? Says what is wrong and exits 1.
#
# At each indentation: a version line opens a block, results are numbered from 1 without gaps, a plan
# is kept, and a block is closed by a result line of its parent. Other lines are comments.

function fail(why) {
	printf "line %d: %s: %s\n", NR, why, $0
	bad = 1
}

function close_below(level,    l) {
	for (l = level + 1; l <= 3; l++) {
		if (open[l] && (l in plan) && plan[l] != seen[l])
			fail("a plan of " plan[l] " but " seen[l] " results")
		open[l] = 0
		seen[l] = 0
		delete plan[l]
	}
}

{
	match($0, /^ */)
	level = int(RLENGTH / 4)
	text = substr($0, RLENGTH + 1)
}

NR == 1 && $0 != "KTAP version 1" { fail("no version line") }

text == "KTAP version 1" {
	if (level && !open[level - 1])
		fail("a subtest outside a test")
	if (open[level])
		fail("a second version line")
	close_below(level)
	open[level] = 1
	seen[level] = 0
	delete plan[level]
}

text ~ /^1\.\.[0-9]+/ {
	if (!open[level] || seen[level])
		fail("a plan in a wrong place")
	plan[level] = substr(text, 4) + 0
}

text ~ /^(not )?ok / {
	if (!open[level])
		fail("a result outside a test")
	number = text
	sub(/^(not )?ok /, "", number)
	if (number + 0 != ++seen[level])
		fail("result " seen[level] " expected")
	close_below(level)
}

END {
	close_below(0)
	if (!(0 in plan) || plan[0] != seen[0])
		fail("the document's plan is not kept")
	exit bad
}
