#!/bin/sh
# The invented people are such as a clerk and a doctor may meet.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] || exit 77
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
"$PYTHON3" -c 'import sqlite3' 2>/dev/null || exit 77
dir=$(mktemp -d) || exit 1
served=
trap '[ -z "$served" ] || kill $served; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
"$top_builddir/onshikaku-pki" "$dir/pki" >/dev/null || exit 1
for seed in 1 2; do
	"$sim" serve --pki "$dir/pki" --listen 127.0.0.1:0 --people 1500 \
	    --seed $seed --db "$dir/$seed.db" --control "$dir/sock" \
	    </dev/null >"$dir/out" &
	served=$!
	until [ -s "$dir/out" ]; do
		kill -0 $served || exit 1
		sleep 0.1
	done
	"$sim" person --control "$dir/sock" assist adult >/dev/null || exit 1
	"$sim" person --control "$dir/sock" move expired >/dev/null || exit 1
	"$sim" person --control "$dir/sock" assist expired >/dev/null || exit 1
	kill $served
	wait $served
	served=
	"$PYTHON3" -B "$top_srcdir/tests/sim/t_people.py" "$dir/$seed.db" ||
	    exit 1
	: >"$dir/out"
done
