#!/bin/sh
# Tests the check of logs: each forbidden command is found, and no other.
set -eu
check=$top_srcdir/tests/pcsc/apdu_check.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
judged=0

# Commands to a log: command, answer and status word by commas.
log() {
	printf '# seconds\tcommand\tanswer bytes with SW\tSW\tmodel ms\tcard\n'
	printf '# 1.000000\tpower-on\t35963.aa/adult\n'
	for c in "$@"; do
		printf '1.000000\t%s\t2\t%s\t12.000\t35963.aa/adult\n' \
		    "${c%,*}" "${c#*,}"
	done
}

expect() {
	want=$1 what=$2
	shift 2
	log "$@" >"$dir/log"
	got=0
	judged=$((judged + 1))
	sh "$check" $closing "$dir/log" >"$dir/out" || got=$?
	if [ "$got" != "$want" ]; then
		echo "FAIL $what: exit $got instead of $want"
		cat "$dir/out"
		failed=1
	fi
}

jpki=00a4040c0ad392f000260100000001,9000
text=00a4040c0ad3921000310001010408,9000
visual=00a4040c0ad3921000310001010402,9000
common=00a4040c0ad3921000310001010100,9000
closing=

expect 0 "a check-in" $jpki 00b08a00000800,9000 00200098,63c3 \
    '0020009804********,9000' 802a009733aa00,9000 $common
expect 0 "attributes and face by number B" $text \
    '002000950e****************************,9000' 00b0820000,9000 \
    $visual '002000920e****************************,9000' 00b0820000,9000
expect 0 "files of the same number elsewhere" $jpki 00b0830000,6a82 \
    $visual 00b0840000,9000 $common 00b2010c00,9000
expect 0 "the face, checked" $visual 00b0840000,9000 00200092,63ca \
    '002000920e****************************,9000' 00b0820000,9000 \
    00b0010000,9000 802a000033aa00,9000 $jpki
expect 1 "another file of the visual application" $visual 00b0810000,6982
expect 1 "its birth-date key" $visual '0020009106************,9000'
expect 1 "twelve digits by the number B's name" $visual \
    '002000920c************************,63c9'
expect 1 "My Number by SFI" $text 00b0810000,6982
expect 1 "My Number by SFI, extended" $text 00b08100000000,6982
expect 1 "My Number by SELECT" $text 00a4020c020001,6982
expect 1 "hash of the My Number" $text 00b0830000,6982
expect 1 "hash of it by SELECT" $text 00a4020c020003,9000 00b0000000,6982
expect 1 "picture of the My Number" $visual 00b0850000,6982
expect 1 "number A in the text application" $text \
    '002000940c************************,63c9'
expect 1 "number A in the visual application" $visual \
    '002000930c************************,63c9'
expect 1 "number A by SELECT" $visual 00a4020c020013,9000
expect 1 "text PIN" $text '0020009104********,9000'
expect 0 "tries of the text PIN" $text 00200091,63c3
expect 1 "residents' register" 00a4040c0ad3921000310001010401,6a82
expect 1 "part of a name" 00a4040c05d392100031,9000
expect 1 "signature certificate" $jpki 00b0810000,6982
expect 1 "signature PIN" $jpki '0020009b07**************,9000'
expect 1 "a PIN in the log" $jpki 002000980431323334,9000
expect 1 "administration" $jpki 8054000000,6d00
expect 1 "licence" 00a4040c10a0000002310100000000000000000000,9000 \
    00b0810000,6982
expect 0 "not a licence" 00a4040c10a0000002310100000000000000000000,6a82 \
    00b0810000,6982

closing=--closing
expect 0 "closed" $jpki '0020009804********,9000' $common
log $jpki '0020009804********,9000' >"$dir/log"
printf '# 1.000000\tpower-off\t35963.aa/adult\n' >>"$dir/log"
if sh "$check" --closing "$dir/log" >/dev/null; then
	echo "FAIL a PIN left behind is not found"
	failed=1
fi
[ "$failed" = 1 ] || echo "$((judged + 1)) logs judged rightly"
exit "$failed"
