#!/bin/sh
# OpenSC, which was written against real cards, accepts the virtual one.
set -eu
bin=$top_builddir
vreader=$top_srcdir/simulator/vcard/onshikaku-vreader
export ONSHIKAKU_BINDIR="$bin"
unset ONSHIKAKU_APDU_LOG	# OpenSC reads what our library never does

skip() {
	echo "skipped: $*"
	exit 77
}

for tool in opensc-tool pkcs15-tool pkcs11-tool openssl; do
	command -v "$tool" >/dev/null || skip "no $tool"
done
module=
for m in $(find /usr/lib /usr/lib64 /usr/local/lib \
    -name opensc-pkcs11.so 2>/dev/null); do
	module=$m
done
[ -n "$module" ] || skip "no opensc-pkcs11.so"

dir=$(mktemp -d /tmp/onshi-opensc-XXXXXX)
reader=
end() {
	[ -z "$reader" ] || kill "$reader" 2>/dev/null || :
	[ -z "$reader" ] || wait "$reader" 2>/dev/null || :
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 1' TERM INT HUP

# A user's own OpenSC settings must not decide what is tried.
HOME=$dir
export HOME
unset OPENSC_CONF OPENSC_DRIVER || :

fail() {
	echo "FAIL $*"
	[ ! -f "$dir/out" ] || cat "$dir/out"
	exit 1
}

start() {
	: >"$dir/ready"
	"$vreader" --dir "$dir/reader" --pki "$dir/pki" "$@" \
	    >"$dir/ready" 2>"$dir/err" </dev/null &
	reader=$!
	while ! grep -q ready "$dir/ready"; do
		kill -0 "$reader" 2>/dev/null || {
			status=0
			wait "$reader" || status=$?
			reader=
			[ "$status" != 77 ] || skip "$(cat "$dir/err")"
			cat "$dir/err"
			fail "the reader did not start"
		}
		sleep 0.1
	done
	PCSCLITE_CSOCK_NAME=$dir/reader/run/pcscd/pcscd.comm
	export PCSCLITE_CSOCK_NAME
}

stop() {
	kill "$reader"
	wait "$reader" || :
	reader=
}

run() {
	"$@" >"$dir/out" 2>&1 || fail "$*"
}

"$bin/onshikaku-pki" "$dir/pki"

for kind in "" --contact; do
	start --card adult $kind
	run opensc-tool -n
	grep -qi jpki "$dir/out" || fail "the card has no name"
	run pkcs15-tool -D
	for what in "User Authentication PIN" "Tries left     : 3" \
	    "Tries left     : 5" "User Authentication Key" \
	    "ModLength      : 2048" "Digital Signature Certificate"; do
		grep -q "$what" "$dir/out" || fail "pkcs15-tool: no $what"
	done
	run pkcs15-tool --read-certificate 01
	sed -n '/BEGIN/,/END/p' "$dir/out" >"$dir/cert.pem"
	openssl x509 -in "$dir/cert.pem" -outform DER |
	    cmp - "$dir/pki/cards/adult/auth.der" || fail "other certificate"
	openssl verify -CAfile "$dir/pki/card-ca.pem" "$dir/cert.pem" \
	    >"$dir/out" 2>&1 || fail "the certificate is not the authority's"

	echo "what the card signs" >"$dir/text"
	run pkcs11-tool --module "$module" --login --pin 1234 --sign --id 01 \
	    -m SHA256-RSA-PKCS -i "$dir/text" -o "$dir/signature"
	openssl x509 -in "$dir/cert.pem" -noout -pubkey >"$dir/key.pem"
	run openssl dgst -sha256 -verify "$dir/key.pem" \
	    -signature "$dir/signature" "$dir/text"
	echo "what it did not" >"$dir/text"
	! openssl dgst -sha256 -verify "$dir/key.pem" \
	    -signature "$dir/signature" "$dir/text" >"$dir/out" 2>&1 ||
	    fail "a signature of something else verifies"

	! pkcs11-tool --module "$module" --login --pin 9999 --sign --id 01 \
	    -m SHA256-RSA-PKCS -i "$dir/text" -o "$dir/signature" \
	    >"$dir/out" 2>&1 || fail "a wrong PIN signs"
	run pkcs15-tool -D
	grep -q "Tries left     : 2" "$dir/out" || fail "no try was spent"
	stop
	rm -f "$dir/reader/state"
done

start --card locked
run pkcs15-tool -D
grep -q "Tries left     : 0" "$dir/out" || fail "not locked"
stop

# A card that never answers holds the reader until it is taken away.
start --card adult --fault mute@1
opensc-tool -s 00A4040C0AD392F000260100000001 >"$dir/out" 2>&1 &
client=$!
sleep 1
kill -0 "$client" 2>/dev/null || fail "the card is not mute"
"$bin/onshikaku-vcard" --control "$dir/reader/vcard.sock" remove ||
    fail "a mute card cannot be removed"
wait "$client" || :
"$bin/onshikaku-vcard" --control "$dir/reader/vcard.sock" insert adult ||
    fail "the reader is dead"
run opensc-tool -s 00A4040C0AD392F000260100000001
grep -q "SW1=0x90" "$dir/out" || fail "the card does not come back"
stop

awk -F '\t' '!/^#/ { n++; t += 0; if (NF != 6) exit 1 }
    END { printf "%d commands\n", n; exit n < 100 }' \
    "$dir/reader/apdu.log" || fail "the log is not as it should be"
echo "OpenSC accepts the card"
