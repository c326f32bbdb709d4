#!/bin/sh
# A checkout in a folder with blanks or Japanese letters is gone to by a link.
dir=$(mktemp -d "${TMPDIR:-/tmp}/onshi-paths.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
TMPDIR=$dir
export TMPDIR
unset ONSHIKAKU_BUILD
failed=0

bad() {
	echo "FAIL: $*"
	failed=$((failed + 1))
}

# In a checkout of that name: how is it gone to, and is it the same?
go() {
	mkdir -p "$dir/$1/scripts"
	cp "$top_srcdir/scripts/paths.sh" "$dir/$1/scripts"
	echo '. "$(dirname "$0")/paths.sh"; echo "$top"; echo "$build"' \
	    >"$dir/$1/scripts/say.sh"
	(cd "$dir/$1" && sh scripts/say.sh) >"$dir/said"
	{ read -r top; read -r build; } <"$dir/said"
}

go plain-1.0
[ "$top" = "$dir/plain-1.0" ] || bad "plain: $top"
[ "$build" = "$dir/plain-1.0/build" ] || bad "plain: $build"
for name in '受付' 'a b' "it's" 'a$b' '受 付'; do
	go "$name"
	case $top$build in
	*[!A-Za-z0-9/._-]*)	bad "$name: $top $build" ;;
	esac
	[ -f "$top/scripts/say.sh" ] || bad "$name: not there"
	: >"$build/here"
	[ -f "$dir/$name/build/here" ] || bad "$name: another build"
	was=$top
	go "$name"
	[ "$top" = "$was" ] || bad "$name: elsewhere the second time"
done
[ $failed -eq 0 ]
