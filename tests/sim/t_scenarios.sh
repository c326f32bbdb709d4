#!/bin/sh
# Every named scenario, with our own command as the client.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] && [ -x "$top_builddir/onshikaku" ] || exit 77
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir:$top_srcdir/simulator/vcard
export ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS
exec "$sim" scenario run all
