#!/bin/sh
# Everything unsampled, and what takes too long for each day: make check-full
#
#   the whole suite, with every fault point, kill and allocation
#   the fast layers under gcc and clang, without and with much optimization
#   threads under the thread sanitizer
#   the folder link over a Samba share, where Samba and smbnetfs are there
#   SOAK_SECONDS (300) of check-ins while cards and daemon come and go
#   FUZZ_SECONDS (60) for each fuzz target
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=${top_builddir:-$(pwd)}
rc=0

# part NAME COMMAND…
part() {
	name=$1
	shift
	echo "== $name"
	"$@" || {
		echo "FAIL $name"
		rc=1
	}
}

# built FOLDER PROGRAMS ARGUMENTS…: configured with them in a folder of its own.
built() {
	folder=$build/full/$1 programs=$2
	shift 2
	mkdir -p "$folder"
	(
		cd "$folder"
		[ -f Makefile ] ||
		    "$top/configure" --enable-werror "$@" >config.out 2>&1
		make -s -j2 check "TESTS=$programs" "check_PROGRAMS=$programs" \
		    >check.out 2>&1
	) || {
		tail -n 30 "$folder"/*.out
		return 1
	}
}

# What cannot be had here is no failure.
shared() {
	"$@" || [ $? -eq 77 ]
}

ONSHIKAKU_CHECK_FULL=1 CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-10}
export ONSHIKAKU_CHECK_FULL CK_TIMEOUT_MULTIPLIER
part "the whole suite" make -C "$build" -k check
unset ONSHIKAKU_CHECK_FULL
fast=$(sh "$top/tests/fast.sh")
# The tests count malloc, of which a compiler may make calloc.
for cc in gcc clang; do
	for level in 0 3; do
		part "$cc -O$level" built "$cc-$level" "$fast" CC="$cc" \
		    CFLAGS="-O$level -fno-builtin-malloc"
	done
done
TSAN_OPTIONS=halt_on_error=1
export TSAN_OPTIONS
part "thread sanitizer" built tsan \
    "tests/core/t_os_thread tests/core/t_job tests/card/t_reader tests/xml/t_threads \
    tests/visit/t_loop tests/visit/t_life tests/visit/t_bulk tests/visit/t_arrivals" \
    CC=clang --enable-sanitizers=thread CFLAGS="-O1 -g"
part "a real share" shared sh "$top/tests/link/samba.sh" "$build"
part "soak" sh "$top/tests/pcsc/soak.sh" "${SOAK_SECONDS:-300}"
part "fuzzing" sh "$top/tests/fuzz/run.sh" "${FUZZ_SECONDS:-60}"

exit $rc
