#!/bin/sh
# CO-14 with the programs as they are: reception seals, the consulting room goes
# on, in processes of their own; the service takes the token from another
# machine's connection; withdrawal and end hold for all.
set -eu
. "$(dirname "$0")/../world.sh"
WORLD_CARD=adult
world_start 20
LD_LIBRARY_PATH=$ONSHIKAKU_BINDIR/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
command=$(world_bin onshikaku)
mkdir -m 700 "$WORLD/visits"
printf '[visits]\ndir = %s\n' "$WORLD/visits" >>"$ONSHIKAKU_CONF"
checks=0 failures=0

# ask NAME EXIT ARGS…: what the command says is in $WORLD/said.
ask() {
	what=$1 wanted=$2 rc=0
	shift 2
	echo 1234 | "$command" --json "$@" >"$WORLD/said" 2>"$WORLD/err" || rc=$?
	checks=$((checks + 1))
	[ $rc -eq "$wanted" ] || bad "exit $rc"
}

bad() {
	failures=$((failures + 1))
	echo "FAIL $what: $*"
	cat "$WORLD/said" "$WORLD/err"
}

says() {
	grep -q "$1" "$WORLD/said" || bad "does not say $1"
}

sealed() {
	name=$(sed -n 's/.*"sealed": *"\([a-z2-7]*\)".*/\1/p' "$WORLD/said")
	[ ${#name} -eq 26 ] || bad "no name"
}

checkin() {
	ask "$@" checkin --method pin --pin-fd 0 --seal
}

go_on() {
	ask "$1" "$2" get --visit "$name" --operator D0001 --licence doctor \
	    --sign-in two-factor $3
}

ask "sealing" 0 checkin --method pin --pin-fd 0 --consent drugs,checkups --seal
sealed
[ "$(find "$WORLD/visits" -type f | wc -l)" -eq 1 ] || bad "not one file"
go_on "drugs elsewhere" 0 "--get drugs"
says '"DrugName"\|"drug_name"'
says '"person"'
says '"audit": *true'
go_on "what was not consented to" 6 "--get care"
ask "reception" 6 get --visit "$name" --operator U0001 --get drugs
ask "nobody" 2 get --visit "$name" --get drugs
go_on "withdrawn" 6 "--withdraw drugs --get drugs"
says ONSHI_E_CONSENT_OVER
go_on "withdrawn for the next, too" 6 "--get drugs"
go_on "the other is not" 0 "--get checkups --end"
go_on "ended" 6 "--get checkups"
says ONSHI_E_VISIT_GONE
name=abcdefghijklmnopqrstuvwxyz
go_on "a name that is none" 6 "--get drugs"
says ONSHI_E_VISIT_GONE
"$command" audit verify --key "$WORLD/audit.key" >"$WORLD/said" 2>&1 ||
    bad "the trail is not whole"
"$command" audit show >"$WORLD/said" 2>&1 || bad "no trail"
what="the trail"
grep -q "D0001" "$WORLD/said" || bad "nobody on it"

# The first programs, from the name alone.
ask "for the examples" 0 checkin --method pin --pin-fd 0 --consent drugs --seal
sealed
${CC:-cc} -std=c99 -D_POSIX_C_SOURCE=200809L ${SANITIZE:-} \
    -I"$top/include" -o "$WORLD/drugs" "$top/examples/drugs_elsewhere.c" \
    -L"$ONSHIKAKU_BINDIR/lib/.libs" -lonshikaku
for one in "$WORLD/drugs" \
    "python3 -B $top/bindings/python/examples/drugs_elsewhere.py"; do
	what=$one
	checks=$((checks + 1))
	echo "$name" | PYTHONPATH=$top/bindings/python \
	    ONSHIKAKU_LIBRARY=$ONSHIKAKU_BINDIR/lib/.libs/libonshikaku.so \
	    $one >"$WORLD/said" 2>"$WORLD/err" || bad "fails"
	says 錠
done
echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures -eq 0 ]
