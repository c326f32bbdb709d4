#!/bin/sh
# Work that goes with the answer: four times as much of it costs at most five
# times the instructions, by callgrind and not by the clock. One run of all
# answers, of which callgrind writes the instructions of each into a file.
set -eu
bin=tests/message/t_linear
command -v valgrind >/dev/null || exit 77
[ -x "$bin" ] || exit 77
work=$(mktemp -d "${TMPDIR:-/tmp}/linear.XXXXXX")
trap 'rm -rf "$work"' EXIT
valgrind -q --tool=callgrind --callgrind-out-file="$work/count" \
    --zero-before=linear_case --dump-after=linear_case \
    "$bin" cases >"$work/names" 2>"$work/said" || {
	cat "$work/said"
	exit 99
}

# Of a name: how many instructions it took, and four times as much of it.
n=0
while read -r name; do
	for k in 1 2; do
		sed -n 's/^totals: *//p' "$work/count.$((n * 2 + k))" || exit 99
	done | tr '\n' ' '
	echo "$name"
	n=$((n + 1))
done <"$work/names" | awk '
NF < 3 { print "not counted: " $0; bad = 1; next }
{ one = $1; four = $2; sub(/^[0-9]+ [0-9]+ /, "") }
four > one * 5 {
	print $0 ": " one " instructions, four times as much of it " four
	bad = 1
}
END { print NR " answers counted"; exit bad || NR == 0 }'
