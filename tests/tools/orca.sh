#!/bin/sh
# The examples that register arrivals into a receipt computer, in Python and C,
# with the stand-in beside them: what they register, what they leave to the
# clerk, and what a second run, a busy terminal and another person's number come
# to.
set -eu
. "$top_srcdir/tests/tools/lib.sh"
. "$top_srcdir/tests/tools/folders.sh"
python=${PYTHON3:-python3}
ONSHIKAKU_LIBRARY=$(ls "$top_builddir"/lib/.libs/libonshikaku.so 2>/dev/null) ||
    { echo "no shared library"; exit 77; }
PYTHONPATH=$top_srcdir/bindings/python
export ONSHIKAKU_LIBRARY PYTHONPATH PYTHONDONTWRITEBYTECODE=1
needs="libxml-2.0 libcurl"
pkg=${PKG_CONFIG:-pkg-config}
# As the library was built, with sanitizers or without.
flags=$(sed -n 's/^HARD_CFLAGS = //p' "$top_builddir/Makefile" |
    grep -o -e '-fsanitize=[a-z,]*' | tr '\n' ' ')
lib=$(cd "$top_builddir/lib/.libs" && pwd)
# shellcheck disable=SC2046,SC2086
${CC:-cc} -D_POSIX_C_SOURCE=200809L $flags -I"$top_srcdir/include" \
    $("$pkg" --cflags $needs) "$top_srcdir/examples/register_orca.c" \
    -L"$lib" -lonshikaku -Wl,-rpath,"$lib" $("$pkg" --libs $needs) \
    -o "$dir/register_orca"

sim_start --db "$dir/db"
(umask 077; folder_conf >"$dir/conf")
export ONSHIKAKU_CONF="$dir/conf"

# orca: a new one, with patients: 1 as he is, 2 with another birth date, 3 in
# use; $base is where.
orca() {
	"$python" "$top_srcdir/examples/orca_server.py" --port 0 --busy 3 \
	    >"$dir/orca" &
	pids="$pids $!"
	waits_for "$dir/orca"
	base=http://$(sed -n 's/^listening //p' "$dir/orca")/api
	"$python" - "$base" <<'END'
import base64, sys, urllib.request
for n, birth in ((1, "1980-05-12"), (2, "1981-05-12"), (3, "1980-05-12")):
    body = """<data><patientmodreq type="record"><Patient_ID>%d</Patient_ID>
<WholeName>見本　太郎</WholeName><WholeName_inKana>ミホン　タロウ</WholeName_inKana>
<BirthDate>%s</BirthDate><Sex>1</Sex></patientmodreq></data>""" % (n, birth)
    request = urllib.request.Request(
        sys.argv[1] + "/orca12/patientmodv2?class=01", body.encode(),
        {"Authorization": "Basic " + base64.b64encode(
            b"ormaster:ormaster").decode()})
    assert b">00<" in (got := urllib.request.urlopen(
        request, timeout=10).read()) or b">K0<" in got, got
END
}

# arrive NUMBER TEXT: who has that reference number, and what is said of it.
arrive() {
	what="$example, arrival $1"
	ran=$((ran + 1))
	: >"$dir/err"
	rm -f "$dir/oqs/face"/*		# whom the one before has left
	"$sim" person --control "$dir/sim.sock" reference adult 1319999996 "$1" \
	    >/dev/null
	"$sim" touch --control "$dir/sim.sock" adult >/dev/null
	# shellcheck disable=SC2086
	timeout 60 $example "$base" ormaster:ormaster 1 >"$dir/out" 2>&1 ||
	    bad "the example ended with $?"
	grep -q "$2" "$dir/out" || bad "patient $1: not '$2'"
}

# registered FILE: what ORCA has of patient 1 then.
registered() {
	"$python" - "$base" >"$1" <<'END'
import base64, sys, urllib.request
print(urllib.request.urlopen(urllib.request.Request(
    sys.argv[1] + "/api01rv2/patientgetv2?id=1",
    headers={"Authorization": "Basic " + base64.b64encode(
        b"ormaster:ormaster").decode()}), timeout=10).read().decode())
END
}

for example in "$python $top_srcdir/examples/register_orca.py" \
    "$dir/register_orca"; do
	orca
	arrive 1 '^登録しました'
	arrive 1 '^登録済みの保険です'
	arrive 2 '登録と違います'
	arrive 3 '他の端末で使用中です'
	arrive 777 '照会番号では見つかりません'
	registered "$dir/has.${example##*[./]}"
done
what="both examples"
for tag in InsuranceProvider_Number HealthInsuredPerson_Number \
    Certificate_StartDate; do
	grep -q "<$tag" "$dir/has.py" || bad "$tag is not registered"
done
cat "$dir/has.py" "$dir/has.register_orca" >"$dir/out"
"$python" - "$dir/has.py" "$dir/has.register_orca" <<'END' || bad "register otherwise"
import sys
import xml.etree.ElementTree as ET
a, b = (sorted((e.tag, (e.text or "").strip()) for e in ET.parse(f).iter())
        for f in sys.argv[1:])
sys.exit(a != b)
END
finish
