#!/bin/sh
# Every example in pages and README compiles against the headers and links
# with the built library; those that need neither card nor service are run.
# The programs in examples compile as C99, as C11 and as C++.
. "${top_srcdir:?}/tests/abi/abi.sh"
work=$(mktemp -d "$top_builddir/abi.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
warn="-Wall -Wextra -Wconversion -Wshadow -Werror -I$top_srcdir/include"
posix=-D_POSIX_C_SOURCE=200809L
bad=0 n=0 ran=0
# A library with sanitizers wants programs with sanitizers.
flags=$(sed -n 's/^HARD_CFLAGS = //p' "$top_builddir/Makefile" |
    grep -o -e '-fsanitize=[a-z,]*' | tr '\n' ' ')
lib=$top_builddir/lib/.libs

# try WHAT COMMAND…
try()
{
	what=$1
	shift
	n=$((n + 1))
	if ! "$@" >"$work/out" 2>&1; then
		cat "$work/out"
		echo "$what: fails: $*"
		bad=1
		return 1
	fi
}

"$python" -B "$top_srcdir/tests/abi/examples.py" "$work" >"$work/list" || {
	cat "$work/list"
	exit 1
}
# shellcheck disable=SC2086
while read -r kind name; do
	case $kind in
	compile | link | run) ;;
	*) echo "$kind $name"; bad=1; continue ;;
	esac
	try "example $name" ${CC:-cc} -std=c99 -pedantic $posix $warn $flags \
	    -Wno-unused-function -c "$work/$name.c" -o "$work/$name.o" || continue
	[ "$kind" != compile ] || continue
	try "example $name" ${CC:-cc} $flags "$work/$name.o" -L"$lib" \
	    -lonshikaku -Wl,-rpath,"$lib" -o "$work/$name" || continue
	[ "$kind" = run ] || continue
	try "example $name" "$work/$name" "$work/$name.dir" && ran=$((ran + 1))
done <"$work/list"

# shellcheck disable=SC2086
for file in "$top_srcdir"/examples/*.c; do
	# Its head says what else it needs.
	needs=$(sed -n 's/^.*--libs libonshikaku \(.*\))$/\1/p' "$file")
	with= libs=
	if [ -n "$needs" ]; then
		with=$(${PKG_CONFIG:-pkg-config} --cflags $needs) || {
			echo "$needs is not there: $file was not tried"
			continue
		}
		libs=$(${PKG_CONFIG:-pkg-config} --libs $needs)
	fi
	try "$file" ${CC:-cc} -std=c99 -pedantic $posix $warn $with -fsyntax-only "$file"
	try "$file" ${CC:-cc} -std=c11 -pedantic $posix $warn $with -fsyntax-only "$file"
	for cxx in g++ clang++; do
		command -v $cxx >/dev/null || continue
		try "$file" $cxx -x c++ -std=c++17 -pedantic -Wall -Wextra -Werror \
		    -Wno-missing-field-initializers -I"$top_srcdir/include" $with -fsyntax-only "$file"
	done
	try "$file" ${CC:-cc} $posix $flags -I"$top_srcdir/include" $with "$file" \
	    -L"$lib" -lonshikaku $libs -Wl,-rpath,"$lib" -o "$work/program"
done
# shorter PROGRAM LINES
shorter()
{
	long=$(wc -l <"$top_srcdir/examples/$1")
	[ "$long" -lt "$2" ] && return
	echo "examples/$1:$long: has $2 lines or more"
	bad=1
}
shorter checkin.c 100
shorter appointments.c 100
shorter month_end.c 100
shorter register_numbers.c 100
shorter register_orca.c 150
shorter register_orca.py 150

echo "$n steps, $(wc -l <"$work/list") examples, $ran run"
exit $bad
