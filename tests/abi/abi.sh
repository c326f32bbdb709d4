# Sourced by the checks of this folder: which Python, and a place to work in.
# shellcheck shell=sh
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
python=${PYTHON3:-no}
if [ "$python" = no ]; then
	python=$(command -v python3) || {
		echo "python3 is not installed"
		exit 77
	}
fi

# check SCRIPT: leaves nothing in the source tree.
check()
{
	"$python" -B "$top_srcdir/tests/abi/$1" || exit 1
}
