#!/bin/sh
# Counts what a check-in and `card` send to the card, from the card's own log:
# sh tests/bench/apdus.sh (after make). Exit 1 if a budget is exceeded.
set -eu
. "$(dirname "$0")/../world.sh"
world_start 20
log=$WORLD/reader/apdu.log
rc=0

commands() { grep -c '^[0-9]' "$log" || :; }

# count NAME BUDGET COMMAND…
count() {
	name=$1 budget=$2
	shift 2
	before=$(commands)
	"$@" >"$WORLD/out" 2>&1 3<<END || { cat "$WORLD/out"; exit 1; }
1234
END
	n=$(($(commands) - before))
	printf '%-34s %2d APDUs, budget %2d\n' "$name" "$n" "$budget"
	[ "$n" -le "$budget" ] || rc=1
}

command=$(world_bin onshikaku)
vcard=$(world_bin onshikaku-vcard)
checkin() { "$command" checkin --method pin --pin-fd 3; }
echo "certificate of $(wc -c <"$WORLD/pki/cards/adult/auth.der") bytes"
count "check-in, extended length" 6 checkin
count "card, extended length" 4 "$command" card
"$vcard" fault short-only >/dev/null
# one more: a new process probes extended length once
count "check-in, short, with the probe" 13 checkin
count "card, short, with the probe" 11 "$command" card
exit $rc
