# A site with folders, for scripts to source after lib.sh: the simulator plays
# the service and the official application, with its folders in $dir/oqs.
#
#   sim_start [ARGS...]   until the script ends; $sim is the program
#   folder_conf [OQS [JOURNAL [DESK]]]   a medical facility's [facility] and
#                         [link]: where its folders and its journal are
#   person_of PROFILE     its insurance as options of eligibility
#   waits_for FILE        until its first line says where it listens

sim=$top_builddir/.libs/onshikaku-sim
[ -x "$sim" ] || sim=$top_builddir/onshikaku-sim
pki=$top_builddir/.libs/onshikaku-pki
[ -x "$pki" ] || pki=$top_builddir/onshikaku-pki
[ -x "$sim" ] && [ -x "$pki" ] || { echo "the simulator is not built"; exit 77; }
pids=
trap '[ -z "$pids" ] || kill $pids; rm -rf "$dir"' EXIT

waits_for() {
	n=0
	until grep -q '^listening ' "$1"; do
		n=$((n + 1))
		[ $n -lt 600 ] || { cat "$1"; exit 1; }
		sleep 0.05
	done
}

sim_start() {
	mkdir -p "$dir/oqs"
	[ -d "$dir/pki" ] || "$pki" "$dir/pki" >/dev/null || exit 1
	"$sim" serve --pki "$dir/pki" --folder "$dir/oqs" --people 20 \
	    --control "$dir/sim.sock" "$@" </dev/null >"$dir/sim" 2>&1 &
	pids=$!
	waits_for "$dir/sim"
}

folder_conf() {
	cat <<END
[facility]
institution_code = 1319999996
kind = medical
desk = ${3:-1}
[link]
type = folder
req_dir = ${1:-$dir/oqs}/req
res_dir = ${1:-$dir/oqs}/res
face_dir = ${1:-$dir/oqs}/face
journal_dir = ${2:-$dir/journal}
scan_ms = 100
END
}

person_of() {
	"$PYTHON3" - "$dir/pki/people.csv" "$1" <<'END'
import csv, sys
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8")):
    if row["profile"] == sys.argv[2]:
        print("--insurer %s --number %s --birthdate %s" % (
            row["insurer"].strip(), row["number"], row["birthdate"])
            + (" --symbol " + row["symbol"] if row["symbol"] else "")
            + (" --branch " + row["branch"] if row["branch"] else ""))
END
}
