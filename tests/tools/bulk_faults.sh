#!/bin/sh
# Many at once while everything goes wrong at the same time: each fault of the
# simulator that can befall a bulk, by HTTPS and by folder, and the command
# killed besides. The same command line is run until there is an OUT; each row
# of it is held against the service's own database. bulk.sh runs it.
#
# Long form: 5,000 persons by each link, in many requests, and in one. Within
# make check-full, or alone from the build folder, where all is built:
#
#	ONSHIKAKU_CHECK_FULL=1 sh ../tests/tools/bulk_faults.sh
#
# PKI: certificates that are there; PERSONS, PART: how many, and how many in a
# request; SEED: of all chance; MORE: other faults, or some of them more often.
top_builddir=${top_builddir:-.} PYTHON3=${PYTHON3:-python3}
LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-$(cd "$top_builddir/lib/.libs" && pwd)}
export LD_LIBRARY_PATH
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/folders.sh"
if [ -n "${ONSHIKAKU_CHECK_FULL:-}" ]; then
	persons=${PERSONS:-5000} part=${PART:-25} whole=whole
else
	persons=${PERSONS:-30} part=${PART:-10} whole=
fi
[ -z "${PKI:-}" ] || cp -a "$PKI" "$dir/pki"
seed=${SEED:-1}

# Each with the others, as chance will have it: two or three of them befall an
# answer. What keeps an answer away for good is rare, or nothing would end.
set --
for fault in delay=40%10 late=60%5 late=2500%1 OQSmuquc01req:late=1800%10 \
    cut=60%2 cut=700%3 cut=6000%3 sjis%15 bom%10 shuffle%20 unknown%20 \
    foreign%2 err%4 drop%3 undone%3 status=500%2 status=503%3 status=429%1 \
    idle=30%10 hasty%10 kept%10 pieces=20%15 gone=50%10 twice=10%10 \
    locked=60%5 slow=20%10 skew=-90000%5 skew=90000%5 stale=60%10 \
    others%10 zip%15 zipkey%2 zipname%2 zipbomb%1 \
    OQSmuquc01req:failed%2 OQSmuquc02req:failed%1 \
    OQSmuquc02req:processing=2%30 OQSmuquc02req:omit=3%8 \
    OQSmuquc02req:omit%4 OQSmuquc02req:swapped%5 ${MORE:-}; do
	set -- "$@" --fault "$fault"
done
sim_start --listen 127.0.0.1:0 --db "$dir/db" --people "$persons" \
    --seed "$seed" "$@"
port=$(sed -n 's/^listening .*://p' "$dir/sim")

# Each link has an institution of its own, by which the service tells them apart.
conf() {
	(umask 077; {
		printf '[facility]\ninstitution_code = %s\n' "$2"
		printf 'kind = %s\ndesk = 4\n[link]\ntype = %s\n' "$3" "$1"
		printf 'deadline_ms = 1500\n'
		shift 3
		printf '%s\n' "$@"
	} >"$dir/$1")
}
conf https 1349999988 pharmacy "base = https://onshi.example:$port" \
    "ca_file = $dir/pki/ca.pem" "cert_file = $dir/pki/terminal-pharmacy.pem" \
    "key_file = $dir/pki/terminal-pharmacy.key" \
    "addresses = onshi.example:$port:127.0.0.1" "networks = 127.0.0.0/8"
conf folder 1319999996 medical "req_dir = $dir/oqs/req" \
    "res_dir = $dir/oqs/res" "journal_dir = $dir/journal" "settle_ms = 50" \
    "scan_ms = 100"
"$PYTHON3" -B "$(dirname "$0")/bulk_faults.py" "$dir" "$onshikaku" \
    "$persons" "$part" "$seed" $whole
