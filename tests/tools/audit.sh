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
# Its short form, for paper: 24 digits, and verify takes them.
json audit head
wants 0 head "$head" short "$(echo "$head" | cut -c1-26)"
json audit verify --key "$dir/key" --head "$(echo "$head" | cut -c1-26)"
wants 0 verdict intact
json audit verify --key "$dir/key" --head "$(echo "$head" | cut -c1-25)"
wants 4 error.name ONSHI_E_VALUE
json audit verify --key "$dir/key" --head "$head"
wants 0 verdict intact
json audit verify --key "$dir/key" \
    --head "999999:$(printf %064d 0)"
wants 2 verdict shorter
json audit verify "$dir/audit" --key "$dir/key"
wants 0
run --lang ja audit verify --key "$dir/key"
wants 0
says 監査記録は正常です

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

# The same as DICOM audit messages: XML, each with what it has to have.
run audit export --from 20200101 --to 20991231 --atna
wants 0
"$PYTHON3" - "$dir/out" <<'END' || bad "no audit messages"
import base64, sys
import xml.etree.ElementTree as ET
root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "AuditMessages" and len(root) == 1, root
message = root[0]
assert [part.tag for part in message] == [
    "EventIdentification", "ActiveParticipant", "AuditSourceIdentification",
    "ParticipantObjectIdentification"], list(message)
event = message[0]
assert event.get("EventOutcomeIndicator") == "0"
assert event.get("EventActionCode") == "E"
assert event.get("EventDateTime").endswith("Z")
assert event[0].get("csd-code") == "110134"
assert event[1].get("csd-code") == "log.open"
assert message[2].get("AuditSourceID") == "1319999996"
details = {d.get("type"): base64.b64decode(d.get("value")).decode()
           for d in message[3].iter("ParticipantObjectDetail")}
assert details["number"] == "1" and len(details["hash"]) == 64, details
END
run audit export --from 20200101 --to 20200102 --atna
wants 0
says '<AuditMessages>'
silent '<AuditMessage>'
json audit export --from 20200101 --to 20991231 --atna
wants 2 error.name ONSHI_E_ARG
# Any bytes of a value stay text there (the lines are not verified).
log=$(ls "$dir"/audit/audit-0*.log)
cp -p "$log" "$dir/good"
"$PYTHON3" - "$dir" "$log" <<'END'
import sys
from pathlib import Path
# As long as the state says, so that it can be read at all.
good = (Path(sys.argv[1]) / "good").read_bytes()
odd = good.replace(b"a=-", b"a=%3Cb%22%26%27%3E%C3%A9", 1)
odd = odd.replace(b"p=-", b"p=%01%FF", 1).replace(b"o=ok", b"o=unknown", 1)
odd = odd.replace(b"l=-", b"l=%ED%A0%80", 1)
cut = odd.index(b"h=")
Path(sys.argv[2]).write_bytes(
    odd[:cut] + odd[cut:-1][:len(good) - cut - 1] + b"\n")
END
run audit export --from 20200101 --to 20991231 --atna
wants 0
"$PYTHON3" - "$dir/out" <<'END' || bad "bytes of values are no text"
import sys
import xml.etree.ElementTree as ET
message = ET.parse(sys.argv[1]).getroot()[0]
assert message[1].get("UserID") == "<b\"&'>\u00e9", message[1].attrib
assert message[1][0].get("csd-code") == "%ED%A0%80"
assert message[3].get("ParticipantObjectID") == "%01%FF"
assert message[0].get("EventOutcomeIndicator") == "8"
assert message[0].findtext("EventOutcomeDescription") == "unknown"
END
cat "$dir/good" >"$log"
json audit verify --key "$dir/key"
wants 0

# Nothing is pruned that is young, or without a day; the retention is the
# configuration's.
json audit prune
wants 2
json audit prune --before 20991231
wants 2 error.name ONSHI_E_VALUE error.text '~audit.retention_years is 5'
json audit prune --before 20200101 --key "$dir/key"
wants 0 removed 0
run --lang en audit prune --before 20200101
wants 0
says 'Entries removed'
printf 'retention_years = 9\n' >>"$dir/conf"
json audit prune --before 20991231 "$dir/audit"
wants 2 error.text '~audit.retention_years is 9'
json audit prune --before 20991231 "$dir/elsewhere"
wants 2
sed '/retention/d' "$dir/conf" >"$dir/conf.5"
cat "$dir/conf.5" >"$dir/conf"
json audit verify --key "$dir/key"
wants 0 verdict intact pruned 0

