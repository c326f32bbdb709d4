#!/bin/sh
# Builds the checkout into build/ and installs it into build/root, so that
# programs can be linked and run from there: sh scripts/build.sh [check]
# With check it is configured anew if that was done before the packages that
# the tests need were there.
set -eu
want=${1:-build}
. "$(dirname "$0")/paths.sh"

run() {
	"$@" >>"$build/build.log" 2>&1 || {
		tail -n 40 "$build/build.log" >&2
		echo "build.sh: $1 failed, see $build/build.log" >&2
		exit 1
	}
}

mkdir -p "$build"
: >"$build/build.log"
cd "$top"
[ -x configure ] && [ configure -nt configure.ac ] || run autoreconf -fi
cd "$build"
if [ ! -f Makefile ] || { [ "$want" = check ] && [ ! -f for-check ]; }; then
	run "$top/configure" --prefix="$build/root" --enable-werror \
	    --enable-quick-libtool
	[ "$want" = build ] || : >for-check
fi
run make -j"$(nproc)"
run make install
