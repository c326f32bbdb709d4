#!/bin/sh
# The whole test suite: gcc with all layers, clang with the address and
# undefined-behaviour sanitizers over the fast ones, valgrind over the unit
# layers: sh scripts/test.sh [quick]. quick: gcc over the fast layers, the
# lists, and check-ins by the first programs, for while one works.
set -eu
case ${1:-} in
''|quick) ;;
*) echo "usage: sh scripts/test.sh [quick]" >&2; exit 2 ;;
esac
. "$(dirname "$0")/paths.sh"

sh "$top/scripts/deps.sh" check
[ -x "$top/configure" ] && [ "$top/configure" -nt "$top/configure.ac" ] ||
    (cd "$top" && autoreconf -fi) >/dev/null 2>&1 || :	# build.sh tells why
asan=$build/asan asan_pid=''
if [ -z "${1:-}" ] && [ ! -f "$asan/Makefile" ]; then
	# One process at a time, as gcc's configure is: side by side with it.
	mkdir -p "$asan"
	(cd "$asan" && exec "$top/configure" CC=clang --enable-werror \
	    --enable-sanitizers --with-libp11 --enable-quick-libtool \
	    CFLAGS="-O1 -gline-tables-only") >"$asan/config.out" 2>&1 &
	asan_pid=$!
fi
echo "== gcc: everything"
# Optimized as always, but with the lines alone of what debuggers could show:
# the rest is a third of the compiler's work. Test programs, which are not what
# is tested, make do with less of it.
CFLAGS="-O2 -g1" sh "$top/scripts/build.sh" check
ONSHIKAKU_BUILD=$build
export ONSHIKAKU_BUILD
rc=0

# suite NAME FOLDER MAKE-ARGUMENTS…: make's check or check-TESTS (which builds
# the test programs and what they need alone), then Check's own lines.
suite() {
	name=$1 folder=$2
	shift 2
	make -C "$folder" -k "$@" >"$folder/check.out" 2>&1 || {
		rc=1
		grep -E '^(FAIL|ERROR|XPASS):|error:' "$folder/check.out" || :
		find "$folder/tests" -name '*.trs' \
		    -exec grep -lE ':test-result: (FAIL|ERROR)' {} + |
		    sed 's/trs$/log/' | while read -r log; do
			echo "--- $log"
			grep -aE '^(fail|FAIL) ' "$log" | head -n 20
			tail -n 30 "$log"
		done
	}
	find "$folder/tests" -name '*.log' -exec grep -H '^[0-9]*%: Checks:' {} + |
	    sed "s|^$folder/tests/||; s|\.log:|: |" | sort
	sed -n 's/^# \(TOTAL\|PASS\|SKIP\|FAIL\|ERROR\): */\1 /p' "$folder/check.out" |
	    awk -v n="$name" '{ c[$1] = $2 } END { printf "%s: %d passed, %d failed, %d skipped\n",
		n, c["PASS"], c["FAIL"] + c["ERROR"], c["SKIP"] }'
}

# Test programs each have the whole library inside: gold and, with sanitizers,
# lld link them in a third of the time. How they are linked is not what is
# tested.
link="HARD_LDFLAGS=-Wl,--as-needed" asan_link=$link
! command -v ld.gold >/dev/null || link="$link -fuse-ld=gold"
! command -v ld.lld >/dev/null || asan_link="$asan_link -fuse-ld=lld"

# A busy machine is slow, not wrong.
CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-4}
export CK_TIMEOUT_MULTIPLIER
ONSHIKAKU_TOGETHER=$(sh "$top/tests/fast.sh" forkless)
export ONSHIKAKU_TOGETHER
together="LOG_COMPILER=sh $top/tests/together.sh"
if [ "${1:-}" = quick ]; then
	fast="$(sh "$top/tests/fast.sh" quick)"
	first="tests/visit/t_arrivals tests/visit/t_life tests/pcsc/examples.sh"
	suite quick "$build" check -j4 "CFLAGS=-O1 -g1" "$link" "check_PROGRAMS=$fast" \
	    "$together" "TESTS=$first \$(filter-out $first,$fast) \
	    tests/abi/lists.sh tests/abi/rooms.sh tests/abi/cites.sh \
	    tests/core/generated.sh"
	exit $rc
fi
rm -f "$build/apdu-of-all-tests.log"

# The other compiler's library and test programs are made while the tests of the
# first wait for cards, folders and deadlines.
asan_tests="$(sh "$top/tests/fast.sh" together) tests/wire/t_token"
asan_apart=$(sh "$top/tests/fast.sh" apart)
[ -z "$asan_pid" ] || wait "$asan_pid" || {
	tail -n 20 "$asan/config.out"
	exit 1
}
(exec >"$asan/build.out" 2>&1
    nice make -C "$asan" lib/libonshikaku.la lib/liball.la || exit 1
    # What does not compile is told by the pass itself.
    # shellcheck disable=SC2086
    nice make -C "$asan" -k "CFLAGS=-O0 -gline-tables-only" "$asan_link" \
	"check_PROGRAMS=$asan_tests $asan_apart" $asan_tests $asan_apart || :) &
asan_pid=$!

# Many of them wait: four at once keep two processors at work, and those that
# wait the longest come first, so that the others fill the time.
first="tests/sim/t_scenarios.sh tests/python/run.sh tests/audit/kill.sh"
first="$first tests/sim/t_python_scenarios.sh tests/pcsc/t_card_real"
first="$first tests/pcsc/pin_once.sh"
suite gcc "$build" check -j4 "CFLAGS=-O1 -g1" "$link" "$together" \
    "TESTS=$first \$(filter-out $first,\$(check_PROGRAMS) \$(dist_check_SCRIPTS))"
[ -x "$build/tests/core/t_text" ] || {
	echo "the test programs were not built"
	exit 1
}

echo "== what was sent to the cards of all tests"
if [ -s "$build/apdu-of-all-tests.log" ]; then
	grep -c '^[0-9]' "$build/apdu-of-all-tests.log" | sed 's/$/ commands/'
	sh "$top/tests/pcsc/apdu_check.sh" "$build/apdu-of-all-tests.log" || rc=1
fi

echo "== clang: ASan and UBSan over the fast layers, and keys in tokens"
wait "$asan_pid" || {
	tail -n 40 "$asan/build.out"
	exit 1
}
# valgrind looks at the first compiler's programs meanwhile.
sh "$top/tests/valgrind.sh" "$build" >"$build/valgrind.out" 2>&1 &
valgrind_pid=$!
# In one process each but for a few, since forks are what costs most here, and
# the tenth part of what the other compiler has played in samples.
ONSHIKAKU_TOGETHER=$asan_tests ONSHIKAKU_SAMPLE=10
export ONSHIKAKU_SAMPLE
suite asan "$asan" check-TESTS -j3 "CFLAGS=-O0 -gline-tables-only" \
    "$asan_link" "check_PROGRAMS=$asan_tests $asan_apart" \
    "TESTS=$asan_tests $asan_apart" "$together"
unset ONSHIKAKU_SAMPLE ONSHIKAKU_TOGETHER

echo "== valgrind: unit layers"
wait "$valgrind_pid" || rc=1
cat "$build/valgrind.out"

exit $rc
