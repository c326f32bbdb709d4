#!/bin/sh
# A good set-up, by https with a reader and by folders, and then broken in one
# way at a time: the doctor has to name what is wrong, and whose it is.
set -eu
. "$(dirname "$0")/../world.sh"
[ "${PYTHON3:-no}" != no ] || PYTHON3=$(command -v python3) || exit 77
WORLD_CARD=adult
world_start 20
LD_LIBRARY_PATH=$ONSHIKAKU_BINDIR/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
PYTHONPATH=$top/bindings/python
ONSHIKAKU_LIBRARY=$ONSHIKAKU_BINDIR/lib/.libs/libonshikaku.so
# Of a build that was told to make archives alone, only the command is there.
grep '^build_libtool_libs=' "$ONSHIKAKU_BINDIR/libtool" | head -n 1 |
    grep -q no && ONSHIKAKU_LIBRARY=
PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH WORLD PYTHONPATH ONSHIKAKU_LIBRARY PYTHONDONTWRITEBYTECODE
"$PYTHON3" "$top/tests/pcsc/doctor.py" "$(world_bin onshikaku)" \
    "$(world_bin onshikaku-pki)" "$ONSHIKAKU_CONF" "$WORLD"
