#!/bin/sh
# Each public header compiles alone, as C99 and as C++17, under every compiler
# that is here, and is ASCII: for old compilers, cffi and header translators.
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
work=$(mktemp -d "$top_builddir/abi.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
bad=0 n=0

# compile COMPILER FLAGS… FILE…: the compiler's words name the header.
compile()
{
	n=$((n + $(ls "$work"/*.c | wc -l)))
	if ! "$@" -Wall -Wextra -Werror -fsyntax-only -I"$top_srcdir/include" \
	    >"$work/out" 2>&1; then
		cat "$work/out"
		echo "a header does not compile alone: $*"
		bad=1
	fi
}

for header in onshikaku.h onshikaku/base.h onshikaku/results.h \
    onshikaku/config.h onshikaku/visit.h onshikaku/answer.h \
    onshikaku/arrivals.h \
    onshikaku/bulk.h onshikaku/elements.h onshikaku/emergency.h onshikaku/card.h onshikaku/match.h \
    onshikaku/fallback.h \
    onshikaku/message.h onshikaku/audit.h onshikaku/journal.h \
    onshikaku/doctor.h onshikaku/arrivals.h onshikaku/tables.h \
    onshikaku/face.h; do
	alone=$work/$(echo "$header" | tr / _)
	printf '#include <%s>\n' "$header" >"$alone.c"
	cp "$alone.c" "$alone.cc"
	file=$top_srcdir/include/$header
	if [ "$(LC_ALL=C tr -d '\000-\177' <"$file" | wc -c)" -gt 0 ]; then
		echo "$header:1: not all is ASCII"
		bad=1
	fi
done
for cc in $(printf '%s\n' "${CC:-cc}" gcc clang | sed 's/ .*//' | sort -u); do
	command -v "$cc" >/dev/null || continue
	compile "$cc" -std=c99 -pedantic "$work"/*.c
	compile "$cc" -std=c11 -pedantic -Wstrict-prototypes "$work"/*.c
done
for cc in g++ clang++; do
	command -v $cc >/dev/null || continue
	compile $cc -std=c++17 -pedantic "$work"/*.cc
done
for file in "$top_srcdir"/include/onshikaku/*.h; do
	grep -q "onshikaku/$(basename "$file")" "$0" || {
		echo "$file:1: is not looked at by $(basename "$0")"
		bad=1
	}
done
echo "$n compilations"
exit $bad
