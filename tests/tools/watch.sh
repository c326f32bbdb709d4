#!/bin/sh
# Who checks in at the official face reader, with the programs as they are: the
# simulator plays application and patient, the command is the desk, and the
# consulting room goes on with what the desk has sealed. By folders alone.
set -eu
. "$top_srcdir/tests/tools/lib.sh"
sim=$top_builddir/.libs/onshikaku-sim
[ -x "$sim" ] || sim=$top_builddir/onshikaku-sim
pki=$top_builddir/.libs/onshikaku-pki
[ -x "$pki" ] || pki=$top_builddir/onshikaku-pki
[ -x "$sim" ] && [ -x "$pki" ] || { echo "no simulator"; exit 77; }
pid=
trap '[ -z "$pid" ] || kill $pid; rm -rf "$dir"' EXIT
mkdir "$dir/oqs" "$dir/visits"
"$pki" "$dir/pki" >/dev/null
"$sim" serve --pki "$dir/pki" --folder "$dir/oqs" --people 20 \
    --control "$dir/sim.sock" --db "$dir/db" >"$dir/sim" 2>&1 &
pid=$!
n=0
until grep -q '^listening ' "$dir/sim"; do
	n=$((n + 1))
	[ $n -lt 300 ] || { cat "$dir/sim"; exit 1; }
	sleep 0.1
done
(umask 077; cat >"$dir/conf" <<END
[facility]
institution_code = 1319999996
kind = medical
[link]
type = folder
req_dir = $dir/oqs/req
res_dir = $dir/oqs/res
face_dir = $dir/oqs/face
journal_dir = $dir/journal
scan_ms = 100
[audit]
dir = $dir/audit
[visits]
dir = $dir/visits
END
)
export ONSHIKAKU_CONF="$dir/conf"
"$onshikaku" audit init --key-out "$dir/key" >/dev/null

touch_reader() {
	file=$("$sim" touch --control "$dir/sim.sock" "$@")
}

there() {
	ls "$dir/oqs/face" | wc -l
}

printf '{"name":"見本　花子","birthdate":"19800512"}' >"$dir/own.json"
touch_reader adult --consent drugs,limit
run watch --count 1 --timeout 20 --compare "$dir/own.json"
wants 0
grep -q '"differences":\[{"element":"name","verdict":"different","severity":"check"' \
    "$dir/out" || bad "not compared"
grep -q "\"file\":\"$file\"" "$dir/out" || bad "another file"
grep -q '"method":"reader"' "$dir/out" || bad "no method"
grep -q '"name":"見本　太郎"' "$dir/out" || bad "nobody"
grep -q 'limit_application_certificate_related_info' "$dir/out" &&
    bad "what rests on consent"
[ "$(wc -l <"$dir/out")" -eq 1 ] || bad "not one line"
[ "$(ls "$dir/oqs/face")" = "$file" ] || bad "the file was touched"

run watch --count 1 --take
wants 2
run watch --seal
wants 2
json watch --count 1 --timeout 20 --take --operator U0001 --seal \
    --compare "$dir/own.json"
wants 0 outcome valid differences.0.element name \
    compare.verdict different compare.keep.last_confirmed present \
    consents.drugs.granted true
name=$(sed -n 's/.*"sealed":"\([a-z2-7]*\)".*/\1/p' "$dir/out")
[ "$(there)" -eq 0 ] || bad "its file is left"
run watch --timeout 1
wants 0
[ ! -s "$dir/out" ] || bad "somebody came"

json get --visit "$name" --operator D0001 --licence doctor \
    --sign-in two-factor --get drugs --end
wants 0
grep -q '"drugs":\[{"source"' "$dir/out" || bad "no drugs"

# A doctor at the reader's own desk, and two patients, one after the other.
touch_reader adult --consent drugs
touch_reader soon --consent all
run watch --count 2 --timeout 20 --take --operator D0001 --licence doctor \
    --sign-in two-factor --get drugs
wants 0
[ "$(wc -l <"$dir/out")" -eq 2 ] || bad "not two lines"
[ "$(there)" -eq 0 ] || bad "files are left"

# No folder: said, and 7.
mv "$dir/oqs/face" "$dir/oqs/away"
json watch --count 1 --timeout 5
wants 7 error.name ONSHI_E_DISK
mv "$dir/oqs/away" "$dir/oqs/face"
"$onshikaku" audit verify --key "$dir/key" >/dev/null || bad "the trail"
finish
