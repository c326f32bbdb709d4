# Where the checkout and its build are, for scripts to source with $0 in
# scripts/: top and build. Neither libtool nor the compiler's line that
# pkg-config writes bears blanks or Japanese letters in a path; such a folder is
# gone to by a link to it, which stays.
[ -e "/proc/$$/fd/0" ] || exec </dev/null	# libtool wants an input
top=$(cd "$(dirname "$0")/.." && pwd)
build=${ONSHIKAKU_BUILD:-$top/build}
# libtool is a long script; the system's own shell starts it fastest.
CONFIG_SHELL=${CONFIG_SHELL:-/bin/sh}
export CONFIG_SHELL

paths_are_plain() {
	! printf '%s' "$1" | LC_ALL=C grep -q '[^A-Za-z0-9/._+,@:=~-]'
}

paths_link() {
	paths_dir=${TMPDIR:-/tmp}
	paths_are_plain "$paths_dir" || paths_dir=/tmp
	paths_dir=$paths_dir/onshikaku-$(id -u)-$(printf '%s' "$top:$build" |
	    cksum | tr ' ' -)
	mkdir -p "$build"
	mkdir -m 700 "$paths_dir" 2>/dev/null || [ -O "$paths_dir" ] || {
		echo "$paths_dir is somebody else's" >&2
		exit 1
	}
	ln -sfn "$top" "$paths_dir/checkout"
	ln -sfn "$build" "$paths_dir/build"
	top=$paths_dir/checkout
	build=$paths_dir/build
	ONSHIKAKU_BUILD=$build
	export ONSHIKAKU_BUILD
}

paths_are_plain "$top$build" || paths_link
