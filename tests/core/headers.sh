#!/bin/sh
# Public headers: each compiles alone as C99 and as C++, includes nothing of
# others, and names what the map and the built library export, no more.
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
cd "$top_srcdir" || exit 1
dir=$top_builddir/headers.$$
mkdir "$dir" || exit 1
trap 'rm -rf "$dir"' EXIT
bad=0
warn="-Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror"

cxx=
for c in ${CXX:-} g++ clang++ c++; do
	if echo 'int x;' > "$dir/x.cc" &&
	    $c -fsyntax-only "$dir/x.cc" 2> "$dir/log"; then
		cxx=$c
		break
	fi
done

for h in include/onshikaku.h include/onshikaku/*.h; do
	name=${h#include/}
	# Twice: a header may be included again.
	printf '#include "%s"\n#include "%s"\nextern int x;\n' "$name" \
	    "$name" > "$dir/x.c"
	if ! ${CC:-cc} -std=c99 $warn -Iinclude -fsyntax-only "$dir/x.c"; then
		echo "$h: is no C99 alone"
		bad=1
	fi
	cp "$dir/x.c" "$dir/x.cc"
	if [ -n "$cxx" ] && ! $cxx -std=c++98 -Wall -Wextra -Werror \
	    -Wno-long-long -Iinclude -fsyntax-only "$dir/x.cc"; then
		echo "$h: is no C++ alone"
		bad=1
	fi
done
[ -n "$cxx" ] || echo "no C++ compiler: headers tried as C99 alone"

if grep -nE '^#include <' include/onshikaku/*.h |
    grep -vE '<std(def|int)\.h>'; then
	echo "a public header includes somebody else's"
	bad=1
fi

# A declaration begins with ONSHI_API; its name stands before the parenthesis.
cat include/onshikaku/*.h | tr '\n\t' '  ' |
    grep -oE 'ONSHI_API [^;(]*\(' | grep -oE 'onshi_[a-z0-9_]+ *\($' |
    tr -d ' (' | LC_ALL=C sort > "$dir/headers"
sed -n 's/^		\(onshi_[a-z0-9_]*\);$/\1/p' lib/onshikaku.map > "$dir/map"
LC_ALL=C sort -u "$dir/map" | cmp -s - "$dir/map" || {
	echo "lib/onshikaku.map is not sorted, or has a name twice"
	bad=1
}
LC_ALL=C sort -u "$dir/map" > "$dir/sorted"
cmp -s "$dir/headers" "$dir/sorted" || {
	echo "headers (<) and map (>) differ:"
	diff "$dir/headers" "$dir/sorted"
	bad=1
}
lib=$top_builddir/lib/.libs/libonshikaku.so
if [ -f "$lib" ] && command -v nm > /dev/null; then
	nm -D --defined-only "$lib" | sed 's/@.*//' |
	    awk '$2 ~ /[A-Z]/ && $3 !~ /^ONSHIKAKU_/ { print $3 }' |
	    LC_ALL=C sort -u > "$dir/built"
	cmp -s "$dir/sorted" "$dir/built" || {
		echo "map (<) and library (>) differ:"
		diff "$dir/sorted" "$dir/built"
		bad=1
	}
fi
echo "$(wc -l < "$dir/headers") public functions"
exit $bad
