#!/bin/sh
# Check-ins for a long time, while cards come and go and the daemon falls over:
# sh tests/pcsc/soak.sh [SECONDS] (after make; 20). Nothing may hang or pile up.
set -eu
. "$(dirname "$0")/../world.sh"
world_start 20
[ "${PYTHON3:-no}" != no ] || PYTHON3=python3
ONSHIKAKU_LIBRARY=${ONSHIKAKU_LIBRARY:-$ONSHIKAKU_BINDIR/lib/.libs/libonshikaku.so}
PYTHONPATH=$top/bindings/python PYTHONDONTWRITEBYTECODE=1
export ONSHIKAKU_LIBRARY PYTHONPATH PYTHONDONTWRITEBYTECODE
"$PYTHON3" "$top/tests/pcsc/soak.py" "$WORLD/reader" "$(world_bin onshikaku-vcard)" \
    "$(world_bin onshikaku-vreader)" "${1:-${SOAK_SECONDS:-20}}"
