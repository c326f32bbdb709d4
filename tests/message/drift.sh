#!/bin/sh
# What is made from the tables is what lies in the tree.
set -eu
room=$top_srcdir/lib/message
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

made() {
	cmp "$work/$1" "$2" || {
		echo "$2 is not what its tables make: make regen" >&2
		exit 1
	}
}

${AWK:-awk} -f "$room/gen-elements.awk" "$room/elements.def" >"$work/elements.h"
made elements.h "$top_srcdir/include/onshikaku/elements.h"
${AWK:-awk} -f "$room/gen-tables.awk" "$room/elements.def" "$room/messages.def" \
	>"$work/tables.c"
made tables.c "$room/tables.c"
${AWK:-awk} -f "$room/gen-codes.awk" "$room/codes.def" >"$work/code_rows.c"
made code_rows.c "$room/code_rows.c"

# No number twice, no name twice, in rising order.
${AWK:-awk} -F'\t' '!/^#/ && NF >= 5 {
	if ($1 <= last || $2 in seen) { print "elements.def: " $0; bad = 1 }
	last = $1; seen[$2] = 1
} END { exit bad }' "$room/elements.def"

if test "${PYTHON3:-no}" != no; then
	"$PYTHON3" "$room/gen-cp932.py" >"$work/cp932_table.c"
	made cp932_table.c "$room/cp932_table.c"
	"$PYTHON3" "$top_srcdir/tests/message/make_expect.py" \
		"$top_srcdir/tests/message/samples" >"$work/expect.txt"
	made expect.txt "$top_srcdir/tests/message/expect.txt"
fi
