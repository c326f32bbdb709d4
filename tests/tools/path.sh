#!/bin/sh
# The whole path: a card in a reader, a service, the command between them.
. "$(dirname "$0")/lib.sh"
for p in onshikaku-pki onshikaku-sim onshikaku-vcard; do
	[ -x "$top_builddir/$p" ] || { echo "no $p"; exit 77; }
done
ONSHIKAKU_BINDIR=$top_builddir
PATH=$top_builddir/.libs:$top_builddir:$top_srcdir/simulator/vcard:$PATH
export ONSHIKAKU_BINDIR PATH
WORLD_CARD=adult
. "$top_srcdir/simulator/world.sh"
trap 'world_stop; rm -rf "$dir"' EXIT
world_start 30 || exit $?

put() {
	onshikaku-vcard insert "$1" >/dev/null || bad "insert $1"
}

# As json, with a PIN on descriptor 3.
pin() {
	what="--json $* (PIN on 3)"
	status=0
	typed=$1
	shift
	"$onshikaku" --json "$@" --pin-fd 3 3<<END </dev/null >"$dir/out" \
	    2>"$dir/err" || status=$?
$typed
END
	ran=$((ran + 1))
}
doctor='--operator D0001 --licence doctor --sign-in two-factor'

json readers
wants 0 readers.0.card true readers.0.kind present readers.1.card false
kind=$("$PYTHON3" -c 'import json, sys
print(json.load(open(sys.argv[1]))["readers"][0]["kind"])' "$dir/out")
json card
wants 0 kind "$kind" tries_left 3 state valid serial present not_after '~+09:00' \
    trust good error absent
run --lang ja card
wants 0
says マイナンバーカード

# shellcheck disable=SC2086
pin 1234 checkin --method pin --consent drugs,checkups,care,surgery,limit \
    --get drugs,checkups,care,surgery $doctor --explain --patient P1
wants 0 method pin outcome valid qualification_validity 1 results '#1' \
    results.0.birthdate present consents.drugs.given true \
    consents.drugs.granted true consents.drugs.time '~+09:00' \
    consents.drugs.until '~+09:00' consents.diseases absent drugs present \
    checkups present care present surgery present card.apdus 6 \
    card.bytes present card.serial present card.not_after present \
    timing_ms.total present audit true error absent visit present
grep -q 'VERIFY' "$dir/err" || bad "no APDU explained"
grep -q 'prefix=YZKsiquc01req' "$dir/err" || bad "no request explained"
grep -q 'gate' "$dir/err" || bad "no rule explained"
# Other numbers have these digits in them by chance.
grep -qE '(^|[^0-9a-fA-F])1234([^0-9a-fA-F]|$)|31323334' "$dir/out" "$dir/err" &&
    bad "the PIN is told"

# As people read it: no codes, no filler, a birth date as on paper; and a PIN that
# a Windows editor has had in hand.
what='checkin in Japanese, PIN from a file of Windows'
status=0
# shellcheck disable=SC2086
printf '\357\273\2771234\r\n' | "$onshikaku" --lang ja checkin --method pin \
    --pin-fd 0 --consent checkups --get checkups $doctor >"$dir/out" \
    2>"$dir/err" || status=$?
ran=$((ran + 1))
wants 0
says '生年月日 .*1980-05-12（昭和55年5月12日）'
says '保険者番号  *991018$'
says '尿蛋白  －'
silent '尿蛋白  1'

# What the patient did not consent to is refused by rule; eligibility stays,
# and what was consented to is there.
# shellcheck disable=SC2086
pin 1234 checkin --method pin --consent checkups --get drugs,checkups $doctor
wants 6 outcome valid results '#1' drugs absent checkups present \
    error.name ONSHI_E_CONSENT error.rule present error.sent not_sent \
    get.drugs.result ONSHI_E_CONSENT get.checkups.result ONSHI_OK
pin 1234 checkin --method pin --consent drugs --get drugs
wants 6 error.name ONSHI_E_OPERATOR drugs absent results '#1'
# What can never be answered is told, and the eligibility stays.
# shellcheck disable=SC2086
pin 1234 checkin --method pin --consent checkups,care --get checkups,care $doctor
wants 6 outcome valid results '#1' checkups present care absent \
    consents.care.given false consents.checkups.granted true \
    error.name ONSHI_E_CONSENT error.rule CO-3 \
    get.care.result ONSHI_E_CONSENT get.checkups.result ONSHI_OK
pin 1234 checkin --method face
wants 2 error.name ONSHI_E_UNSUPPORTED results absent
pin 1234 checkin --method pin --patient 'a b'
wants 2 error.name ONSHI_E_VALUE
pin 12a4 checkin --method pin
wants 3 error.name ONSHI_E_PIN_SHAPE
pin '' checkin --method pin
wants 3 error.name ONSHI_E_PIN_SHAPE
pin 12341234123412341234 checkin --method pin
wants 3 error.name ONSHI_E_PIN_SHAPE
pin 4321 checkin --method pin
wants 3 error.name ONSHI_E_PIN_WRONG error.tries_left 2 results absent \
    error.remedy_ja present
json card
wants 0 tries_left 2
pin 1234 checkin --method pin
wants 0
json checkin --method visual --operator R0001 --confirm-visual
wants 0 method visual outcome valid

# A PIN of another's making: no LF at its end, CR LF.
status=0
what='--json checkin, PIN without LF'
printf 1234 | "$onshikaku" --json checkin --method pin --pin-fd 0 \
    >"$dir/out" 2>"$dir/err" || status=$?
wants 0 outcome valid
printf '1234\r\n' | "$onshikaku" --json checkin --method pin --pin-fd 0 \
    >"$dir/out" 2>"$dir/err" || status=$?
wants 0 outcome valid

printf '1234\0\n' | "$onshikaku" --json checkin --method pin --pin-fd 0 \
    >"$dir/out" 2>"$dir/err" || status=$?
wants 3 error.name ONSHI_E_PIN_SHAPE

ended_by_term checkin --method pin --pin-fd 8
wants 8 error.name ONSHI_E_CANCELLED results absent
json card
wants 0 tries_left 3

# Cards that are no My Number Card, a try that is the last.
put residence
json card
wants 3 kind present error.name ONSHI_E_CARD_RESIDENCE
put last-try
json card
wants 0 tries_left 1 tell "~if the holder is sure" tell_ja '~ロックされます'
pin 1234 checkin --method pin
wants 3 error.name ONSHI_E_PIN_LAST_TRY error.tries_left 1
put soon
pin 4321 checkin --method pin
pin 4321 checkin --method pin
wants 3 error.name ONSHI_E_PIN_WRONG error.tries_left 1
pin 4321 checkin --method pin
wants 3 error.name ONSHI_E_PIN_LAST_TRY error.tries_left 1
pin 1234 checkin --method pin --spend-last-try
wants 0 outcome valid card.state soon
put adult

# By typed numbers; what is a person's does not stay in argv.
"$PYTHON3" - "$WORLD/pki/people.csv" >"$dir/adult" <<'END'
import csv, sys
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8")):
    if row["profile"] == "adult":
        print(row["insurer"].strip(), row["symbol"], row["number"],
              row["branch"], row["birthdate"])
END
read -r insurer symbol number branch birthdate <"$dir/adult"
json eligibility --insurer "$insurer" --symbol "$symbol" --number "$number" \
    --branch "$branch" --birthdate "$birthdate" --limit
wants 0 method number outcome valid consents.limit.given true card absent \
    results.0.insured_identification_number "$number"
json eligibility --insurer "$insurer" --symbol "$symbol" --number 999999 \
    --birthdate "$birthdate"
wants 0 outcome not_found results '#0' error absent
json eligibility --insurer 9x --number 1 --birthdate "$birthdate"
wants 2 error.name ONSHI_E_VALUE error.text '~InsurerNumber'
run --lang ja eligibility --insurer "$insurer" --symbol "$symbol" \
    --number "$number" --birthdate "$birthdate"
wants 0
says 資格は有効です
says 保険者番号

# At a terminal, with a person in front of it.
what='at a terminal'
if "$PYTHON3" -c 'import os; os.openpty()' 2>/dev/null; then
	"$PYTHON3" "$(dirname "$0")/terminal.py" "$onshikaku" "$insurer" \
	    "$symbol" "$number" "$birthdate" "$WORLD/service.sock" \
	    >"$dir/out" 2>&1 || bad "see above"
else
	echo "skip: $what: this machine gives no pseudo-terminal"
fi
ran=$((ran + 1))

# All of that is on the record, unbroken, and no secret in it.
json audit verify --key "$WORLD/audit.key"
wants 0 verdict intact unmatched 0
grep -qr "$birthdate\|serial" "$WORLD/audit" && bad "a person in the record"
finish
