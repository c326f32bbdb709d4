#!/bin/sh
# A clinic's afternoon in a disaster: who is right passes, who is not fails, and
# the report says in both languages what was done wrong.
sim=$top_builddir/onshikaku-sim
[ -x "$sim" ] && [ -x "$top_builddir/onshikaku" ] || exit 77
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
$drill --report "$out"
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
