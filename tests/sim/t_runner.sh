#!/bin/sh
# The runner of scenarios: it passes who is right, fails who is not, whatever
# the client is made of, and leaves nothing behind.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
TMPDIR=$(mktemp -d) || exit 1
trap 'rm -rf "$TMPDIR" "$TMPDIR.pki" "$TMPDIR.out"' EXIT
out=$TMPDIR.out
run="$sim scenario run --pki $TMPDIR.pki"
"$top_builddir/onshikaku-pki" "$TMPDIR.pki" || exit 1
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir:$top_srcdir/simulator/vcard
export TMPDIR ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS
bad=0

check() {	# name, what is, what it must be
	[ "$2" = "$3" ] && return
	echo "FAIL $1: '$2', wanted '$3'"
	bad=1
}

other="$PYTHON3 -B $top_srcdir/tests/sim/other_client.py"
names='valid-number lost lost-not-notified moved-number not-found several busy'

# shellcheck disable=SC2086
$run $names -- $other >"$out"
check 'right client' $? 0
check 'closing line' "$(tail -n 1 "$out")" '7 passed, 0 failed, 0 skipped'

# shellcheck disable=SC2086
$run gaiji lost -- $other >"$out"
check 'a result that is not told' $? 1
check 'one line each' "$(cut -d: -f1 "$out" | tr '\n' ' ')" \
    'fail gaiji pass lost 1 passed, 1 failed, 0 skipped '

$run not-found -- sh -c 'echo "{\"outcome\":\"valid\"}"' \
    >"$out"
check 'wrong outcome' $? 1
$run not-found -- false >"$out"
check 'wrong exit status' $? 1
check 'why' "$(head -n 1 "$out")" 'fail not-found: exit: wanted 0, is 1'
$run not-found -- sh -c 'echo no JSON' >"$out"
check 'no JSON' $? 1
$run sealed-mistyped -- sh -c 'echo "{}"' >"$out"
check 'a step that goes wrong' "$(grep -c 'step 1: sealed' "$out")" 1
$run not-found -- >"$out"
check 'no client is the default one' "$(head -n 1 "$out")" 'pass not-found'
out_csv='$(dirname "$ONSHIKAKU_CONF")/out.csv'
# shellcheck disable=SC2086
$run bulk-nobody -- sh -c "printf 'outcome\\n' >$out_csv" >"$out"
check 'a table' "$(head -n 1 "$out")" \
    'fail bulk-nobody: the service was asked 0 times for OQSmuhvq01req, not 1'
# shellcheck disable=SC2086
$run bulk-nobody -- sh -c "printf 'outcome\\nvalid\\n' >$out_csv" >"$out"
check 'a row too many' "$(head -n 1 "$out")" \
    'fail bulk-nobody: out.csv: lines: wanted 0, are 1'
$run bulk-nobody -- true >"$out"
check 'no table' "$(head -n 1 "$out")" \
    'fail bulk-nobody: out.csv: is not there'
# shellcheck disable=SC2086
$run bulk-failed -- sh -c "echo '{\"outcome\":\"error_file\"}'
    echo >$out_csv; exit 5" >"$out"
check 'a table too many' "$(head -n 1 "$out")" \
    'fail bulk-failed: out.csv: must not be there'
$run nobody-knows -- true >"$out" 2>&1
check 'unknown name' $? 1
$sim scenario run >/dev/null 2>&1
check 'usage' $? 2

# The descriptors and the environment that a client is given.
$run no-pin-visual -- true >"$out"
if [ $? -ne 77 ]; then
	$run locked -- sh -c '
		[ "$(cat <&3)" = 1234 ] && [ -S "$PCSCLITE_CSOCK_NAME" ] &&
		[ "$ONSHIKAKU_SCENARIO" = locked ] &&
		[ -r "$ONSHIKAKU_CONF" ] && [ "$(dirname "$ONSHIKAKU_VCARD")" = \
		    "${PCSCLITE_CSOCK_NAME%/run/pcscd/pcscd.comm}" ] || exit 9
		echo "{\"error\":{\"name\":\"ONSHI_E_PIN_BLOCKED\"}}"
		exit 3' >"$out"
	check 'environment' "$(head -n 1 "$out")" 'pass locked'
fi

# A runner that is told to end takes all with it.
$run busy -- sleep 60 >"$out" &
runner=$!
until [ -e "$TMPDIR"/*/1-busy/client.err ] || ! kill -0 "$runner"; do
	sleep 0.1
done
kill "$runner"
wait "$runner"
check 'stopped' $? 1
check 'nothing is left' "$(ls "$TMPDIR")" ''

count=$($sim scenario list | wc -l)
check 'every scenario is listed' "$count" \
    "$(ls "$ONSHIKAKU_SCENARIOS"/*.json | wc -l)"
check 'show' "$($sim scenario show lost | cksum)" \
    "$(cksum <"$ONSHIKAKU_SCENARIOS/lost.json")"
exit $bad
