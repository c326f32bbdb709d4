#!/bin/sh
# The reader for one caller: comes up, swaps, restarts, and goes with it.
set -eu
bin=$top_builddir
vreader=$top_srcdir/simulator/vcard/onshikaku-vreader
vcard=$bin/onshikaku-vcard
export ONSHIKAKU_BINDIR="$bin"

dir=$(mktemp -d /tmp/onshi-vreader-XXXXXX)
first=
second=
end() {
	[ -z "$first" ] || kill "$first" 2>/dev/null || :
	[ -z "$second" ] || kill "$second" 2>/dev/null || :
	wait
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 1' TERM INT HUP

fail() {
	echo "FAIL $*"
	cat "$dir"/*.err 2>/dev/null || :
	exit 1
}

# Waits for "ready" of a reader: its number, its name.
await() {
	while ! grep -q ready "$dir/$2.out"; do
		kill -0 "$1" 2>/dev/null || {
			status=0
			wait "$1" || status=$?
			[ "$status" != 77 ] || {
				echo "skipped: $(cat "$dir/$2.err")"
				exit 77
			}
			fail "reader $2 did not start"
		}
		sleep 0.1
	done
}

sees() {
	PCSCLITE_CSOCK_NAME=$dir/$1/run/pcscd/pcscd.comm \
	    "$vcard" wait "$2" 3 || fail "reader $1 does not show $2 cards"
}

# Nothing that names the folder may be left, but this test itself.
left() {
	for f in $(grep -lsF -- "$dir" /proc/[0-9]*/cmdline); do
		p=${f#/proc/}
		p=${p%/cmdline}
		c=$({ tr '\0' ' ' <"$f"; } 2>/dev/null || :)
		case $c in
		"" | grep*) ;;
		*) echo "$p $c" ;;
		esac
	done
}

gone() {
	n=0
	while [ -n "$(left)" ]; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || { left; fail "$1: processes are left"; }
		sleep 0.1
	done
}

"$bin/onshikaku-pki" "$dir/pki"

: >"$dir/a.out"
"$vreader" --dir "$dir/a" --pki "$dir/pki" --card adult --card2 child \
    >"$dir/a.out" 2>"$dir/a.err" </dev/null &
first=$!
: >"$dir/b.out"
"$vreader" --dir "$dir/b" --pki "$dir/pki" --card none \
    >"$dir/b.out" 2>"$dir/b.err" </dev/null &
second=$!
await "$first" a
await "$second" b
sees a 2
sees b 0
"$vcard" --control "$dir/a/vcard.sock" remove
sees a 1
"$vcard" --control "$dir/a/vcard.sock" insert locked
sees a 2
"$vcard" --control "$dir/a/vcard.sock" insert adult
"$vcard" --control "$dir/a/vcard.sock" status | grep -q '"profile":"adult"' ||
    fail "another card is in"
"$vcard" --control "$dir/b/vcard.sock" insert phone
sees b 1

pid=$(cat "$dir/a/pcscd.pid")
kill -0 "$pid" || fail "pcscd.pid is not the daemon's"
"$vreader" --dir "$dir/a" stop-pcscd
! PCSCLITE_CSOCK_NAME=$dir/a/run/pcscd/pcscd.comm "$vcard" wait 2 0 ||
    fail "the daemon lives on"
sees b 1
"$vreader" --dir "$dir/a" start-pcscd
sees a 2
[ "$pid" != "$(cat "$dir/a/pcscd.pid")" ] || fail "pcscd.pid is old"

kill "$first"
wait "$first" || fail "exit after TERM"
first=
kill -KILL "$second"
wait "$second" 2>/dev/null || :
second=
gone "after TERM and KILL"

mkfifo "$dir/in"
: >"$dir/c.out"
"$vreader" --dir "$dir/c" --pki "$dir/pki" \
    >"$dir/c.out" 2>"$dir/c.err" <"$dir/in" &
first=$!
exec 7>"$dir/in"
await "$first" c
exec 7>&-
wait "$first" || fail "exit after the end of input"
first=
gone "after the end of input"

: >"$dir/d.out"
sh -c '"$0" --dir "$1/d" --pki "$1/pki" >"$1/d.out" 2>"$1/d.err" \
    </dev/null & while ! grep -q ready "$1/d.out"; do sleep 0.1; done' \
    "$vreader" "$dir"
gone "after the end of the caller"

status=0
"$vreader" --dir "$dir/e" --pki "$dir/pki" --card nobody \
    >"$dir/e.out" 2>"$dir/e.err" </dev/null || status=$?
[ "$status" = 1 ] || fail "a card that is none is accepted"
gone "after a card that is none"

: >"$dir/f.out"
ONSHIKAKU_NO_NAMESPACES=1 "$vreader" --dir "$dir/f" --pki "$dir/pki" \
    >"$dir/f.out" 2>"$dir/f.err" </dev/null &
first=$!
if [ "$(id -u)" = 0 ]; then
	await "$first" f
	sees f 1
	kill "$first"
	wait "$first" || fail "exit without name spaces"
	first=
	gone "without name spaces"
fi
echo "readers come and go"
