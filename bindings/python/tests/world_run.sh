# The world of the tests, for world.py: prints its variables, then "ready";
# ends when its standard input does. Exit status 77: PC/SC is not here.
set -u
ONSHIKAKU_BINDIR=$top_builddir
PATH=$top_builddir:$top_srcdir/simulator/vcard:$PATH
WORLD_CARD=adult WORLD_CARD2=none
export ONSHIKAKU_BINDIR PATH WORLD_CARD WORLD_CARD2
. "$top_srcdir/simulator/world.sh"
trap 'world_stop' EXIT
trap 'exit 1' HUP INT TERM
world_start 30 >&2 || exit $?
for name in WORLD ONSHIKAKU_CONF ONSHIKAKU_VCARD PCSCLITE_CSOCK_NAME; do
	eval "echo $name=\$$name"
done
echo ready
read -r _ || :
