#!/bin/sh
# The scenarios of folders, face files and sealed visits, with a client that
# knows folders only and that shares no line with ours.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir
export ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS
# Those in which much can go wrong; all of them in the long form, but what the
# client is too small for: a journal, cards, a file to compare with.
names='folder-number folder-thrown-back-slowly folder-late folder-gone
    folder-stale folder-foreign folder-others folder-zip folder-everything
    folder-two-desks watch-look watch-take watch-copied watch-replayed
    watch-foreign watch-two-desks watch-two-readers sealed-folder
    sealed-withdrawn-other sealed-over'
[ -z "${ONSHIKAKU_CHECK_FULL:-}" ] || names=$("$sim" scenario list |
    sed -n 's/^\(\(folder\|watch\|sealed\)-[a-z-]*\) .*/\1/p' |
    grep -v -e '^folder-late-told$' -e '^folder-no-card$' \
    -e '^sealed-elsewhere$')
# shellcheck disable=SC2086
exec "$sim" scenario run ${*:-$names} -- \
    "$PYTHON3" -B "$top_srcdir/tests/sim/folder_client.py"
