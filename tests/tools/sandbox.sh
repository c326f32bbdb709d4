#!/bin/sh
# sandbox.sh builds what is not there, and nothing twice; it says so where the
# command's own output is not.
dir=$(mktemp -d "${TMPDIR:-/tmp}/onshi-sandbox.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

bad() {
	echo "FAIL: $*"
	failed=$((failed + 1))
}

for d in lib include tools simulator pkgconfig scripts bindings/python; do
	mkdir -p "$dir/$d"
done
for f in sandbox.sh paths.sh inside.sh; do
	cp "$top_srcdir/scripts/$f" "$dir/scripts" || exit 1
done
touch "$dir/configure.ac" "$dir/Makefile.am" "$dir/lib/a.c"
echo 'echo packages' >"$dir/scripts/deps.sh"
cat >"$dir/scripts/build.sh" <<'END'
. "$(dirname "$0")/paths.sh"
echo built >>"$build/times"
mkdir -p "$build/root/bin"
printf '#!/bin/sh\n' >"$build/root/bin/onshikaku"
chmod +x "$build/root/bin/onshikaku"
[ ! -e "$top/broken" ] || exit 1
END
cat >"$dir/simulator/world.sh" <<'END'
world_start() { WORLD_PORT=1; ONSHIKAKU_CONF=conf; }
world_stop() { :; }
END
unset ONSHIKAKU_BUILD

box() {
	sh "$dir/scripts/sandbox.sh" echo hello </dev/null >"$dir/out" \
	    2>"$dir/err"
}

# How often it has built by then, and whether it says that it builds.
want() {
	[ "$(cat "$dir/out")" = "$2" ] || bad "$1: output $(cat "$dir/out")"
	[ "$(wc -l <"$dir/build/times")" -eq "$3" ] || bad "$1: built again"
	if [ "$4" = says ]; then
		grep -q ビルドして "$dir/err" || bad "$1: does not say it"
	else
		grep -q ビルドして "$dir/err" && bad "$1: says that it builds"
	fi
	:
}

touch -d '1 hour ago' "$dir"/lib/a.c "$dir"/configure.ac "$dir"/Makefile.am \
    "$dir"/simulator/world.sh
box || bad "status $?"
want 'first' hello 1 says
box || bad "status $?"
want 'again' hello 1 silent
touch -d '1 minute' "$dir/lib/a.c"
box || bad "status $?"
want 'changed' hello 2 says
touch -d '1 hour ago' "$dir/lib/a.c"
rm "$dir/build/root/bin/onshikaku"
box || bad "status $?"
want 'removed' hello 3 says
touch "$dir/broken"
rm "$dir/build/root/built"
box && bad "a build that failed is no success"
want 'failed' '' 4 says
rm "$dir/broken"
box || bad "status $?"
want 'mended' hello 5 says
[ $failed -eq 0 ]
