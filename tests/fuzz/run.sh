#!/bin/sh
# Fuzzes, with libFuzzer, ASan and UBSan: sh tests/fuzz/run.sh [SECONDS] [TARGET…]
#
#   SECONDS  for each target (FUZZ_SECONDS, else 60); 0: only builds them
#   TARGET   as gate, xml_answer (all tests/fuzz/fuzz_TARGET.c)
#
# Builds in FUZZ_BUILD (else a new folder in TMPDIR, gone at the end), reads
# the corpora of this tree and writes nothing here. New inputs are kept in
# FUZZ_BUILD/found/TARGET if FUZZ_BUILD is set; an input that crashes is copied
# to the current folder, and the exit status is 1. Such an input becomes a file
# in tests/fuzz/corpus/TARGET/ first, and then it is mended.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
here=$(pwd)
seconds=${FUZZ_SECONDS:-60}
case ${1:-} in
[0-9]*)	seconds=$1; shift ;;
esac
# shellcheck disable=SC2046,SC2012 # names of targets have no blanks
[ $# -gt 0 ] || set -- $(cd "$top/tests/fuzz" && ls fuzz_*.c |
    sed 's/^fuzz_//; s/\.c$//')
CC=${CC:-clang}
echo 'int LLVMFuzzerTestOneInput(const char *p, unsigned long n);
int LLVMFuzzerTestOneInput(const char *p, unsigned long n) { (void)p; (void)n; return 0; }' |
    "$CC" -x c -fsanitize=fuzzer - -o /dev/null 2>/dev/null || {
	echo "skip: $CC has no libFuzzer (clang and libclang-rt-14-dev have)"
	exit 77
}

build=${FUZZ_BUILD:-}
if [ -z "$build" ]; then
	build=$(mktemp -d "${TMPDIR:-/tmp}/onshikaku-fuzz.XXXXXX")
	trap 'rm -rf "$build"' EXIT
	trap 'exit 1' HUP INT TERM
fi
mkdir -p "$build/found" "$build/crash"
cd "$build"
[ -x "$top/configure" ] || (cd "$top" && autoreconf -fi)
[ -f Makefile ] || "$top/configure" CC="$CC" --enable-sanitizers \
    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' >configure.out 2>&1 || {
	tail -n 20 configure.out
	exit 1
}
make -s -j2 lib/liball.la >make.out 2>&1 || { tail -n 20 make.out; exit 1; }

bad=0
for t in "$@"; do
	with=
	[ "$t" != visit ] || with="$top/tests/visit/desk.c $top/tests/visit/fake.c"
	# shellcheck disable=SC2086
	./libtool --silent --tag=CC --mode=link "$CC" -std=c11 -O1 -g \
	    -D_GNU_SOURCE -DLIBFUZZER -I. -I"$top/include" -I"$top/lib" \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    "$top/tests/fuzz/fuzz_$t.c" $with -o "fuzz_$t" lib/liball.la -lcrypto
	[ "$seconds" -gt 0 ] || continue
	mkdir -p "found/$t"
	dict=
	case $t in
	gate|message|*_message|xml_answer)
		name=xml more="$top/tests/message/samples $top/tests/fuzz/message" ;;
	*)	name=$t more= ;;
	esac
	seeds=
	[ ! -d "$top/tests/fuzz/corpus/$t" ] || seeds=$top/tests/fuzz/corpus/$t
	[ ! -f "$top/tests/fuzz/$name.dict" ] || dict=-dict=$top/tests/fuzz/$name.dict
	export UBSAN_OPTIONS=print_stacktrace=1
	if "./fuzz_$t" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
	    -max_len=16384 -print_final_stats=1 $dict \
	    -artifact_prefix="$build/crash/$t-" "found/$t" \
	    $seeds $more >"$t.out" 2>&1; then
		result=ok
	else
		result=FOUND
		bad=1
		grep -E 'not so|ERROR|SUMMARY|runtime error' "$t.out" | head -n 5
		cp "$build/crash/$t"-* "$here/" 2>/dev/null || :
	fi
	awk -v t="$t" -v r="$result" -v s="$seconds" '
	    /number_of_executed_units/ { n = $2 }
	    / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") c = $(i + 1) }
	    END { printf "%s: %s, %d executions in %d s, coverage %d\n", t, r, n, s, c }' "$t.out"
done
exit $bad
