#!/bin/sh
# The face reader in software: whoever sits at its terminal, whoever is played by
# its socket, and clients: the command, and the example built here.
case $PYTHON3 in
''|no)	PYTHON3=python3 ;;
esac
command -v "$PYTHON3" >/dev/null 2>&1 || exit 77
[ -x "$top_builddir/onshikaku-sim" ] || exit 77
ONSHIKAKU_BINDIR=$top_builddir
PATH=$top_builddir:$top_srcdir/simulator/vcard:$PATH
LC_ALL=C.UTF-8
WORLD_CARD=none WORLD_CARD2=none WORLD_FACE=yes
export ONSHIKAKU_BINDIR PATH LC_ALL
. "$top_srcdir/simulator/world.sh"
hand=
trap '[ -z "$hand" ] || kill $hand; world_stop' EXIT
trap 'exit 1' HUP INT TERM
world_start 20 >/dev/null || exit $?
failed=0

check() {	# name, what is, what it must be
	[ "$2" = "$3" ] && return
	echo "FAIL $1: '$2', wanted '$3'"
	failed=1
}
sim() {
	"$(world_bin onshikaku-sim)" face "$@"
}
checkin() {
	"$(world_bin onshikaku)" --json checkin --method face "$@" \
	    </dev/null >"$WORLD/out" 2>"$WORLD/err"
}
at() {	# a path in what the command printed
	"$PYTHON3" -c 'import json, sys
v = json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."):
    v = v.get(k) if isinstance(v, dict) else None
print(v)' "$WORLD/out" "$1"
}

# Windowless.
sim touch adult --consent drugs,limit >/dev/null
check 'who waits' "$(sim status | head -n 1)" 'patients 1'
checkin --consent drugs,checkups
check 'checked in' "$? $(at outcome) $(at method) $(at carrier)" \
    '0 valid face card'
check 'given there' "$(at consents.drugs.given)" True
check 'not given there' "$(at consents.checkups.given)" False
check 'not asked, not given' "$(at consents.limit)" None
check 'nobody is left' "$(sim status | tr '\n' ' ')" \
    'patients 0 checks 1 waiting 0 '
sim touch adult >/dev/null
sim leave >/dev/null
check 'went' "$(sim status | head -n 1)" 'patients 0'
for words in 'touch' 'touch a/b' 'touch adult --method nose' 'dance' \
    'touch adult --consent secrets' 'touch adult --pin'; do
	# shellcheck disable=SC2086
	sim $words >/dev/null 2>&1
	check "$words" $? 2
done

# Cancelled while nobody is there: the reader is free at once.
"$(world_bin onshikaku)" --json checkin --method face </dev/null \
    >"$WORLD/out" 2>/dev/null &
client=$!
until [ "$(sim status | tail -n 1)" = 'waiting 1' ] ||
    ! kill -0 $client 2>/dev/null; do
	sleep 0.05
done
checkin
check 'busy' "$? $(at error.name)" '3 ONSHI_E_READER_BUSY'
kill -TERM $client
wait $client
check 'cancelled' $? 8
n=0
while [ "$(sim status | tail -n 1)" != 'waiting 0' ] && [ $n -lt 100 ]; do
	sleep 0.05
	n=$((n + 1))
done
check 'free again' "$(sim status | tail -n 1)" 'waiting 0'

# In the terminal, in big choices: card, method, each consent.
printf 'adult\n9\n1\n1\n3\n2\n' | "$(world_bin onshikaku-sim)" face serve \
    --pki "$WORLD/pki" --socket "$WORLD/hand.sock" --by-hand \
    >"$WORLD/hand.out" 2>&1 &
hand=$!
world_line "$WORLD/hand.out" $hand '^ready' 10 || exit 1
sed "s|$WORLD/face.sock|$WORLD/hand.sock|" "$ONSHIKAKU_CONF" >"$WORLD/hand.conf"
chmod 600 "$WORLD/hand.conf"
"$(world_bin onshikaku)" -c "$WORLD/hand.conf" --json checkin --method face \
    --consent drugs,checkups </dev/null >"$WORLD/out" 2>"$WORLD/err"
check 'by hand' "$? $(at outcome) $(at method)" '0 valid face'
check 'first question' "$(at consents.checkups.given)" True
check 'second question' "$(at consents.drugs.given)" False
grep -q '\[ 1 \]  同意する' "$WORLD/hand.out" || check 'big choices' no yes
grep -q '健診の情報' "$WORLD/hand.out" || check 'the facility asks' no yes
kill $hand
wait $hand
hand=

# The example is an adapter, too.
if command -v "${CC%% *}" >/dev/null 2>&1 &&
    ! grep -q fsanitize "$top_builddir/Makefile"; then
	$CC -D_POSIX_C_SOURCE=200809L -I"$top_srcdir/include" -o "$WORLD/face" \
	    "$top_srcdir/examples/face_reader.c" -L"$top_builddir/lib/.libs" \
	    -lonshikaku || exit 1
	sim touch adult --consent drugs >/dev/null
	grep -v -e '^\[face\]' -e '^socket' "$ONSHIKAKU_CONF" >"$WORLD/plain.conf"
	chmod 600 "$WORLD/plain.conf"
	said=$(LD_LIBRARY_PATH=$top_builddir/lib/.libs \
	    ONSHIKAKU_CONF=$WORLD/plain.conf "$WORLD/face" "$WORLD/face.sock")
	check 'example' "$? $said" '0 完了しました'
fi
exit $failed
