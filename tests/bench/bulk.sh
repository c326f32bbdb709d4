#!/bin/sh
# Reading the answer to a request for many: against a bare SAX2 push parse and
# lxml building dicts of the same bytes, in one run; and in how much memory:
# sh tests/bench/bulk.sh [PERSONS] (after make). Exit 1 below 0.6 of the bare
# parse's bytes a second, below 4 times lxml, above 250 ms for 10 MB or 16 MiB
# for 256 MiB.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
bin=${ONSHIKAKU_BUILD:-$top/build}/tests/bench/b_bulk
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
rc=0

# over VALUE BAR WHAT, under VALUE BAR WHAT
over() {
	awk -v v="$1" -v bar="$2" 'BEGIN { exit v >= bar ? 0 : 1 }' ||
	    { echo "$3: $1, asked $2"; rc=1; }
}
under() {
	awk -v v="$1" -v bar="$2" 'BEGIN { exit v <= bar ? 0 : 1 }' ||
	    { echo "$3: $1, asked $2"; rc=1; }
}

line=$("$bin" "${1:-36000}" "$dir/answer.xml")
echo "$line"
mine=$(echo "$line" | sed 's/.*: ours \([0-9]*\) ms.*/\1/')
over "$(echo "$line" | sed 's/.*bare [0-9]* ms: \([0-9.]*\) of.*/\1/')" 0.6 \
    "share of a bare parse's bytes a second"
under "$(echo "$line" | awk -v ms="$mine" '{ print ms * 10 / $3 }')" 250 \
    "ms for 10 MB"
if "${PYTHON3:-python3}" -c 'import lxml' 2>/dev/null; then
	theirs=$("${PYTHON3:-python3}" "$top/tests/bench/lxml_dicts.py" \
	    "$dir/answer.xml")
	echo "$theirs"
	over "$(echo "$theirs" | awk -v ms="$mine" '{ print $(NF - 1) / ms }')" 4 \
	    "times as fast as lxml"
fi
line=$("$bin" 260000)
echo "$line"
under "$(echo "$line" | sed 's/.*second; \([0-9]*\) KiB.*/\1/')" 16384 "KiB"
exit $rc
