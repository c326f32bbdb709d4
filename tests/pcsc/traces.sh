#!/bin/sh
# What a whole visit leaves behind (P6): no name, number, drug, PIN or token in
# its explanations, its record, its arguments, its files or the system's
# temporary folder.
set -eu
. "$(dirname "$0")/../world.sh"
world_start 20
checks=0 failures=0
mkdir "$WORLD/left" "$WORLD/left/tmp" "$WORLD/left/home"
vcard=$(world_bin onshikaku-vcard)
"$vcard" fault sign=700 >/dev/null

# The visit, with all that it could write in one place; its arguments are looked
# at while it runs.
(
	cd "$WORLD/left/home"
	TMPDIR=$WORLD/left/tmp HOME=$WORLD/left/home
	export TMPDIR HOME
	exec "$(world_bin onshikaku)" --json checkin --method pin --pin-fd 3 \
	    --consent drugs,checkups,care --get drugs,checkups,care \
	    --operator D0001 --licence doctor --sign-in two-factor \
	    --patient P-0001 --explain >"$WORLD/answer" 2>"$WORLD/left/explained" 3<<END
1234
END
) &
client=$!
sleep 0.5
tr '\0' ' ' <"/proc/$client/cmdline" >"$WORLD/left/cmdline" 2>/dev/null || :
tr '\0' '\n' <"/proc/$client/environ" >"$WORLD/left/environ" 2>/dev/null || :
wait $client
cp -R "$WORLD/audit" "$WORLD/left/audit"

# word WHAT TEXT: it is in the answer, and nowhere else.
word() {
	checks=$((checks + 1))
	if ! grep -qF -- "$2" "$WORLD/answer"; then
		failures=$((failures + 1))
		echo "FAIL $1: not even in the answer, so nothing is proved"
	elif grep -rqaF -- "$2" "$WORLD/left"; then
		failures=$((failures + 1))
		echo "FAIL $1: found in"
		grep -rlaF -- "$2" "$WORLD/left"
	fi
}

field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$WORLD/answer" | head -n 1; }

word "patient's name" "$(field name)"
word "kana" "$(field name_kana)"
word "address" "$(field address)"
word "birth date" "$(field birthdate)"
word "insurer number" "$(field insurer_number | tr -d ' ')"
word "drug" "$(field drug_name)"
word "card's serial number" "$(field serial)"
checks=$((checks + 1))
if grep -raqE '(^|[^0-9a-fA-F])1234([^0-9a-fA-F]|$)' "$WORLD/left"; then
	failures=$((failures + 1))
	echo "FAIL PIN: found in"
	grep -rlaE '(^|[^0-9a-fA-F])1234([^0-9a-fA-F]|$)' "$WORLD/left"
fi
checks=$((checks + 1))
if [ -n "$(ls -A "$WORLD/left/tmp" "$WORLD/left/home" | grep -v ':$' | grep . || :)" ]; then
	failures=$((failures + 1))
	echo "FAIL files were left:"
	ls -A "$WORLD/left/tmp" "$WORLD/left/home"
fi
checks=$((checks + 1))
if ! grep -qaF 'p=P-0001' "$WORLD"/audit/audit-*.log; then
	failures=$((failures + 1))
	echo "FAIL the record does not name the institution's own number"
fi
echo "$((100 * (checks - failures) / checks))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures -eq 0 ]