# A changed byte, a torn tail, a record cut short.
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

# Begun anew: not while it is whole, not without a word, and not over a key.
json audit reseal --accept-loss --key-out "$dir/key3"
wants 2 error.name ONSHI_E_STATE
[ ! -e "$dir/key3" ] || bad "a key of no record"
sed 's/log\.open/log.Open/' "$dir/good" >"$log"
json audit reseal --key-out "$dir/key3"
wants 2
json audit reseal --accept-loss --key-out "$dir/key"
wants 7 error.name ONSHI_E_DISK
json audit verify --key "$dir/key"
wants 1
json audit reseal --accept-loss --key-out "$dir/key3" --key "$dir/key"
wants 0 key_file "$dir/key3"
json audit verify --key "$dir/key3"
wants 0 verdict intact entries 1
json audit verify --key "$dir/key"
wants 1
json audit show
wants 0 entries.0.e log.open entries.0.o serious \
    entries.0.r '~reseal=lost-000001:changed:right=0:first_bad=1:next=2'
json audit verify "$dir/audit/lost-000001" --key "$dir/key"
wants 1 first_bad 1

# What people read: Japan time, Japanese names, no numbers of rules; and what
# they count: answers, by the month of Japan.
mkdir -m 700 "$dir/made"
line() {
	printf 'v=1\tn=%s\tt=%s.000000Z\tb=00000000:1\te=%s\to=ok\ta=D0001' \
	    "$1" "$2" "$3"
	printf '\tl=doctor:two-factor\ts=desk-1\tm=1319999996\tp=P-1\tk=%s' "$4"
	printf '\tu=insurance:law\ti=%s\tc=-\tq=-\tw=-\tr=%s\tz=CO-2' "$5" "$6"
	printf '\th=%064d\tg=%064d\n' 0 0
}
{
	line 1 2026-09-30T14:59:59 query.outcome eligibility pin:1:claimed \
	    ONSHI_OK:-:1:99
	line 2 2026-09-30T15:00:00 query.intent eligibility number:0:claimed -
	line 3 2026-09-30T15:00:01 query.outcome eligibility number:0:claimed \
	    ONSHI_OK:-:1:99
	line 4 2026-10-02T00:00:00 query.outcome drugs pin:1:proven \
	    ONSHI_OK:-:1:99
	line 5 2026-10-02T00:00:00 query.outcome eligibility face:1:proven \
	    ONSHI_E_LINK_TIMEOUT:-:0:0
	line 6 2026-10-05T01:15:30 clock.jump eligibility visual:9:proven \
	    ONSHI_OK
} >"$dir/made/audit-000001.log"
json audit count "$dir/made"
wants 0 months.0.month 2026-09 months.0.card 1 months.0.number 0 \
    months.1.month 2026-10 months.1.card 0 months.1.number 1 months.2 absent
json audit count "$dir/made" --from 2026-10-01 --to 2026-10-31
wants 0 months.0.month 2026-10 months.1 absent
run --lang ja audit count "$dir/made"
wants 0
says '2026-10  カード 0  番号入力 1'
run --lang ja audit show "$dir/made"
wants 0
says '2026-09-30 23:59:59  照会の結果'
says '2026-10-05 10:15:30  時刻の不連続'
says 医師・2要素認証
says 目視・カードで確認済み
grep -q 'query\.\|CO-2\|two-factor\|ONSHI_\|T01:15' "$dir/out" &&
    bad "what is the engineer's"
{
	line 1 2026-10-05T01:15:30 query.intent care pin:1:proven - |
	    sed 's/u=insurance:law/u=care:consent/; s/a=D0001/a=system/'
} >"$dir/made/audit-000002.log"
run --lang ja audit show "$dir/made"
says '診療情報  診療・同意'
says '操作者 指定なし'
rm "$dir/made/audit-000002.log"
run --lang en audit show "$dir/made"
wants 0
says 2026-10-05T01:15:30.000000Z
says query.outcome
says 'rule CO-2'

# No record in the configuration.
printf '[facility]\ninstitution_code = 1319999996\nkind = medical\n' >"$dir/conf"
json audit show
wants 7 error.name ONSHI_E_AUDIT_NONE
json audit show "$dir/audit"
wants 0
finish
