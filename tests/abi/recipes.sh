#!/bin/sh
# The recipes of HACKING.md 8 are true: each of recipes/*.patch does what its
# recipe says, all in turn in one copy of the tree; the library is built from
# it (without optimization, without make), the lists are compared, and new.c
# shows that element, category, result and link are there and work.
#
# A patch that does not fit any more is made anew: apply it by hand to a copy,
# and take diff -U1 of the tables and sources, not of what make regen makes.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
command -v patch >/dev/null || { echo "patch is not installed"; exit 77; }
work=$(mktemp -d "$top_builddir/recipes.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
copy=$work/tree
mkdir -p "$copy/build/lib/.libs" "$copy/build/man"

# Of a Makefile's variable.
var()
{
	sed -n "s/^$1 = *//p" "$top_builddir/Makefile"
}

(cd "$top_srcdir" && tar cf - HACKING.md README.md NEWS include lib man tools \
    bindings/python/onshikaku doc tests/abi tests/visit tests/core/generated.sh) |
    (cd "$copy" && tar xf -)
chmod -R u+w "$copy"

for name in element category result link; do
	patch -p0 -s -f -d "$copy" <"$top_srcdir/tests/abi/recipes/$name.patch" || {
		echo "recipes/$name.patch: does not fit any more, or HACKING.md 8 is wrong"
		exit 1
	}
done
src=$(var top_srcdir | sed 's/\./\\./g')
(cd "$copy/build" && make -s -n -C "$top_builddir" regen-results \
    regen-message | sed "/^make/d; s|$src/|$copy/|g" | sh -e)

sources=$(sed -e :a -e '/\\$/N; s/\\\n//; ta' "$copy"/lib/*/room.am |
    sed -n 's/^[ 	]*lib_liball_la_SOURCES += *//p')
flags="-std=c11 -O0 -fPIC -w -fvisibility=hidden -DHAVE_CONFIG_H
    -I$top_builddir -I$copy/include -I$copy/lib -I$copy/tests/visit
    $(var XML_CFLAGS) $(var CURL_CFLAGS) $(var PCSC_CFLAGS) $(var SSL_CFLAGS)
    $(var CRYPTO_CFLAGS) $(var P11_CFLAGS) $(var JANSSON_CFLAGS)"
libs="$(var CURL_LIBS) $(var SSL_LIBS) $(var CRYPTO_LIBS) $(var XML_LIBS)
    $(var PCSC_LIBS) $(var P11_LIBS) $(var ZIP_LIBS)
    $(var JANSSON_LIBS) -lpthread"
cd "$copy/build"
# shellcheck disable=SC2086
for source in $sources; do
	case $source in *.c) echo "$copy/$source" ;; esac
done | xargs -P 2 -n 10 ${CC:-cc} $flags -c
# shellcheck disable=SC2086
${CC:-cc} -shared -o lib/.libs/libonshikaku.so ./*.o $libs \
    "-Wl,--version-script=$copy/lib/onshikaku.map"
# shellcheck disable=SC2086
${CC:-cc} $flags -D_GNU_SOURCE -o new "$copy/tests/abi/recipes/new.c" \
    "$copy/tests/visit/fake.c" ./*.o $libs
./new
# shellcheck disable=SC2086
${CC:-cc} $flags -fsyntax-only "$copy/tools/tables.c" "$copy/tools/entry.c" \
    "$copy/tools/print.c"

top_srcdir=$copy top_builddir=$copy/build
export top_srcdir top_builddir
sh "$copy/tests/core/generated.sh"
for check in lists constants rooms; do
	"${PYTHON3:-python3}" -B "$copy/tests/abi/$check.py"
done
