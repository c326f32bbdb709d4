#!/bin/sh
# Fails if a card's log holds a command that no medical client may send
# (card.md 5.6): apdu_check.sh [--closing] LOG...
# --closing: a PIN that was shown must be dropped by selecting another
# application before the card is powered off.
set -eu

closing=0
if [ "${1:-}" = --closing ]; then
	closing=1
	shift
fi
[ $# -gt 0 ] || { echo "usage: apdu_check.sh [--closing] LOG..." >&2; exit 2; }

exec awk -F '\t' -v closing="$closing" '
function hex(s,  i, n) {
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}

function bad(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
	found++
}

# The EF that P2 names, or the current one.
function reference() {
	return (p2 % 32 > 0) ? p2 % 32 : ef[key]
}

# What may not be done to an EF, by application and number.
function never(app, id, verb,  k) {
	k = app " " id
	if (k in forbidden && index(forbidden[k], verb) > 0)
		bad(verb " of " k)
}

BEGIN {
	name["d392f000260100000001"] = "jpki"
	name["d3921000310001010408"] = "text"
	name["d3921000310001010402"] = "visual"
	name["d3921000310001010401"] = "juki"
	name["d3921000310001010100"] = "common"
	forbidden["text 1"] = "SELECT READ"	# the My Number
	forbidden["text 3"] = "SELECT READ"	# a hash of it
	forbidden["visual 5"] = "SELECT READ"	# a picture of it
	for (i = 1; i < 32; i++)		# of the visual one, the face
		if (i != 2 && i != 4 && i != 5 && i != 18)	# is read
			forbidden["visual " i] = "SELECT READ VERIFY"
	forbidden["text 20"] = "VERIFY"		# number A
	forbidden["visual 19"] = "SELECT READ VERIFY"
	forbidden["text 17"] = "VERIFY"		# the text PIN opens text 1
	forbidden["jpki 1"] = "SELECT READ"	# the signature certificate
	forbidden["jpki 27"] = "VERIFY"		# and its PIN
	forbidden["jpki 26"] = "SELECT SIGN"	# and its key
	split("8a 06 50 52 54", admin, " ")
	for (i in admin)
		administrative[admin[i]] = 1
}

/^#/ {
	if (closing && $2 ~ /^power-off$/ && shown[$3])
		bad("the PIN was left behind at power-off")
	shown[$3] = app[$3] = ef[$3] = ""
	next
}

NF >= 6 {
	key = $6
	cla = substr($2, 1, 2); ins = substr($2, 3, 2)
	p1 = hex(substr($2, 5, 2)); p2 = hex(substr($2, 7, 2))
	lc = substr($2, 9, 2)
	data = substr($2, lc == "00" ? 15 : 11)
	ok = ($4 == "9000")
	if (app[key] == "licence" && ins != "a4")
		bad("a driver'\''s licence was sent more than SELECT")
	if (cla == "80" && ins in administrative)
		bad("an administrative command")
	if (ins == "20" || ins == "24" || ins == "32") {
		if (data != "" && data !~ /^\*+$/)
			bad("a secret in the log")
	}
}

NF >= 6 && ins == "a4" && p1 == 4 {
	aid = substr(data, 1, 2 * hex(lc))
	if (aid ~ /^d392/ && length(aid) < 20)
		bad("SELECT of an application by a part of its name")
	if (name[aid] == "juki")
		bad("SELECT of the residents'\'' register application")
	if (ok) {
		app[key] = (aid ~ /^a000000231/) ? "licence" : name[aid]
		ef[key] = ""
		shown[key] = ""
	}
}

NF >= 6 && ins == "a4" && p1 == 2 {
	id = hex(substr(data, 1, 4))
	never(app[key], id, "SELECT")
	if (ok)
		ef[key] = id
}

NF >= 6 && ins == "b0" {
	id = (p1 >= 128) ? p1 % 32 : ef[key]
	never(app[key], id, "READ")
	if (ok)
		ef[key] = id
}

NF >= 6 && ins == "20" && data != "" {
	never(app[key], reference(), "VERIFY")
	if (app[key] == "visual" && lc != "0e")
		bad("a number that is not 14 digits to the visual application")
	if (ok)
		shown[key] = 1
}

NF >= 6 && ins == "2a" {
	never(app[key], reference(), "SIGN")
}

END {
	if (found > 0)
		printf "%d forbidden\n", found
	exit (found > 0)
}' "$@"
