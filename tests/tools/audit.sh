#!/bin/sh
# audit: begun once, read, proved, handed over; exit statuses of the verdicts.
. "$(dirname "$0")/lib.sh"
umask 077
printf '[facility]\ninstitution_code = 1319999996\nkind = medical\n[audit]\ndir = %s\n' \
    "$dir/audit" >"$dir/conf"
ONSHIKAKU_CONF=$dir/conf
export ONSHIKAKU_CONF

# Before it is begun.
json audit verify
wants 4
json audit show
[ "$status" -eq 7 ] || [ "$status" -eq 2 ] || bad "exit $status"

# The key goes to a new file of one's own, or the record is not begun.
: >"$dir/taken"
json audit init --key-out "$dir/taken"
wants 7 error.name ONSHI_E_DISK error.text '~File exists'
json audit init --key-out "$dir/nowhere/key"
wants 7
json audit verify
wants 4
json audit init --key-out "$dir/key"
wants 0 dir "$dir/audit" key_file "$dir/key" error absent
[ "$(ls -l "$dir/key" | cut -c1-10)" = -rw------- ] || bad "rights of the key"
silent "$(cat "$dir/key")"
json audit init --key-out "$dir/key2"
wants 2 error.name ONSHI_E_STATE
[ ! -e "$dir/key2" ] || bad "a key of no record"

# Intact, with and without the key; the head as it was noted, and another.
json audit verify
wants 5 verdict no_key
json audit verify --key "$dir/key"
wants 0 verdict intact first_bad 0 unmatched 0
json audit head
wants 0 head present
head=$("$PYTHON3" -c 'import json, sys
print(json.load(open(sys.argv[1]))["head"])' "$dir/out")
run audit head
wants 0
says "$head"
json audit verify --key "$dir/key" --head "$head"
wants 0 verdict intact
json audit verify --key "$dir/key" \
    --head "999999:$(printf %064d 0)"
wants 2 verdict shorter
json audit verify "$dir/audit" --key "$dir/key"
wants 0
run --lang ja audit verify --key "$dir/key"
wants 0
says 記録は正常です

# A key that is none, or none of this record's.
printf 'frob\n' >"$dir/bad"
json audit verify --key "$dir/bad"
wants 4
json audit verify --key "$dir/none"
wants 4
json audit verify "$dir/elsewhere"
wants 4

# What there is to see: entries as objects, lines as they stand.
json audit show
wants 0 entries.0.n 1 entries.0.e log.open
json audit export --from 20200101 --to 20991231
wants 0 lines.0 '~e=log.open'
run audit export --from 2020-01-01 --to 2099-12-31
wants 0
cat "$dir"/audit/audit-0*.log | cmp -s - "$dir/out" || bad "lines differ"
run --lang en audit show
wants 0
says log.open
json audit export --from 20200101 --to 20200102
wants 0 lines '#0'
json audit export --from 20200102 --to 20200101
wants 2 error.name ONSHI_E_ARG

# A changed byte, a torn tail, a record cut short.
log=$(ls "$dir"/audit/audit-0*.log)
cp -p "$log" "$dir/good"
sed 's/log\.open/log.Open/' "$dir/good" >"$log"
json audit verify --key "$dir/key"
wants 1 verdict changed first_bad 1
json audit verify
wants 1 verdict changed
cat "$dir/good" >"$log"
printf 'v=1\tn=' >>"$log"
json audit verify --key "$dir/key"
wants 3 verdict torn
: >"$log"
json audit verify --key "$dir/key"
wants 2 verdict shorter
cat "$dir/good" >"$log"
json audit verify --key "$dir/key"
wants 0

# No record in the configuration.
printf '[facility]\ninstitution_code = 1319999996\nkind = medical\n' >"$dir/conf"
json audit show
wants 7 error.name ONSHI_E_AUDIT_NONE
json audit show "$dir/audit"
wants 0
finish
