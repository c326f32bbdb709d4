#!/bin/sh
# Who checks in at the official face reader, with the programs as they are: the
# simulator plays application and patient, the command is the desk, and the
# consulting room goes on with what the desk has sealed. By folders alone.
set -eu
. "$top_srcdir/tests/tools/lib.sh"
. "$top_srcdir/tests/tools/folders.sh"
mkdir "$dir/visits"
sim_start --db "$dir/db"
(umask 077; { folder_conf; cat <<END
[audit]
dir = $dir/audit
[visits]
dir = $dir/visits
END
} >"$dir/conf")
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
