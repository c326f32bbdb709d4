#!/bin/sh
# The test certificates are what their names say; openssl is the judge.
set -eu
pki=$top_builddir/onshikaku-pki
command -v openssl >/dev/null || { echo "skipped: no openssl"; exit 77; }

dir=$(mktemp -d /tmp/onshi-pki-XXXXXX)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' TERM INT HUP
failed=0
checked=0

note() {
	echo "FAIL $*"
	failed=1
}

# good|bad WHAT COMMAND...: the command succeeds, or fails.
good() {
	checked=$((checked + 1))
	what=$1
	shift
	"$@" >"$dir/out" 2>&1 || note "$what"
}

bad() {
	checked=$((checked + 1))
	what=$1
	shift
	! "$@" >"$dir/out" 2>&1 || note "$what"
}

# equal WHAT GOT WANTED
equal() {
	checked=$((checked + 1))
	[ "$2" = "$3" ] || note "$1: $2 instead of $3"
}

now=2026-11-21
at=$(date -u -d "$now 12:00" +%s)
verify() {
	openssl verify -attime "$at" "$@"
}
server() {
	verify -CAfile "$dir/p/ca.pem" -purpose sslserver \
	    -verify_hostname "$1" "$dir/p/$2.pem"
}
client() {
	verify -CAfile "$dir/p/ca.pem" -purpose sslclient "$dir/p/$1.pem"
}
subject() {
	openssl x509 -in "$1" -noout -subject -nameopt multiline |
	    sed -n 's/^ *commonName *= //p'
}
same_key() {
	[ "$(openssl x509 -in "$1" -noout -pubkey)" = \
	    "$(openssl pkey -in "$2" -pubout)" ]
}

# New keys, and kept for the end of this test.
ONSHIKAKU_PKI_KEYS=$dir/kept.pem
export ONSHIKAKU_PKI_KEYS
"$pki" --now "$now" --broken all "$dir/p"

good "server: localhost" server localhost server
good "server: onshi.example" server onshi.example server
bad "server: another name" server other.example server
good "server: address" verify -CAfile "$dir/p/ca.pem" \
    -verify_ip 127.0.0.1 "$dir/p/server.pem"
bad "server as a client" client server
for t in medical:1319999996 dental:1339999996 pharmacy:1349999988 \
    visiting:1369999993; do
	f=terminal-${t%:*}
	good "$f" client "$f"
	bad "$f as a server" server onshi.example "$f"
	equal "$f: institution" "$(subject "$dir/p/$f.pem")" "${t#*:}"
	good "$f: key" same_key "$dir/p/$f.pem" "$dir/p/$f.key"
done

strict() {
	verify -CAfile "$dir/p/ca.pem" -purpose sslserver -x509_strict \
	    -verify_hostname onshi.example -untrusted "$dir/p/server.pem" \
	    "$dir/p/$1.pem"
}
good "server, strictly" strict server
for f in expired not-yet wrong-name self-signed other-ca by-leaf \
    client-use; do
	good "server-$f: key" same_key "$dir/p/server-$f.pem" \
	    "$dir/p/server-$f.key"
	bad "server-$f" strict "server-$f"
done
equal "server-cn-only: names beside CN" "$(openssl x509 -noout -text \
    -in "$dir/p/server-cn-only.pem" | grep -c 'Alternative Name')" 0
bad "server-revoked" verify -CAfile "$dir/p/ca.pem" -crl_check \
    -CRLfile "$dir/p/crl.pem" "$dir/p/server-revoked.pem"
good "server not revoked" verify -CAfile "$dir/p/ca.pem" -crl_check \
    -CRLfile "$dir/p/crl.pem" "$dir/p/server.pem"
openssl x509 -in "$dir/p/server-sha1.pem" -noout -text >"$dir/sha1"
good "server-sha1" grep -q ecdsa-with-SHA1 "$dir/sha1"
for f in expired other-ca self-signed server-use; do
	bad "client-$f" client "client-$f"
done
bad "client-passphrase without it" openssl pkey -passin pass: \
    -in "$dir/p/client-passphrase.key" -noout
good "client-passphrase" openssl pkey -in "$dir/p/client-passphrase.key" \
    -passin "file:$dir/p/client-passphrase.pass" -noout
bad "an unknown one" "$pki" --broken server-nonsense "$dir/q"

