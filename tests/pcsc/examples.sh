#!/bin/sh
# The first programs, compiled as a vendor would, check patients in: one by PIN
# at one reader, two at two readers in one poll loop; and one by number, compared
# with its file.
set -eu
. "$(dirname "$0")/../world.sh"
WORLD_CARD2=soon
world_start 20
LD_LIBRARY_PATH=$ONSHIKAKU_BINDIR/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
for p in checkin checkin_loop compare face; do
	${CC:-cc} -std=c99 -D_POSIX_C_SOURCE=200809L ${SANITIZE:-} \
	    -I"$top/include" -o "$WORLD/$p" "$top/examples/$p.c" \
	    -L"$ONSHIKAKU_BINDIR/lib/.libs" -lonshikaku
done
checks=0 failures=0

# want NAME EXIT TEXT: what the last program said and ended with.
want() {
	checks=$((checks + 1))
	if [ "$rc" != "$2" ] || ! grep -q "$3" "$WORLD/said"; then
		failures=$((failures + 1))
		echo "FAIL $1: exit $rc"
		cat "$WORLD/said"
	fi
}

# run INPUT PROGRAM…: what is typed, as printf has it.
run() {
	rc=0
	typed=$1
	shift
	# shellcheck disable=SC2059
	printf "$typed" | "$@" >"$WORLD/said" 2>&1 || rc=$?
}

sed 's/^\[card\]/[reader]\nname = 00 00\n[card]/' "$ONSHIKAKU_CONF" >"$WORLD/one.conf"
chmod 600 "$WORLD/one.conf"
two=$ONSHIKAKU_CONF
ONSHIKAKU_CONF=$WORLD/one.conf
run '1234\n' "$WORLD/checkin"
want "checkin" 0 "資格は有効です"
want "checkin, drugs" 0 "錠"
run '12a\n9999\n1234\n' "$WORLD/checkin"
want "checkin after a typing error and a wrong PIN" 0 "残り2回"
run '' "$WORLD/checkin"
want "checkin without a PIN" 8 "中止"
ONSHIKAKU_CONF=$two
rc=0
(sleep 1; echo "2 1234"; sleep 1; echo "1 1234"; sleep 2) |
    "$WORLD/checkin_loop" "00 00" "00 01" >"$WORLD/said" 2>&1 || rc=$?
want "both counters" 0 "窓口1: valid"
want "both counters" 0 "窓口2: valid"
rc=0
sleep 1 | timeout 10 "$WORLD/checkin_loop" "00 00" "00 01" >"$WORLD/said" 2>&1 ||
    rc=$?
want "both counters, nobody there" 8 "窓口1: 中止しました"
want "both counters, nobody there" 8 "窓口2: 中止しました"
run '' "$WORLD/compare" InsurerNumber=991018 InsuredCardSymbol=7‐7 \
    InsuredIdentificationNumber=1001 Birthdate=19800512
want "an odd hyphen" 0 "被保険者証記号 2文字目: ハイフンに似た"
run '' "$WORLD/compare" InsurerNumber=991018 InsuredCardSymbol=77 \
    InsuredIdentificationNumber=1001 InsuredBranchNumber=01 \
    Birthdate=19800512 Name=架空　花子 NameKana=カクウ　ハナコ
want "another's file" 0 "照合: 相違あり"
want "another's file" 0 "中止 氏名: 架空　花子 → "
want "another's file" 0 "次回のために保存: 枝番 01"

# The card's face, off, on, and forged; one wrong number, spent on purpose.
sed 's/^\[card\]/[reader]\nname = 00 00\n[card]\nface = yes\nface_ca_file = XX/;
    s|XX|'"$WORLD"'/pki/card-face-ca.pem|' "$two" >"$WORLD/face.conf"
chmod 600 "$WORLD/face.conf"
number=$(sed -n 's/^number_b = //p' "$WORLD/pki/cards/adult/profile.ini")
log=$WORLD/reader/apdu.log
: >"$log"
ONSHIKAKU_CONF=$WORLD/one.conf
run "$number\n" "$WORLD/face" "$WORLD/photo"
want "face, not configured" 6 "有効にしていません"
ONSHIKAKU_CONF=$WORLD/face.conf
run "$number\n" "$WORLD/face" "$WORLD/photo"
want "face" 0 "生年月日 19800512"
want "face, its photograph" 0 "$(wc -c <"$WORLD/photo") バイト"
run '123456789018\n' "$WORLD/face" "$WORLD/photo"
want "face by a My Number" 3 "形式が正しくありません"
run "${number%?}x\n" "$WORLD/face" "$WORLD/photo"
want "face by a slip" 3 "形式が正しくありません"
run '55021720352285\n' "$WORLD/face" "$WORLD/photo"
want "face by another's number" 3 "残り9回"
for f in face-forged face-copied face-issuer face-cut short-only no-sfi; do
	"$(world_bin onshikaku-vcard)" fault $f
	run "$number\n" "$WORLD/face" "$WORLD/photo"
	case $f in
	face-cut) want "$f" 3 "正しく読み取れませんでした" ;;
	face-*) want "$f" 3 "確認できませんでした" ;;
	*) want "$f" 0 "19800512" ;;
	esac
	"$(world_bin onshikaku-vcard)" fault clear
done
checks=$((checks + 1))
grep -q 802a0000 "$log" &&
    sh "${top_srcdir:-$top}/tests/pcsc/apdu_check.sh" --closing "$log" || {
	failures=$((failures + 1))
	echo "FAIL what the card was sent for its face"
}
ONSHIKAKU_CONF=$two
# As its head says, and as onshikaku(3) says of COBOL.
if command -v cobc >/dev/null; then
	(cd "$WORLD" && cobc -x -fstatic-call "$top/examples/eligibility.cob" \
	    -L"$ONSHIKAKU_BINDIR/lib/.libs" -lonshikaku) >"$WORLD/cobc" 2>&1 ||
	    cat "$WORLD/cobc"
	run '' "$WORLD/eligibility"
	want "COBOL" 0 "outcome +0000000001"
else
	echo "cobc is not installed: COBOL was not tried"
fi
echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures -eq 0 ]
