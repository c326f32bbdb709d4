#!/bin/sh
# Headers that are made from tables are what their tables make (make regen).
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
cd "$top_srcdir" || exit 1
made=$top_builddir/generated.$$
trap 'rm -f "$made"' EXIT
bad=0
n=0

# check GENERATOR TABLE HEADER
check()
{
	n=$((n + 1))
	if ! ${AWK:-awk} -f "$1" "$2" > "$made"; then
		echo "$1: fails on $2"
		bad=1
	elif ! cmp -s "$made" "$3"; then
		echo "$3: is not what $2 makes; run: make regen"
		diff "$made" "$3" | head -n 10
		bad=1
	fi
}

check lib/core/gen-results.awk lib/core/results.def \
	include/onshikaku/results.h
# The tables of the messages: from two files.
n=$((n + 1))
if ! LC_ALL=C ${AWK:-awk} -f lib/message/gen-tables.awk \
    lib/message/elements.def lib/message/messages.def > "$made" ||
    ! cmp -s "$made" lib/message/tables.c; then
	echo "lib/message/tables.c: is not what its tables make; run: make regen"
	bad=1
fi
check lib/message/gen-codes.awk lib/message/codes.def \
	lib/message/code_rows.c
check lib/message/gen-elements.awk lib/message/elements.def \
	include/onshikaku/elements.h

echo "$n generated headers compared"
exit $bad