equal "keys open to others" "$(find "$dir/p" -name '*.key' ! -perm 0600)" ""
equal "all kinds of cards" \
    "$(for c in adult child locked last-try expired grace revoked \
    unregistered no-pin phone residence licence juki soon renewed extra-aps \
    other-ca wrong-key bad-cert; do
	[ -s "$dir/p/cards/$c/profile.ini" ] || echo "$c"; done)" ""

# Until the fifth birthday: what each is worth at the present day.
cards=$dir/p/cards
until_of() {
	date -u -d "$(openssl x509 -in "$cards/$1/auth.pem" -noout -enddate |
	    sed 's/.*=//')" +%s
}
for c in adult renewed locked last-try revoked unregistered no-pin phone \
    extra-aps; do
	good "$c" verify -CAfile "$dir/p/card-ca.pem" "$cards/$c/auth.pem"
	good "$c: three months and more" \
	    test "$(until_of $c)" -gt $((at + 100 * 86400))
done
good "soon" verify -CAfile "$dir/p/card-ca.pem" "$cards/soon/auth.pem"
good "soon: less than three months" \
    test "$(until_of soon)" -lt $((at + 80 * 86400))
for c in expired grace; do
	bad "$c" verify -CAfile "$dir/p/card-ca.pem" "$cards/$c/auth.pem"
done
month_end() {
	date -u -d "$(date -u -d "@$(until_of "$1")" +%Y-%m-01) + 4 months" +%s
}
good "grace: within" test "$(month_end grace)" -gt "$at"
good "expired: beyond" test "$(month_end expired)" -lt "$at"
bad "other-ca" verify -CAfile "$dir/p/card-ca.pem" \
    "$cards/other-ca/auth.pem"
bad "bad-cert" openssl x509 -inform DER -noout \
    -in "$cards/bad-cert/auth.der"
bad "wrong-key" same_key "$cards/wrong-key/auth.pem" \
    "$cards/wrong-key/auth.key"
good "adult: key" same_key "$cards/adult/auth.pem" "$cards/adult/auth.key"
equal "adult: size" "$(wc -c <"$cards/adult/auth.der" | tr -d ' ')" 1571
equal "child: no certificate" "$(ls "$cards/child" | grep -c '^auth')" 0
issuer=$(openssl x509 -in "$cards/adult/auth.pem" -noout -issuer)
case $issuer in
*JPKI-TEST*"JPKI for user authentication"*libonshikaku*) ;;
*) note "issuer: $issuer" ;;
esac
equal "other-ca: same issuer, other key" "$issuer" \
    "$(openssl x509 -in "$cards/other-ca/auth.pem" -noout -issuer)"
openssl x509 -inform DER -in "$cards/adult/sign.der" -out "$dir/sign.pem"
good "signature certificate" verify -CAfile "$dir/p/card-sign-ca.pem" \
    "$dir/sign.pem"

# 1 if the last digit is the check digit of the others.
check_digit() {
	echo "$1" | awk '{
		for (i = length($0) - 1; i > 0; i--) {
			p = substr($0, i, 1) * ((length($0) - i) % 2 ? 2 : 1)
			s += int(p / 10) + p % 10
		}
		print (10 - s % 10) % 10 == substr($0, length($0)) }'
}

# The people: serial numbers as in the certificates, check digits right.
equal "people: heading" "$(head -n 1 "$dir/p/people.csv")" \
    "profile,serial,insurer,symbol,number,branch,birthdate"
tail -n +2 "$dir/p/people.csv" >"$dir/people"
while IFS=, read -r profile serial insurer _ number branch birth; do
	got=
	[ ! -f "$cards/$profile/auth.pem" ] ||
	    got=$(openssl x509 -in "$cards/$profile/auth.pem" -noout \
	    -serial | sed 's/.*=//' | tr A-F a-f)
	equal "$profile: serial" "$serial" "$got"
	case $insurer in
	99* | 3999*) ;;
	*) note "$profile: insurer that may exist" ;;
	esac
	[ "${insurer#39}" = "$insurer" ] || set -- "$number"
	for n in "$insurer" "$@"; do
		equal "$profile: check digit of $n" "$(check_digit "$n")" 1
	done
	set --
	equal "$profile: birth date and branch" \
	    "$(expr "$birth" : '[12][0-9]\{7\}$')/$((${#branch} % 2))" "8/0"
done <"$dir/people"
equal "renewed: the same person" \
    "$(grep '^renewed,' "$dir/people" | cut -d, -f3-)" \
    "$(grep '^adult,' "$dir/people" | cut -d, -f3-)"

