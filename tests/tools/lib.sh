# What the tests of the command share; they source it.
#
#   run NAME ARGS...     runs the command; output in $dir/out, $dir/err
#   json ARGS...         the same with --json
#   wants STATUS [PATH VALUE]...   what the last one must have ended with; after
#                        json: one JSON object, with these values

# The program itself: libtool's wrapper around it costs more than it does.
onshikaku=$top_builddir/.libs/onshikaku
[ -x "$onshikaku" ] || onshikaku=$top_builddir/onshikaku
[ -x "$onshikaku" ] || { echo "onshikaku is not built"; exit 77; }
[ "${PYTHON3:-no}" != no ] || PYTHON3=$(command -v python3) || exit 77
dir=$(mktemp -d "${TMPDIR:-/tmp}/onshi-tools.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
unset ONSHIKAKU_CONF LC_ALL LC_MESSAGES LANG
LC_ALL=C
export LC_ALL
failed=0
ran=0
asked=0

run() {
	what="$*"
	status=0
	"$onshikaku" "$@" </dev/null >"$dir/out" 2>"$dir/err" || status=$?
	ran=$((ran + 1))
}

json() {
	run --json "$@"
}

# Like json, in the background, its input a pipe to which nobody writes, on
# descriptors 0 and 8; ended by TERM once it waits there.
ended_by_term() {
	what="--json $*, ended by TERM"
	status=0
	rm -f "$dir/pipe"
	mkfifo "$dir/pipe"
	exec 9<>"$dir/pipe"
	timeout --foreground -s KILL 15 "$onshikaku" --json "$@" <"$dir/pipe" \
	    8<"$dir/pipe" 9<&- >"$dir/out" 2>"$dir/err" &
	one=$!
	sleep 1
	kill -TERM $one
	wait $one || status=$?
	exec 9<&-
	ran=$((ran + 1))
}

bad() {
	echo "FAIL: onshikaku $what: $*"
	sed 's/^/	/' "$dir/out" "$dir/err" | head -n 20
	failed=$((failed + 1))
}

wants() {
	[ "$status" = "$1" ] || bad "exit $status, wanted $1"
	shift
	case $what in
	--json*|*' '--json*) ;;
	*)	return ;;
	esac
	asked=$((asked + 1))
	cp "$dir/out" "$dir/$asked.json"
	printf '%s\n' "$what" "$@" >"$dir/$asked.wants"
}

says() {
	grep -q -- "$1" "$dir/out" "$dir/err" || bad "does not say: $1"
}

silent() {
	grep -q -- "$1" "$dir/out" "$dir/err" && bad "says: $1"
	:
}

# All that was wanted of JSON is looked at here, by one program.
finish() {
	[ "$asked" -eq 0 ] ||
	    "$PYTHON3" "$(dirname "$0")/../tools/json_at.py" "$dir" "$asked" ||
	    failed=$((failed + 1))
	echo "$ran runs, $failed failures"
	[ "$failed" -eq 0 ] && [ "$ran" -gt 0 ]
	exit $?
}
