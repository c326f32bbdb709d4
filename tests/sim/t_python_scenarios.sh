#!/bin/sh
# Disasters, emergencies, face readers, fallback and the drill, with a client
# over the Python binding. Words, if any, are the scenarios to run.
sim=$top_builddir/onshikaku-sim
library=$top_builddir/lib/.libs/libonshikaku.so.0
[ -x "$sim" ] && [ -e "$library" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
# What a sanitizer has to be loaded before cannot be loaded by Python.
if nm -D "$library" 2>/dev/null | grep -q '__asan_init'; then
	echo "a library with sanitizers cannot be loaded by Python"
	exit 77
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
"$top_builddir/onshikaku-pki" "$dir/pki" || exit 1
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir:$top_srcdir/simulator/vcard
ONSHIKAKU_LIBRARY=$library
PYTHONPATH=$top_srcdir/bindings/python
# Compiled once, and nothing is left in the sources.
PYTHONPYCACHEPREFIX=$dir/pycache
export ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS ONSHIKAKU_LIBRARY PYTHONPATH \
    PYTHONPYCACHEPREFIX
client=$top_srcdir/tests/sim/python_client.py

# Some of each kind that the drill does not have, since each costs a service of
# its own; all of them in the long form. The command plays all each time.
names='disaster-aomori disaster-assistance disaster-over disaster-prescriptions
    emergency-summary emergency-no-reason fallback-late-insurer fallback-phone
    face-drugs face-visual face-first-use face-two-desks'
[ -z "${ONSHIKAKU_CHECK_FULL:-}" ] || names=$("$sim" scenario list |
    sed -n 's/^\(\(disaster\|emergency\|fallback\|face\)-[a-z-]*\) .*/\1/p')
# shellcheck disable=SC2048,SC2086
"$sim" scenario run --pki "$dir/pki" ${*:-$names} -- "$PYTHON3" "$client"
status=$?
[ $# -eq 0 ] || exit $status
if ! "$sim" drill disaster --pki "$dir/pki" --report "$dir/report" -- \
    "$PYTHON3" "$client"; then
	cat "$dir/report"
	exit 1
fi
grep summary "$dir/report"
exit $status
