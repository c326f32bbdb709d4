#!/bin/sh
# The folder link over a real share: sh tests/link/samba.sh BUILDDIR
#
# The simulator writes into its folders as the terminal does, a Samba server of
# its own shares them, and two desks see them by a client in user space, all in
# a network of their own. Questions by number, answers that come late, in pieces
# or go away meanwhile, and patients at the reader, whom one desk gets each.
# Long form (make check-full): needs samba, smbnetfs (scripts/deps.sh full),
# /dev/fuse, and rights to unshare. ROUNDS (20): of each.
set -u
[ $# -eq 1 ] && [ -x "$1/onshikaku" ] || {
	echo "usage: sh tests/link/samba.sh BUILDDIR" >&2
	exit 2
}
for p in smbd smbnetfs unshare ip; do
	command -v $p >/dev/null || { echo "skip: no $p"; exit 77; }
done
[ -c /dev/fuse ] || { echo "skip: no /dev/fuse"; exit 77; }
if [ "${ONSHI_SHARE_INSIDE:-}" != 1 ]; then
	ONSHI_SHARE_INSIDE=1 exec unshare -n -m sh "$0" "$@"
fi
ip link set lo up || exit 77

top_srcdir=$(cd "$(dirname "$0")/../.." && pwd)
top_builddir=$(cd "$1" && pwd)
PYTHON3=${PYTHON3:-python3}
LD_LIBRARY_PATH=$top_builddir/lib/.libs
export top_srcdir top_builddir PYTHON3 LD_LIBRARY_PATH
. "$top_srcdir/tests/tools/lib.sh"
. "$top_srcdir/tests/tools/folders.sh"
trap 'umount -l "$dir/net" 2>/dev/null; kill $pids 2>/dev/null; wait; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
rounds=${ROUNDS:-20}
bad() {
	echo "FAIL: $*"
	failed=$((failed + 1))
}

sim_start --listen 127.0.0.1:0
mkdir -p "$dir/net" "$dir/home/.smb"
for d in pid lock state cache private ncalrpc; do mkdir -p "$dir/smb/$d"; done
cat >"$dir/home/.smb/smb.conf" <<END
[global]
 server role = standalone
 smb ports = 445
 interfaces = lo
 bind interfaces only = yes
 disable netbios = yes
 load printers = no
 usershare max shares = 0
 map to guest = Bad User
 guest account = $(id -un)
 pid directory = $dir/smb/pid
 lock directory = $dir/smb/lock
 state directory = $dir/smb/state
 cache directory = $dir/smb/cache
 private dir = $dir/smb/private
 ncalrpc dir = $dir/smb/ncalrpc
 log file = $dir/smb/log
[oqs]
 path = $dir/oqs
 guest ok = yes
 read only = no
END
printf '%s\n' 'smb_query_browsers "false"' 'stat_workaround_depth 4' \
    >"$dir/home/.smb/smbnetfs.conf"
chmod 600 "$dir/home/.smb"/*
smbd -F --no-process-group -s "$dir/home/.smb/smb.conf" </dev/null \
    >"$dir/smbd" 2>&1 &
pids="$pids $!"
HOME=$dir/home smbnetfs -f "$dir/net" </dev/null >"$dir/smbnetfs" 2>&1 &
pids="$pids $!"
share=$dir/net/127.0.0.1/oqs
n=0
until [ -d "$share/req" ]; do
	n=$((n + 1))
	[ $n -lt 300 ] || { cat "$dir/smbd" "$dir/smbnetfs"; exit 1; }
	sleep 0.1
done

for desk in 1 2; do
	(umask 077; folder_conf "$share" "$dir/journal$desk" $desk \
	    >"$dir/desk$desk")
done
person=$(person_of adult)

# asks DESK: so many questions, all of which are answered.
asks() {
	i=0
	while [ $i -lt "$rounds" ]; do
		i=$((i + 1))
		# shellcheck disable=SC2086
		"$onshikaku" --json -c "$dir/desk$1" eligibility $person \
		    >"$dir/said$1" 2>&1 || { cat "$dir/said$1"; return 1; }
		grep -q '"outcome": *"valid"' "$dir/said$1" || return 1
	done
}
for fault in ${FAULTS:-none late=300 pieces=40 gone=150 twice locked=200}; do
	[ $fault = none ] || "$sim" control --control "$dir/sim.sock" fault \
	    $fault >/dev/null || bad "no fault $fault"
	asks 1 &
	first=$!
	asks 2 || bad "$fault: desk 2"
	wait $first || bad "$fault: desk 1"
	"$sim" control --control "$dir/sim.sock" fault clear >/dev/null
done
for desk in 1 2; do
	"$onshikaku" --json -c "$dir/desk$desk" journal >"$dir/told"
	grep -q '"requests": *\[\]' "$dir/told" || bad "journal of desk $desk: $(cat "$dir/told")"
done
left=$(ls "$dir/oqs/req")
[ -z "$left" ] || bad "requests are left: $left"

# Patients at the reader: each goes to one desk, none to nobody.
for desk in 1 2; do
	"$onshikaku" --json -c "$dir/desk$desk" watch --take --operator D0001 \
	    --licence doctor --sign-in password --timeout $((rounds + 20)) \
	    >"$dir/got$desk" 2>"$dir/err$desk" &
	eval "watch$desk=$!"
done
i=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	"$sim" touch --control "$dir/sim.sock" adult >/dev/null ||
	    bad "nobody touched the reader"
	sleep 0.5
done
wait $watch1 || bad "watch 1: $(cat "$dir/err1")"
wait $watch2 || bad "watch 2: $(cat "$dir/err2")"
got=$(cat "$dir/got1" "$dir/got2" | grep -c '"file"')
files=$(grep -ho '"file": *"[^"]*"' "$dir/got1" "$dir/got2" | sort -u | grep -c .)
[ "$got" -eq "$rounds" ] && [ "$files" -eq "$rounds" ] ||
	bad "$rounds came, $got were taken, $files different"
left=$(ls "$dir/oqs/face")
[ -z "$left" ] || bad "face files are left: $left"
echo "samba: $((rounds * 12)) questions, $rounds arrivals, $failed failures"
[ $failed -eq 0 ]
