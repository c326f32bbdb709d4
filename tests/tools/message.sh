#!/bin/sh
# message show and check: every sample verbatim, every refusal by its reason.
. "$(dirname "$0")/lib.sh"

# All samples: each value as it stands, a kind, nothing unknown.
mkdir "$dir/shown"
for f in "$top_srcdir"/tests/message/samples/*.xml; do
	json message show "$f"
	[ "$status" -eq 0 ] || bad "exit $status"
	mv "$dir/out" "$dir/shown/$(basename "$f" .xml).json"
	run --lang ja message show "$f"
	wants 0
	run message check "$f"
	[ "$status" -eq 0 ] || [ "$status" -eq 5 ] || bad "exit $status"
done
what='message show, all samples'
"$PYTHON3" "$(dirname "$0")/verbatim.py" "$top_srcdir/tests/message/samples" \
    "$dir/shown" >"$dir/out" 2>"$dir/err" || bad "not verbatim"

message() {
	printf '%s' "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg>$1</XmlMsg>"
}
head='<MessageHeader><ProcessExecutionTime>20261005101530</ProcessExecutionTime>
<QualificationConfirmationDate>20261005</QualificationConfirmationDate>
<MedicalInstitutionCode>1319999996</MedicalInstitutionCode>
<ReferenceClassification>1</ReferenceClassification>
<SegmentOfResult>1</SegmentOfResult>
<CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader>'
result='<ResultOfQualificationConfirmation>
<InsuredCardClassification>01</InsuredCardClassification>
<InsurerNumber>  991018</InsurerNumber><Name>架空　花子</Name><Sex1>2</Sex1>
<Birthdate>19800512</Birthdate><InsurerName>架空市</InsurerName>
</ResultOfQualificationConfirmation>'
body="<ProcessingResultStatus>1</ProcessingResultStatus>
<QualificationValidity>1</QualificationValidity>
<ResultList>$result</ResultList>"

# Lists are arrays even with one item; texts keep their blanks.
message "$head<MessageBody>$body</MessageBody>" >"$dir/a.xml"
json message show "$dir/a.xml"
wants 0 kind OQSsiquc01res outcome valid header.SegmentOfResult 1 \
    body.ResultList.ResultOfQualificationConfirmation '#1' \
    body.ResultList.ResultOfQualificationConfirmation.0.InsurerNumber \
    '  991018' unknown '#0'
run --lang ja message show "$dir/a.xml"
wants 0
says OQSsiquc01res
says '資格は有効です'
says 架空　花子
says '01  一般'

# Elements of next year are kept by their name and told by their path; what
# would break JSON is escaped.
message "$head<MessageBody>$body<Next><A>1</A><A>&quot;2\\&#10;</A></Next>
</MessageBody>" >"$dir/b.xml"
json message show "$dir/b.xml"
wants 0 body.Next.A '#2' body.Next.A.0 1 unknown.0 /XmlMsg/MessageBody/Next
"$PYTHON3" -c 'import json, sys
assert json.load(open(sys.argv[1]))["body"]["Next"]["A"][1] == "\"2\\\n"' \
    "$dir/out" || bad "escaping"

# What others wrote makes no line of ours and moves no cursor; JSON has it all.
message "$(echo "$head<MessageBody>$body</MessageBody>" | sed \
    's/架空　花子/A\&#10;  Outcome B\&#x9B;31mC\&#x202E;D\&#13;E/')" >"$dir/t.xml"
run --lang en message show "$dir/t.xml"
wants 0
says 'Name: A�  Outcome B�31mC�D�E$'
json message show "$dir/t.xml"
wants 0
LC_ALL=C grep -q 'A\\u000a  Outcome B' "$dir/out" || bad "not verbatim"

# Each function's form is that of another: every kind is read by its name.
while read -r number names; do
	for name in $names; do
		cp "$top_srcdir"/tests/message/samples/"$number"_*.xml \
		    "$dir/${name}_202610050001.xml"
		json message show "$dir/${name}_202610050001.xml"
		wants 0 kind "$name" unknown '#0' body present
		json message check "$dir/${name}_202610050001.xml"
		wants 0 kind "$name" findings '#0' unknown '#0'
	done
done <<'END'
12 OQSmuquc01req
13 OQSmuquc01res OQSmuimm01res OQSmutic01res OQSmuhvq01res OQSmuonq01res
14 OQSmuquc02req OQSmuimm02req OQSmutic02req OQSmuhvq02req OQSmuonq02req
17 OQSsiimm01req
19 OQSmuimm01req
21 OQSmuhvq01req
22 OQSmuonq01req
23 OQSmutic01req
24 OQSmuhvq02res OQSmuonq02res OQSmutic02res
25 YZKsiquc01req
28 TKKsiquc01req
30 XDISsiquc01req
END

# What is not public is not read as if it were another.
for name in OQSsihvq OQSsionq OQSsihvd OQSsiurl OQSsiinq OQSsiupd PMHsimsm; do
	cp "$dir/a.xml" "$dir/${name}01res_202610050001.xml"
	for verb in show check; do
		json message $verb "$dir/${name}01res_202610050001.xml"
		wants 2 error.name ONSHI_E_UNSUPPORTED \
		    error.text "~${name}01res" body absent findings absent
	done
done

# Standard input; the name of a file tells its kind, a wrong one does not.
status=0
what='--json message show -'
"$onshikaku" --json message show - <"$dir/a.xml" >"$dir/out" 2>"$dir/err" ||
    status=$?
wants 0 kind OQSsiquc01res
cp "$dir/a.xml" "$dir/OQSsiquc01res_face_20261005101530.xml"
json message show "$dir/OQSsiquc01res_face_20261005101530.xml"
wants 0 kind OQSsiquc01res

# Refused: 5, and the first reason that holds.
while IFS='|' read -r reason text; do
	[ -n "$reason" ] || continue
	printf "$text" >"$dir/x.xml"
	for verb in show check; do
		json message $verb "$dir/x.xml"
		wants 5 error.name ONSHI_E_ANSWER_REFUSED \
		    error.reason "$reason" body absent findings absent
	done
done <<'END'
hostile|<?xml version="1.0"?><!DOCTYPE XmlMsg><XmlMsg/>
hostile|<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><XmlMsg>&a;</XmlMsg>
hostile|<?xml version="1.0"?><?php x?><XmlMsg/>
wrong_encoding|<?xml version="1.0" encoding="UTF-8"?><XmlMsg>\377</XmlMsg>
wrong_encoding|<?xml version="1.0" encoding="EBCDIC-US"?><XmlMsg></XmlMsg>
truncated|<?xml version="1.0"?><XmlMsg><MessageHeader>
malformed|<?xml version="1.0"?><XmlMsg></Other>
END
run --lang en message show "$dir/x.xml"
wants 5
says 'reason: malformed'
[ ! -s "$dir/out" ] || bad "something of it is on standard output"

# check names what is wrong with what could be read.
message "$head<MessageBody>$(echo "$body" |
    sed 's/19800512/19800230/')</MessageBody>" >"$dir/c.xml"
json message show "$dir/c.xml"
wants 0
json message check "$dir/c.xml"
wants 5 findings '#1' findings.0.path '~/Birthdate' findings.0.text present \
    error absent
run message check "$dir/c.xml"
wants 5
says Birthdate
json message check "$dir/a.xml"
wants 0 findings '#0'

# A new code, a check digit and the other encoding are said, but not wrong.
message "$(echo "$head<MessageBody>$body</MessageBody>" | sed 's/  991018/  991019/
    s/Identifier>0/Identifier>1/
    s/<Sex1>2/<Sex1>9/')" >"$dir/n.xml"
json message check "$dir/n.xml"
wants 0 findings '#3'
run --lang en message check "$dir/n.xml"
wants 0
says 'warning: check digit'
message "$(echo "$head" | sed 's/Identifier>0</Identifier>1</')$(
    )<MessageBody>$body</MessageBody>" >"$dir/d.xml"
json message check "$dir/d.xml"
wants 0 findings '#1' findings.0.text '~note: '

ended_by_term message show -
wants 8 error.name ONSHI_E_CANCELLED

# No file.
json message show "$dir/none.xml"
wants 7 error.name ONSHI_E_DISK error.text '~No such file'
json message show "$dir"
wants 7 error.name ONSHI_E_DISK

# What cannot be written is not taken for success.
[ -w /dev/full ] && {
	what='message show >/dev/full'
	status=0
	: >"$dir/out"
	"$onshikaku" --json message show "$dir/a.xml" >/dev/full 2>"$dir/err" ||
	    status=$?
	wants 7
}
finish
