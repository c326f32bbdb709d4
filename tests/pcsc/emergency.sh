#!/bin/sh
# The two exceptional modes with the programs as they are: the command, the
# first programs in C, what stands on the trail and in its report (DI-9).
set -eu
. "$(dirname "$0")/../world.sh"
WORLD_CARD=adult
world_start 20
LD_LIBRARY_PATH=$ONSHIKAKU_BINDIR/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
command=$(world_bin onshikaku)
cp "$ONSHIKAKU_CONF" "$WORLD/off.conf"
printf '[disaster]\nenabled = yes\n[emergency]\nenabled = yes\n[facility]\nhospital = yes\n' \
    >>"$ONSHIKAKU_CONF"
checks=0 failures=0

# ask NAME EXIT ARGS…: what the command says is in $WORLD/said.
ask() {
	what=$1 wanted=$2 rc=0
	shift 2
	"$command" --json "$@" >"$WORLD/said" 2>"$WORLD/err" || rc=$?
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

silent() {
	if grep -q "$1" "$WORLD/said"; then bad "says $1"; fi
}

service() {
	"$(world_bin onshikaku-sim)" control --control "$WORLD/service.sock" \
	    "$@" >"$WORLD/said" 2>"$WORLD/err" || bad "no service: $*"
}

# By four items, as invented in simulator/pki.
search() {
	ask "$1" "$2" disaster search --name '見本　太郎' --birthdate 19800512 \
	    --sex male --address 見本市 --operator D0001 --licence doctor \
	    --sign-in two-factor $3
}

# first PROGRAM ANSWERS ARGS…: builds and runs an example; no exit status.
first() {
	what=$1 answers=$2
	shift 2
	[ -x "$WORLD/$what" ] ||
	    ${CC:-cc} -std=c99 -D_POSIX_C_SOURCE=200809L ${SANITIZE:-} \
	    -I"$top/include" -o "$WORLD/$what" "$top/examples/$what.c" \
	    -L"$ONSHIKAKU_BINDIR/lib/.libs" -lonshikaku
	checks=$((checks + 1)) rc=0
	# shellcheck disable=SC2059 # the answers are lines
	printf "$answers" | "$WORLD/$what" "$@" >"$WORLD/said" \
	    2>"$WORLD/err" || rc=$?
}

# Nothing that is not switched on: here, then by the service.
ONSHIKAKU_CONF=$WORLD/off.conf
search "off" 6 --acknowledge
says ONSHI_E_MODE_OFF
ONSHIKAKU_CONF=$WORLD/onshikaku.conf
search "no notice" 6 ""
search "not activated" 6 --acknowledge
says ONSHI_E_DISASTER
first disaster 'yes\nyes\n' '見本　太郎' 19800512 1 見本市
[ $rc -ne 0 ] || bad "not activated, and it answers"
silent 錠

service disaster on 13101
search "found" 0 --acknowledge
says '"insured_identification_number"'
silent 見本市中央
first disaster 'yes\nyes\n' '見本　太郎' 19800512 1 見本市
[ $rc -eq 0 ] || bad "exit $rc"
says 錠
first disaster 'no\n' '見本　太郎' 19800512 1 見本市
[ $rc -ne 0 ] || bad "the notice was not read, and it answers"
silent 錠
service disaster off 13101

# A hospital, and one that the service knows as none.
first emergency 'yes\n' 意識不明
[ $rc -ne 0 ] || bad "no hospital to the service, and it answers"
silent 錠
service hospital 1319999996 on
first emergency 'yes\n' 意識不明
[ $rc -eq 0 ] || bad "exit $rc"
says 錠
first emergency 'yes\n' ''
[ $rc -ne 0 ] || bad "no reason, and it answers"

# The trail is whole and the report is of these alone.
checks=$((checks + 1)) what="the trail"
"$command" audit verify --key "$WORLD/audit.key" >"$WORLD/said" 2>&1 ||
    bad "is not whole"
checks=$((checks + 1)) what="the report"
"$command" audit export --report --from "$(date -d yesterday +%Y-%m-%d)" \
    --to "$(date -d tomorrow +%Y-%m-%d)" >"$WORLD/said" 2>"$WORLD/err" || bad "none"
says 意識不明
says D0001
silent 見本
silent 錠
[ "$(grep -c disaster "$WORLD/said")" -gt 2 ] || bad "misses the disaster"
echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures -eq 0 ]
