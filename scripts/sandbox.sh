#!/bin/sh
# A world to work in: simulator, card and reader running, everything set, and
# the command, or a shell, inside it: sh scripts/sandbox.sh [COMMAND…]
set -eu
. "$(dirname "$0")/paths.sh"

sh "$top/scripts/deps.sh" build
sh "$top/scripts/build.sh"
PATH=$build/root/bin:$PATH
PKG_CONFIG_PATH=$build/root/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$build/root/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
PYTHONPATH=$top/bindings/python${PYTHONPATH:+:$PYTHONPATH}
export PATH PKG_CONFIG_PATH LD_LIBRARY_PATH PYTHONPATH

. "$top/simulator/world.sh"
. "$top/scripts/inside.sh"
trap 'world_stop' EXIT
world_start

if [ $# -gt 0 ]; then
	run_inside "$@"
	exit $rc
fi
cat <<END
この中では次のものが動いています。exit で終わり、すべて片付きます。
  設定        $ONSHIKAKU_CONF
  シミュレータ https://onshi.example:$WORLD_PORT
  カード      暗証番号はすべて 1234
試してみてください。
  onshikaku readers
  onshikaku card
  onshikaku checkin --method pin --consent drugs --get drugs \\
      --operator D0001 --licence doctor --sign-in two-factor
  onshikaku-vcard remove;  onshikaku-vcard insert locked
  cc examples/checkin.c \$(pkg-config --cflags --libs libonshikaku)
END
PS1='onshikaku$ '
export PS1
run_inside "${SHELL:-/bin/sh}"
