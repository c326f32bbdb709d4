#!/bin/sh
# A wrong PIN costs exactly one try, ever (P7): whatever befalls process, card,
# reader or daemon while it is being checked, the card sees one VERIFY at most.
set -eu
. "$(dirname "$0")/../world.sh"
world_start 20
printf '[reader]\ndeadline_ms = 1500\n' >>"$ONSHIKAKU_CONF"
vcard=$(world_bin onshikaku-vcard)
command=$(world_bin onshikaku)
log=$WORLD/reader/apdu.log
checks=0 failures=0

# What was answered 6A86 was not compared: it may be sent in another form.
verifies() { grep -E '	002000(98|80)04' "$log" | grep -vic '	6a86	' || :; }
tries() { "$vcard" status | sed 's/.*"pin":\([0-9]*\).*/\1/'; }

# try NAME FAULT KILL-AFTER MOST: a wrong PIN under a fault.
try() {
	"$vcard" fault clear >/dev/null
	"$vcard" restore >/dev/null
	"$vcard" insert adult >/dev/null
	[ -z "$2" ] || "$vcard" fault "$2" >/dev/null
	before=$(verifies)
	"$command" --json checkin --method pin --pin-fd 3 >"$WORLD/out" 2>&1 3<<END &
9999
END
	client=$!
	if [ -n "$3" ]; then
		n=0
		while [ "$(verifies)" = "$before" ] && [ $n -lt 100 ]; do
			sleep 0.02
			n=$((n + 1))
		done
		kill -9 $client 2>/dev/null || :
	fi
	wait $client 2>/dev/null || :
	"$vcard" fault clear >/dev/null
	sleep 0.5
	sent=$(($(verifies) - before))
	"$vcard" insert adult >/dev/null
	left=$(tries)
	checks=$((checks + 1))
	if [ "$sent" -gt 1 ] || [ "$left" -lt 2 ] ||
	    [ "$sent" -lt "$4" ]; then
		failures=$((failures + 1))
		echo "FAIL $1: $sent VERIFY sent, $left tries left"
		cat "$WORLD/out"
	else
		echo "ok   $1: $sent VERIFY sent, $left tries left"
	fi
}

try "nothing else goes wrong" "" "" 1
try "the card goes at VERIFY" gone@verify "" 0
try "the card is lost before VERIFY" lost@verify "" 0
try "the card is reset at VERIFY" reset@verify "" 0
try "the card falls silent at VERIFY" mute@verify "" 0
try "the answer to VERIFY is garbled" garble@verify "" 1
try "VERIFY is answered 6F00" sw=6F00@verify "" 1
try "VERIFY is answered 6700" sw=6700@verify "" 1
try "VERIFY is answered 6A86" sw=6A86@verify "" 0
try "the process is killed" "" kill 0
try "the process is killed, the card is slow" delay=300 kill 0
echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures -eq 0 ]
