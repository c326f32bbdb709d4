#!/bin/sh
# Every trap of the folders is set as its name says, and can be sprung again.
[ -x "$top_builddir/onshikaku-sim" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
exec "$PYTHON3" -B "$top_srcdir/tests/sim/t_traps.py"
