#!/bin/sh
# The command by folders: what it says is what it says by HTTPS; and what it
# leaves behind when answers are late, thrown back, doubled or never come.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/folders.sh"
sim_start --listen 127.0.0.1:0
port=$(sed -n 's/^listening .*://p' "$dir/sim")

# conf NAME LINES…: a configuration of that name, with these lines for the link.
conf() {
	(umask 077; {
		printf '[facility]\ninstitution_code = 1319999996\n'
		printf 'kind = medical\ndesk = 4\n[link]\n'
		shift
		printf '%s\n' "$@"
	} >"$dir/$name")
}
name=https
conf . "type = https" "base = https://onshi.example:$port" \
    "ca_file = $dir/pki/ca.pem" "cert_file = $dir/pki/terminal-medical.pem" \
    "key_file = $dir/pki/terminal-medical.key" \
    "addresses = onshi.example:$port:127.0.0.1" "networks = 127.0.0.0/8"
folder() {
	name=$1
	shift
	conf . "type = folder" "req_dir = $dir/oqs/req" \
	    "res_dir = $dir/oqs/res" "journal_dir = $dir/journal" \
	    "settle_ms = 50" "$@"
}
folder folder
folder short "deadline_ms = 1500"
folder sjis "encoding = Shift_JIS"

control() {
	"$sim" control --control "$dir/sim.sock" "$@" >/dev/null || {
		echo "FAIL: control $*"
		failed=$((failed + 1))
	}
}

# What the card's insurance is, from the people that the service knows.
person=$(person_of adult)
ask() {
	# shellcheck disable=SC2086
	json -c "$dir/$1" eligibility $person
}

empty() {
	for d in req res; do
		left=$(ls -A "$dir/oqs/$d")
		[ -z "$left" ] || bad "$d has $left"
	done
}

# ---- the same by both, but for times and numbers of their own -----------------
ask https
wants 0 outcome valid
cp "$dir/out" "$dir/by-https"
ask folder
wants 0 outcome valid
"$PYTHON3" - "$dir/by-https" "$dir/out" <<'END' || bad "differs from https"
import json, sys
def said(path):
    top = json.load(open(path, encoding="utf-8"))
    for key in ("visit", "timing_ms", "arbitrary_file_identifier",
                "answer_time", "answer_expires", "process_execution_time"):
        top.pop(key, None)
    return top
a, b = said(sys.argv[1]), said(sys.argv[2])
for key in sorted(set(a) | set(b)):
    if a.get(key) != b.get(key):
        sys.exit("%s: %r and %r" % (key, a.get(key), b.get(key)))
END
empty
json -c "$dir/folder" journal
wants 0 requests '#0'
json -c "$dir/https" journal
wants 0 requests '#0'

# ---- another encoding -----------------------------------------------------------
ask sjis
wants 0 outcome valid
empty
json -c "$dir/sjis" eligibility --insurer 999995 --symbol '記号😀' --number 1 \
    --birthdate 19800101
wants 2
says InsuredCardSymbol
empty

# ---- thrown back -------------------------------------------------------------------
control fault err
ask folder
wants 5 outcome thrown_back error.sent answered error.service_text present
control fault clear
empty

# ---- doubled: gone with the next start -------------------------------------------------
control fault twice
ask folder
wants 0 outcome valid
control fault clear
n=0
until [ -n "$(ls -A "$dir/oqs/res")" ] || [ $n -ge 200 ]; do
	sleep 0.05
	n=$((n + 1))
done
ask folder
wants 0 outcome valid
empty

# ---- an older answer under the name: not for us, and not taken ----------------------------
control fault stale
ask folder
wants 0 outcome valid
control fault clear

# ---- late: told of, and taken away ----------------------------------------------------------
control fault late=6000
ask short
wants 4 error.sent unknown error.name ONSHI_E_LINK_TIMEOUT
json -c "$dir/folder" journal
wants 0 requests '#1' requests.0.state uncertain \
    requests.0.prefix OQSsiquc01req requests.0.since present
control fault clear
n=0
until [ -n "$(ls -A "$dir/oqs/res")" ] || [ $n -ge 200 ]; do
	sleep 0.05
	n=$((n + 1))
done
json -c "$dir/folder" journal
wants 0 requests '#1' requests.0.state late
empty
run -c "$dir/folder" --lang ja journal
wants 0
says '受け取られていません'

# ---- nobody fetches it ---------------------------------------------------------------------------
control folder stop
ask short
wants 4 error.sent unknown
json -c "$dir/folder" journal
wants 0 requests '#2' requests.1.state awaited
control folder start

# ---- what cannot be --------------------------------------------------------------------------------
json -c "$dir/folder" checkin --method pin --pin-fd 3 3</dev/null
wants 2 error.name ONSHI_E_UNSUPPORTED
name=lacks
conf . "type = folder" "req_dir = $dir/oqs/req" "res_dir = $dir/oqs/res"
json -c "$dir/lacks" eligibility --insurer 999995 --number 1 --birthdate 19800101
wants 2 error.name ONSHI_E_CONFIG
says journal_dir
name=away
conf . "type = folder" "req_dir = $dir/away" "res_dir = $dir/oqs/res" \
    "journal_dir = $dir/journal"
json -c "$dir/away" eligibility --insurer 999995 --number 1 --birthdate 19800101
wants 4 error.name ONSHI_E_NETWORK error.sent not_sent
finish
