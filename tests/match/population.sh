#!/bin/sh
# At most 2 of 100 patients in whom nothing has changed are to check.
[ -x "$top_builddir/onshikaku-sim" ] || exit 77
case ${PYTHON3:-no} in
no)	PYTHON3=python3 ;;
esac
"$PYTHON3" -c 'import sqlite3' 2>/dev/null || exit 77
library=$top_builddir/lib/.libs/libonshikaku.so.0
[ -e "$library" ] || exit 77
if nm -D "$library" 2>/dev/null | grep -q '__asan_init'; then
	exit 77
fi
ONSHIKAKU_LIBRARY=$library exec "$PYTHON3" -B \
    "$top_srcdir/tests/match/population.py" "$top_builddir" \
    "${PEOPLE:-300}" "${SEED:-1}"
