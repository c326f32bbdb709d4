#!/bin/sh
# A world to work in: simulator, card and reader running, everything set, and
# the command, or a shell, inside it: sh scripts/sandbox.sh [COMMAND…]
# What was built of these very sources is not built again.
set -eu
. "$(dirname "$0")/paths.sh"

# To standard error: the command's output is the command's.
tell() {
	echo "sandbox: $*" >&2
}

# Whether nothing that goes into the build is newer than what is installed.
is_built() {
	[ -e "$build/root/built" ] && [ -x "$build/root/bin/onshikaku" ] &&
	    [ -z "$(find "$top/configure.ac" "$top/Makefile.am" "$top/lib" \
	    "$top/include" "$top/tools" "$top/simulator" "$top/pkgconfig" \
	    -newer "$build/root/built" -type f -print -quit)" ]
}

sh "$top/scripts/deps.sh" build >&2
if ! is_built; then
	tell "ビルドしています（初回は数分かかります。経過: $build/build.log）…"
	mkdir -p "$build"
	: >"$build/begun"	# what changes meanwhile is newer than this
	sh "$top/scripts/build.sh"
	mv "$build/begun" "$build/root/built"
	tell 'ビルドしました。'
fi
PATH=$build/root/bin:$PATH
PKG_CONFIG_PATH=$build/root/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$build/root/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
PYTHONPATH=$top/bindings/python${PYTHONPATH:+:$PYTHONPATH}
export PATH PKG_CONFIG_PATH LD_LIBRARY_PATH PYTHONPATH

. "$top/simulator/world.sh"
. "$top/scripts/inside.sh"
trap 'world_stop' EXIT
tell 'シミュレータ、カード、リーダーを起動しています…'
WORLD_FACE=yes
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
  onshikaku-sim face touch adult --consent drugs    （顔認証付きカードリーダーの前の患者）
  onshikaku checkin --method face --consent drugs
  onshikaku-vcard remove;  onshikaku-vcard insert locked
  onshikaku notice consent --print
  cc examples/checkin.c \$(pkg-config --cflags --libs libonshikaku)
END
PS1='onshikaku$ '
export PS1
run_inside "${SHELL:-/bin/sh}"
