#!/bin/sh
# What cannot be printed is a failure (exit 7, and said on standard error), by
# whatever command; and descriptors that the caller has closed become none of
# our files.
. "$(dirname "$0")/lib.sh"
umask 077
printf '[facility]\ninstitution_code = 1319999996\nkind = medical\n[audit]\ndir = %s\n' \
    "$dir/audit" >"$dir/conf"
ONSHIKAKU_CONF=$dir/conf
export ONSHIKAKU_CONF
sample=$(ls "$top_srcdir"/tests/message/samples/*.xml | head -n 1)
run audit init --key-out "$dir/key"
wants 0

# One row per command that prints; all of them exit 0 with a good output.
rows() {
	cat <<END
--version
--help
help config
checkin --help
audit show
audit head
audit export --from 20200101 --to 20991231
audit verify --key $dir/key
message show $sample
notice purpose
notice consent --print
notice visual --html
END
}

ended() {
	ran=$((ran + 1))
	[ "$status" = 7 ] || bad "exit $status, wanted 7"
	says "standard output: $1"
	says ONSHI_E_DISK
	if [ "$(wc -l <"$dir/err")" -gt 4 ]; then
		bad "too much on standard error"
	fi
}

: >"$dir/out"
rows >"$dir/rows"
while read -r words <&8; do
	for form in '' --json; do
		# shellcheck disable=SC2086
		set -- $form $words
		what="$* >/dev/full"
		status=0
		"$onshikaku" "$@" </dev/null >/dev/full 2>"$dir/err" ||
		    status=$?
		ended 'No space left on device'
		what="$* >&-"
		status=0
		"$onshikaku" "$@" </dev/null >&- 2>"$dir/err" || status=$?
		ended 'Bad file descriptor'
	done
done 8<"$dir/rows"

# A reader that has gone.
mkfifo "$dir/fifo"
for words in --version "notice consent --html"; do
	what="$words, to nobody"
	exec 9<>"$dir/fifo"
	exec 8>"$dir/fifo" 9<&-
	status=0
	# shellcheck disable=SC2086
	"$onshikaku" $words </dev/null >&8 2>"$dir/err" || status=$?
	exec 8>&-
	ended 'Broken pipe'
done

# What failed before stays the failure.
what='message show, none, >/dev/full'
status=0
"$onshikaku" --json message show "$dir/none" </dev/null >/dev/full \
    2>"$dir/err" || status=$?
ran=$((ran + 1))
[ "$status" = 7 ] || [ "$status" = 5 ] || bad "exit $status"
says 'standard output'

# Closed descriptors: the new key has a line and nothing else in it, the record
# is whole, nothing was said into a file of ours.
for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&-' '0<&- 1>&- 2>&-'; do
	rm -rf "$dir/audit" "$dir/key"
	what="audit init $closed"
	eval "'$onshikaku' audit init --key-out '$dir/key' $closed" \
	    >"$dir/out" 2>"$dir/err"
	[ "$(wc -l <"$dir/key")" -eq 1 ] || bad "more than a key"
	eval "'$onshikaku' frob '$dir/audit' $closed" >"$dir/out" 2>"$dir/err"
	eval "'$onshikaku' audit export --from 20200101 --to 20991231 $closed" \
	    >"$dir/out" 2>"$dir/err"
	json audit verify --key "$dir/key"
	wants 0 verdict intact
	"$onshikaku" --json checkin --method pin --pin-fd 0 0<&- >"$dir/out" \
	    2>"$dir/err"
	status=$?
	wants 2 error.text '~descriptor to read from'
done

# A key and a PIN that an editor of Windows has had in hand.
printf '\357\273\277%s\r\n' "$(cat "$dir/key")" >"$dir/key.crlf"
json audit verify --key "$dir/key.crlf"
wants 0 verdict intact
printf '%s' "$(cat "$dir/key")" >"$dir/key.bare"
json audit verify --key "$dir/key.bare"
wants 0 verdict intact
for odd in '' '\r\n' '\357\273\277' '\357\273\277\n'; do
	# shellcheck disable=SC2059
	printf "$odd" >"$dir/key.bad"
	json audit verify --key "$dir/key.bad"
	wants 4
done
finish
