#!/bin/sh
# The command line is read strictly: what is wrong is named, and exits 2.
. "$(dirname "$0")/lib.sh"

# One row per wrong usage: what the error names | the words.
while IFS='|' read -r names words; do
	[ -n "$names" ] || continue
	# shellcheck disable=SC2086
	json $words
	wants 2 error.name ONSHI_E_ARG error.code -201 error.text "~$names" \
	    error.sent not_sent error.text_ja present error.remedy_ja present
done <<'END'
no command given|
unknown command|frob
unknown command|audit frob
unknown command|message frob x
second word|audit
unknown option|--frob
unknown option|--jsonx
unknown option|-x
needs a value: config|checkin -c
unknown option|checkin --pin=9876
not an option of this command: pin-fd|eligibility --pin-fd 3
not an option of this command: method|card --method pin
given twice: json|--json
given twice: lang|--lang ja --lang en
given twice: lang|--lang=ja --lang=ja
given twice: method|checkin --method pin --method pin
given twice: config|-c a -c b
given twice: config|-c a --config=b
takes no value|checkin --explain=yes
needs a value|checkin --method
needs a value|checkin --method --explain
needs a value|--lang
wrong value for option: method|checkin --method thumb
wrong value for option: method|checkin --method PIN
wrong value for option: lang|--lang fr
wrong value for option: consent|checkin --method pin --consent drugs,frob
wrong value for option: consent|checkin --method pin --consent drugs,drugs
wrong value for option: consent|checkin --method pin --consent drugs,
wrong value for option: consent|checkin --method pin --consent=
wrong value for option: consent|checkin --method pin --consent eligibility
wrong value for option: get|checkin --method pin --get limit
wrong value for option: get|checkin --method pin --get eligibility
wrong value for option: licence|checkin --method pin --licence porter
wrong value for option: sign-in|checkin --method pin --sign-in face
wrong value for option: pin-fd|checkin --method pin --pin-fd x
wrong value for option: pin-fd|checkin --method pin --pin-fd=-1
wrong value for option: pin-fd|checkin --method pin --pin-fd 99999999999
option is needed: method|checkin
option is needed: insurer|eligibility
option is needed: number|eligibility --insurer 991018 --birthdate 19800512
option is needed: birthdate|eligibility --insurer 991018 --number 1
wrong value for option: birthdate|eligibility --birthdate 19800230
wrong value for option: birthdate|eligibility --birthdate 1980-5-12
wrong value for option: birthdate|eligibility --birthdate 198005121
wrong value for option: birthdate|eligibility --birthdate S55.5.12
option is needed: key-out|audit init
option is needed: from|audit export
option is needed: to|audit export --from 20260101
too many arguments|message show a b
too many arguments|checkin --method pin x
an argument is needed|message show
unknown command|help frob
no: --pin-fd|checkin --method pin
descriptor to read from|checkin --method pin --pin-fd 987
descriptor to read from|checkin --method pin --pin-fd 1
needed: --operator|checkin --method pin --licence doctor
END

# A number that nobody opened is not that of a file of ours by chance.
for n in 3 4 5 6; do
	status=0
	what="--json checkin --method pin --pin-fd $n, closed"
	"$onshikaku" --json checkin --method pin --pin-fd $n </dev/null \
	    3<&- 4<&- 5<&- 6<&- >"$dir/out" 2>"$dir/err" || status=$?
	ran=$((ran + 1))
	wants 2 error.name ONSHI_E_ARG error.text '~descriptor to read from'
done
what="--json checkin --method pin --pin-fd 3, for writing"
status=0
"$onshikaku" --json checkin --method pin --pin-fd 3 </dev/null \
    3>"$dir/pin" >"$dir/out" 2>"$dir/err" || status=$?
wants 2 error.name ONSHI_E_ARG error.text '~descriptor to read from'

# Two operands, where a command takes two.
json bulk a b c
wants 2 error.text '~too many'
json bulk
wants 2 error.text '~argument'

# What stands behind an unknown option is not repeated.
run --lang en checkin --pin=9876
wants 2
silent 9876

# Without --json nothing is on standard output.
run frob
wants 2
[ ! -s "$dir/out" ] || bad "something on standard output"
says "unknown command: frob"
run --lang ja frob
wants 2
says "コマンドが正しくありません"

# --help and --version, in both languages and as JSON.
run --version
wants 0
says 'ABI 1'
json --version
wants 0 version present abi 1
for words in --help "help" "checkin --help" "help checkin" "help audit" \
    "audit verify --help"; do
	# shellcheck disable=SC2086
	run $words
	wants 0
	says usage:
	# shellcheck disable=SC2086
	json $words
	wants 0 help "~usage:"
done
run --lang ja --help
says 使い方
run help checkin
for word in --method --consent --get --operator --licence --sign-in --patient \
    --confirm-visual --register-use --spend-last-try --pin-fd --explain \
    --json --lang --config; do
	says "$word"
done
for words in "--help config" "help config"; do
	# shellcheck disable=SC2086
	run $words
	wants 0
	says facility.institution_code
	says link.base
done

# The language: the option, else the locale.
LC_ALL=ja_JP.UTF-8
run frob
says コマンド
run --lang en frob
says unknown
LC_ALL='' LANG=ja_JP.UTF-8
export LANG
run frob
says コマンド
LC_ALL=C
unset LANG

# Refused by rule before any card is touched (ID-2).
json checkin --method visual
wants 6 error.name ONSHI_E_OPERATOR error.rule ID-2 results absent
json checkin --method visual --operator R0001
wants 6 error.name ONSHI_E_NOT_CONFIRMED error.rule ID-2

# Configurations that cannot be used: line and key are named.
json checkin --method pin --pin-fd 0
wants 2 error.name ONSHI_E_CONFIG error.text "~ONSHIKAKU_CONF"
json -c "$dir/none" checkin --method pin --pin-fd 0
wants 2 error.name ONSHI_E_CONFIG error.text "~cannot be opened"
umask 077
while IFS='|' read -r names text; do
	[ -n "$names" ] || continue
	printf "$text" >"$dir/conf"
	json -c "$dir/conf" readers
	wants 2 error.name ONSHI_E_CONFIG error.text "~$names"
done <<'END'
line 2|[facility]\nfrob = 1\n
line 3|[facility]\nkind = medical\nkind = dental\n
line 2|[facility]\ninstitution_code = 12\n
facility.institution_code|[facility]\nkind = medical\n
END
ONSHIKAKU_CONF=$dir/conf
export ONSHIKAKU_CONF
json readers
wants 2 error.name ONSHI_E_CONFIG
finish
