#!/bin/sh
# The scenarios of many at once, by a client of another maker.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir:$top_srcdir/simulator/vcard
export ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS
# shellcheck disable=SC2046
exec "$sim" scenario run $("$sim" scenario list | cut -d' ' -f1 |
    grep -e ^bulk- -e ^register-) -- "$PYTHON3" -B \
    "$top_srcdir/tests/sim/bulk_client.py"
