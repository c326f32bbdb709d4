#!/bin/sh
# Reading an answer, by instructions: what share of a bare libxml2 SAX2 push
# parse of the same bytes we come to, for a year's drugs, for many years'
# checkups and for one check-in: sh tests/bench/parse.sh (after make). Exit 1
# if a whole answer is below half.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
bin=${ONSHIKAKU_BUILD:-$top/build}/tests/bench/b_parse
samples=$top/tests/message/samples
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
rc=0

# repeat N WHAT: the first element of that name, with all in it, N times.
repeat() {
	awk -v n="$1" -v start="<$2>" -v end="</$2>" '
		index($0, start) && !done { within = 1 }
		within { block = block $0 "\n" }
		!within { print }
		within && index($0, end) {
			while (n-- > 0)
				printf "%s", block
			within = 0
			done = 1
		}'
}

# instructions FILE ours|bare: of two rounds, after one that is not counted.
instructions() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
	    --toggle-collect=parse_once "$bin" "$1" 2 "$2" 2>&1 |
	    sed -n 's/.*Collected : *//p'
}

# share NAME FILE BAR
share() {
	ours=$(instructions "$2" ours)
	bare=$(instructions "$2" bare)
	[ "${ours:-0}" -gt 0 ] && [ "${bare:-0}" -gt 0 ] || exit 1
	awk -v name="$1" -v len="$(wc -c <"$2")" -v ours="$ours" \
	    -v bare="$bare" -v bar="$3" 'BEGIN {
		printf "%-22s %6d bytes: %5.1f instructions a byte, " \
		    "bare %4.1f, share %.2f\n", name, len, ours / len / 2,
		    bare / len / 2, bare / ours
		exit bare / ours < bar
	}' || rc=1
}

drugs=$dir/26_YZKsiquc01res_drug.xml
checkups=$dir/29_TKKsiquc01res_checkup.xml
repeat 72 MeTrMonthInf <"$samples/${drugs##*/}" >"$drugs"
repeat 60 SpecificHealthCheckupInfo <"$samples/${checkups##*/}" >"$checkups"
share "whole drug answer" "$drugs" 0.5
share "whole checkup answer" "$checkups" 0.5
share "one eligibility answer" \
    "$samples/08_OQSsiquc01res_face_employee.xml" 0
exit $rc
