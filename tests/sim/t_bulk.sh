#!/bin/sh
# Many at once, asked by a client that shares no line with the service.
[ -x "$top_builddir/onshikaku-sim" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
exec "$PYTHON3" -B "$top_srcdir/tests/sim/t_bulk.py"
