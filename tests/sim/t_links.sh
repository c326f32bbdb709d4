#!/bin/sh
# The same visit by number over https, folder and webapi: the command prints
# the same JSON.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] && [ -x "$top_builddir/onshikaku" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
grep -q '^#define HAVE_JANSSON' "$top_builddir/config.h" || exit 77
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir
SAME_DIR=$(mktemp -d) || exit 1
export ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS SAME_DIR
trap 'rm -rf "$SAME_DIR"' EXIT
trap 'exit 1' HUP INT TERM
rows='valid-number,folder-number,webapi-number
    lost,folder-lost,webapi-lost several,folder-several,webapi-several'
# shellcheck disable=SC2086
"$sim" scenario run $(echo $rows | tr ',' ' ') -- \
    "$PYTHON3" -B "$top_srcdir/tests/sim/same_client.py" || exit 1
# shellcheck disable=SC2086
"$PYTHON3" -B "$top_srcdir/tests/sim/t_links.py" "$SAME_DIR" $rows
