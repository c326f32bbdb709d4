#!/bin/sh
# Lines and branches of lib that the tests run: sh tests/coverage.sh [ROOM…]
#
# Builds with gcc's counters in build/coverage, runs every test program there
# and the scripts that drive the command without a card reader of their own, and
# prints the share of each file and of all; with names, what is not taken in
# these rooms, line by line. Long form: some ten minutes. Needs gcovr
# (scripts/deps.sh full).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
work=${ONSHIKAKU_BUILD:-$top/build}/coverage
command -v gcovr >/dev/null || { echo "gcovr is not installed"; exit 77; }
mkdir -p "$work"
cd "$work"
# Keys in tokens are in it where what they need is here.
token=--with-libp11
pkg-config --exists libp11 || token=--without-libp11
[ -f Makefile ] || "$top/configure" --disable-shared --enable-static $token \
    CFLAGS="--coverage -fprofile-update=atomic -O0 -g \
    -include $top/tests/coverage.h" >config.out 2>&1 || {
	tail -n 20 config.out
	exit 1
}
find . \( -name '*.gcda' -o -name '*conftest*' \) -delete
programs=$(sed -e :a -e '/\\$/N; s/\\\n//; ta' "$top"/lib/*/room.am |
    sed -n 's/^check_PROGRAMS += *//p' | tr -s ' \t' '\n' |
    grep '^tests/' | grep -v '^tests/pcsc/' | tr '\n' ' ')
# A program that ends itself on purpose does so in a child.
CK_FORK=${CK_FORK:-yes} CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-10}
export CK_FORK CK_TIMEOUT_MULTIPLIER
# tests/pcsc/seal.sh and tests/tools/orca.sh need a shared library.
scripts="tests/pcsc/doctor.sh tests/tools/watch.sh tests/tools/folder.sh
    tests/tools/fallback.sh tests/tools/audit.sh tests/tools/message.sh
    tests/tools/bulk.sh"
# It plays some fifty million commands, most of them alike for a counter.
many=tests/card/t_apdu
programs=$(echo "$programs" | sed "s| *$many | |")
make -s -k -j2 all >all.out 2>&1 || { tail -n 5 all.out; exit 1; }
make -s -k -j2 check "TESTS=$programs $scripts" \
    "check_PROGRAMS=$programs" >check.out 2>&1 || {
	grep '^FAIL' check.out || tail -n 5 check.out
}
ONSHIKAKU_SAMPLE=64 make -s check "TESTS=$many" "check_PROGRAMS=$many" \
    >many.out 2>&1 || tail -n 5 many.out
gcovr --root "$top" --object-directory "$work" --filter "$top/lib/" \
    --exclude-unreachable-branches --exclude-throw-branches \
    --exclude '.*cp932_table.*' --txt lines.txt --csv files.csv . >/dev/null
awk -F, 'NR > 1 {
	printf "%-34s lines %5.1f  branches %5.1f\n", $1,
	    $2 ? 100 * $3 / $2 : 100, $5 ? 100 * $6 / $5 : 100
	l += $2; lc += $3; b += $5; bc += $6
} END {
	printf "lib: %.1f %% of %d lines, %.1f %% of %d branches\n",
	    100 * lc / l, l, 100 * bc / b, b
}' files.csv
for room; do
	gcovr --root "$top" --object-directory "$work" --filter \
	    "$top/lib/$room/" --exclude-unreachable-branches --branches \
	    --txt - . | sed -n '/^lib/p'
done