# No digits on a card can be a My Number: the check digit is wrong.
for f in "$cards"/*/profile.ini; do
	equal "$f: an impossible number" "$(sed -n 's/^number_a = //p' "$f" |
	    awk '{
		for (n = 1; n <= 11; n++)
			s += substr($0, 12 - n, 1) * (n <= 6 ? n + 1 : n - 5)
		c = s % 11 <= 1 ? 0 : 11 - s % 11
		print length($0) == 12 && c != substr($0, 12) }')" 1
done

# What is signed on the card verifies by the keys that the card names.
if command -v python3 >/dev/null; then
	good "records" python3 - "$cards/adult" <<-'END'
	import hashlib, sys

	def tlv(b):
	    i, out = 0, []
	    while i < len(b):
	        s, n = i, 2 if b[i] & 0x1f == 0x1f else 1
	        t, i = b[i:i + n].hex(), i + n
	        l, i = b[i], i + 1
	        if l > 0x80:
	            l, i = int.from_bytes(b[i:i + l - 0x80], "big"), i + l - 0x80
	        out.append((t, b[i:i + l], b[s:i + l], s))
	        i += l
	    return out

	def read(name):
	    return open(f"{sys.argv[1]}/{name}.bin", "rb").read()

	def block(sig, n):
	    return pow(int.from_bytes(sig, "big"), 65537,
	        int.from_bytes(n, "big")).to_bytes(256, "big")

	def signed(sig, n, data):
	    info = bytes.fromhex("3031300d060960864801650304020105000420")
	    want = info + hashlib.sha256(data).digest()
	    assert block(sig, n) == b"\0\1" + b"\xff" * (253 - len(want)) + \
	        b"\0" + want

	def records(name):
	    (outer,) = tlv(read(name))
	    return {t: (v, raw, at) for t, v, raw, at in tlv(outer[1])}

	def issuer(name):
	    (outer,) = tlv(read(name))
	    return tlv(outer[1])[0][1][-256:]

	text, face = issuer("text-0004"), issuer("visual-0004")
	r = records("text-0003")
	signed(r["df33"][0], text, r["df31"][1] + r["df32"][1])
	attributes = read("text-0002")
	at = attributes.index(b"\xdf\x22")
	assert r["df31"][0] == hashlib.sha256(read("text-0001") +
	    b"\xff\xff").digest()
	assert r["df32"][0] == hashlib.sha256(attributes[at:]).digest()
	r = records("text-0007")
	signed(r["df52"][0], text, r["df51"][1])
	r = records("visual-0001")
	signed(r["df13"][0], face, r["df11"][1] + r["df12"][1])
	r = records("visual-0005")
	signed(r["df43"][0], face, r["df41"][1] + r["df42"][1])
	r = records("visual-0002")
	h = [hashlib.sha256(b"".join(r[t][1] for t in g)).digest()
	    for g in (("df22", "df23", "df24"), ("df25", "df26"), ("df27",))]
	assert block(r["df28"][0], face).endswith(b"\x04\x60" + b"".join(h))
	for name in ("text-0002", "visual-0002"):
	    b, r = read(name), records(name)
	    table = r["df21"][0]
	    offsets = [int.from_bytes(table[i:i + 2], "big")
	        for i in range(0, len(table), 2)]
	    assert [b[o:o + 2].hex() for o in offsets] == \
	        sorted(t for t in r if t != "df21"), offsets
	END
	[ "$failed" = 0 ] || cat "$dir/out"
fi

# Keys that were kept are the cards' alone, and a file that was cut is mended.
last=$(grep -c -e -----BEGIN "$dir/kept.pem")
(umask 077; sed '$d' "$dir/kept.pem" >"$dir/cut.pem")
ONSHIKAKU_PKI_KEYS=$dir/cut.pem
"$pki" --now "$now" "$dir/again"
good "kept: a card's key" same_key "$cards/adult/auth.pem" \
    "$dir/again/cards/adult/auth.key"
bad "kept: the network's keys" verify -CAfile "$dir/p/ca.pem" \
    "$dir/again/server.pem"
equal "kept: all of them" "$(grep -c -e -----END "$dir/cut.pem")" "$last"
bad "kept: the one that was cut" cmp "$dir/kept.pem" "$dir/cut.pem"
equal "kept: for their owner" "$(find "$dir" -maxdepth 1 -name '*.pem*' \
    ! -perm 0600)" "$dir/sign.pem"

[ "$failed" = 1 ] || echo "$checked facts about the certificates hold"
exit "$failed"
