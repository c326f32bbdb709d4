# A world for one test, for scripts to source: stands after world_start, goes
# with the script. top: the sources. Without PC/SC the script ends with 77.
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
ONSHIKAKU_BINDIR=${ONSHIKAKU_BINDIR:-${top_builddir:-$top/build}}
PATH=$top/simulator/vcard:$PATH
export ONSHIKAKU_BINDIR PATH
. "$top/simulator/world.sh"
trap 'world_stop' EXIT
trap 'exit 143' HUP INT TERM
