# A command inside a world, for scripts to source: a signal to the script ends
# the command and all below it, and then the script, by its EXIT trap.
#
#   run_inside COMMAND...   sets rc to its exit status

# A process and all below it.
tree() {
	echo "$1"
	for pid in $(ps -o pid= --ppid "$1"); do tree "$pid"; done
}

# A signal ends the command, too, with all that it has started.
stop_inside() {
	trap '' HUP INT TERM
	if [ -n "$inside" ]; then
		all=$(tree "$inside")
		# shellcheck disable=SC2086
		kill $all 2>/dev/null || :
		n=0
		# shellcheck disable=SC2086
		while ps -o stat= -p $all | grep -qv '^Z' && [ $n -lt 20 ]; do
			sleep 0.1
			n=$((n + 1))
		done
		# shellcheck disable=SC2086
		kill -KILL $all 2>/dev/null || :
		wait "$inside" 2>/dev/null || :
	fi
	exit "$1"
}

# A command in the background has no input but what it is given.
start_inside() {
	own=
	env --default-signal=INT,QUIT true 2>/dev/null &&
	    own="env --default-signal=INT,QUIT"
	[ -e "/proc/$$/fd/0" ] || exec </dev/null
	for n in 9 8 7 6 5 4; do
		[ -e "/proc/$$/fd/$n" ] || break
	done
	eval 'begin() { $own "$@" <&'$n' '$n'<&- & inside=$!; }'
	eval 'begin "$@" '$n'<&0'
}

# Not in the foreground, where the shell would hear no signal until its end.
# At a terminal, Ctrl-C is the command's own affair.
run_inside() {
	start_inside "$@"
	[ ! -t 0 ] || trap : INT
	while :; do
		rc=0
		wait "$inside" || rc=$?
		kill -0 "$inside" 2>/dev/null || break
	done
	inside=
}

inside=
trap 'stop_inside 129' HUP
trap 'stop_inside 130' INT
trap 'stop_inside 143' TERM
