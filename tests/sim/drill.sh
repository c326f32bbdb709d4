#!/bin/sh
# A clinic's afternoon in a disaster: who is right passes, who is not fails, and
# the report says in both languages what was done wrong.
sim=$top_builddir/onshikaku-sim
onshikaku=$top_builddir/onshikaku
[ -x "$sim" ] && [ -x "$onshikaku" ] || exit 77
case ${PYTHON3:-} in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
TMPDIR=$(mktemp -d) || exit 1
trap 'rm -rf "$TMPDIR" "$TMPDIR.pki" "$TMPDIR.out"' EXIT
out=$TMPDIR.out
"$top_builddir/onshikaku-pki" "$TMPDIR.pki" || exit 1
ONSHIKAKU_SCENARIOS=$top_srcdir/simulator/scenarios
ONSHIKAKU_PROGRAMS=$top_builddir/.libs:$top_builddir:$top_srcdir/simulator/vcard
export TMPDIR ONSHIKAKU_SCENARIOS ONSHIKAKU_PROGRAMS
drill="$sim drill disaster --pki $TMPDIR.pki"
bad=0

check() {	# name, what is, what it must be
	[ "$2" = "$3" ] && return
	echo "FAIL $1: '$2', wanted '$3'"
	bad=1
}
says() {	# name, words
	grep -qF -e "$2" "$out" && return
	echo "FAIL $1: the report lacks '$2'"
	bad=1
}

# The command: all right, but for what needs a reader where there is none.
$drill --keep --report "$out" 2>"$TMPDIR/err"
check 'our command' $? 0
[ $bad -eq 0 ] || cat "$out"
says 'in Japanese' '規則のとおりに動作しました'
says 'in English' 'by the rules'
says 'nothing wrong' 'wrong 0, left out'
says 'the record verifies' '○ 改ざんされていない verifies'
says 'the record is handed over' '○ 期間の記録を提出できる exports'
says 'the report of what was seen' '○ 閲覧の報告（規約26条）'
says 'a place to sign' '実施責任者 ____'
check 'no number of a patient' "$(grep -c '見本　太郎' "$out")" 0

# What is handed over, file by file: as whoever has it and the key can prove it
# without any of our programs, and as the command does.
world=$(echo "$(sed -n 's/^kept: //p' "$TMPDIR/err")"/1-*)
"$PYTHON3" -B "$top_srcdir/tests/sim/exports.py" "$world/audit.key" \
    "$world/export.txt" "$world/export-atna.xml" "$world/export-report.txt"
check 'each export verifies, and no other' $? 0
cat "$world"/audit/audit-0*.log | cmp -s - "$world/export.txt"
check 'the entries are the trail' $? 0
# export FORM FILE: again, of a trail that the command proves
export_again() {
	"$onshikaku" -c "$world/onshikaku.conf" audit export --from 2020-01-01 \
	    --to 2099-12-31 $1 "$copy" >"$TMPDIR/again"
	cmp -s "$TMPDIR/again" "$world/$2"
}
verify() {
	"$onshikaku" audit verify --key "$world/audit.key" "$copy" >/dev/null
}
copy=$TMPDIR/copy
cp -a "$world/audit" "$copy"
last=$(ls "$copy"/audit-0*.log | tail -n 1)
verify
check 'the copy verifies' $? 0
export_again '' export.txt
check 'the same entries' $? 0
export_again --atna export-atna.xml
check 'the same messages' $? 0
sed 's/o=ok/o=Ok/' "$last" >"$TMPDIR/bent"
cat "$TMPDIR/bent" >"$last"
verify
check 'a byte of the copy is changed' $? 1
rm -rf "$TMPDIR"/*

# A client that shows somebody where it may not, whatever it is asked.
$drill -- sh -c 'echo "{\"outcome\":\"valid\",\"results\":[{\"name\":\"x\"}],
    \"drugs\":[{\"drug_name\":\"y\"}]}"' >"$out"
check 'one that shows everything' $? 1
says 'why it is wrong' '誤りの内容 what was wrong:'
says 'which rule' 'DI-1'
says 'the end' '規則に反する動作があります against the rules'
check 'who shows nothing before the activation is right' "$(grep -c \
    '^ *[0-9]*\. 13:40  × ' "$out")" 1

# One that does nothing is wrong where something is to be shown.
$drill -- false >"$out"
check 'one that does nothing' $? 1
says 'its exit status' 'exit: wanted 0, is 1'

$sim drill earthquake >/dev/null 2>&1
check 'no such drill' $? 2
$sim drill >/dev/null 2>&1
check 'usage' $? 2
$drill --report /nowhere/report >/dev/null 2>&1
check 'no place for the report' $? 7
check 'nothing is left' "$(ls "$TMPDIR")" ''
exit $bad
