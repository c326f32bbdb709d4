#!/bin/sh
# What sandbox.sh runs inside: its input, its status, and its end by a signal.
dir=$(mktemp -d "${TMPDIR:-/tmp}/onshi-inside.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0
[ -r "/proc/$$/task/$$/children" ] || { echo "no list of children"; exit 77; }

bad() {
	echo "FAIL: $*"
	failed=$((failed + 1))
}

cat >"$dir/box" <<END
set -eu
. "$top_srcdir/scripts/inside.sh"
trap 'echo put away >>"$dir/end"' EXIT
run_inside "\$@"
exit \$rc
END

# Without ps, which looks at every process there is.
lives() {
	{ read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null &&
	    [ "$state" != Z ]
}

# Its children; in $first the first of them.
below() {
	children=''
	{ read -r children <"/proc/$1/task/$1/children"; } 2>/dev/null || :
	first=${children%% *}
}

# Input and other descriptors reach the command, its status comes back.
out=$(echo 1234 | sh "$dir/box" sh -c 'cat; cat <&3; exit 5' 3<<END
three
END
) && bad "status 0" || [ $? -eq 5 ] || bad "the status is lost"
[ "$out" = "1234
three" ] || bad "the input is lost: $out"
[ "$(cat "$dir/end")" = "put away" ] || bad "not put away"
sh "$dir/box" cat <&- || bad "no input is no reason to fail"
sh "$dir/box" sh -c 'kill -KILL $$' && bad "killed is no success"
sh "$dir/box" "$dir/none" 2>/dev/null && bad "no such command is no success"
out=$(sh "$dir/box" sh -c 'trap "echo heard" INT; kill -INT $$; :')
[ "$out" = heard ] || bad "the command is deaf to INT"

# Signal, status, what the command does about it.
while read -r signal wanted how; do
	case $how in
	plain) set -- sleep 300 ;;
	below) set -- sh -c 'sleep 300 & echo $! >"$0/below"; wait' "$dir" ;;
	deaf) set -- sh -c 'trap "" HUP INT TERM; sleep 300; sleep 300' ;;
	esac
	rm -f "$dir/end" "$dir/below"
	env --default-signal=INT,HUP sh "$dir/box" "$@" </dev/null &
	box=$!
	n=0
	while [ $n -lt 100 ] && below $box &&
	    ! { tr '\0' ' ' <"/proc/${first:-0}/cmdline"; } 2>/dev/null |
	    grep -q "sleep 300"; do
		sleep 0.1
		n=$((n + 1))
	done
	child=$first
	[ "$how" = plain ] || sleep 0.3
	below "$child"
	below=$children
	kill -"$signal" $box
	n=0
	while lives $box && [ $n -lt 100 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	[ $n -lt 100 ] || { bad "$signal, $how: goes on"; kill -KILL $box; }
	rc=0
	wait $box || rc=$?
	[ $rc -eq "$wanted" ] || bad "$signal, $how: status $rc"
	for pid in $child $below; do
		lives "$pid" && bad "$signal, $how: leaves $pid"
		kill -KILL "$pid" 2>/dev/null
	done
	[ "$(cat "$dir/end")" = "put away" ] || bad "$signal: not put away"
done <<END
TERM 143 plain
INT 130 plain
HUP 129 plain
TERM 143 below
TERM 143 deaf
END
[ $failed -eq 0 ]
