#!/bin/sh
# A check-in with a slow card (12 ms an APDU, 300 ms a signature) and a slow
# line (40 ms each way), with its breakdown: sh tests/bench/checkin.sh
# Twice: with a card that comes once it is asked for, and with one that lies
# there from the start. The aim is for the first, counted from the card's
# arrival: 1.1 times (card up to VERIFY, signature, one round trip). The other
# cannot be better than the slower of card and connection.
set -eu
runs=${RUNS:-5}
. "$(dirname "$0")/../world.sh"
proxy=
trap '[ -z "$proxy" ] || kill $proxy; world_stop' EXIT
world_start 20
"${PYTHON3:-python3}" "$top/tests/bench/delay_proxy.py" "$WORLD_PORT" 40 >"$WORLD/proxy" &
proxy=$!
world_line "$WORLD/proxy" $proxy '[0-9]' 10
port=$(cat "$WORLD/proxy")
sed -i "s/:$WORLD_PORT/:$port/g" "$ONSHIKAKU_CONF"
vcard=$(world_bin onshikaku-vcard)
"$vcard" fault delay=12 >/dev/null
"$vcard" fault sign=300 >/dev/null

check_in() {
	"$(world_bin onshikaku)" --json checkin --method pin --pin-fd 3 --explain \
	    >"$WORLD/$1.json" 2>"$WORLD/$1.log" 3<<END
1234
END
}

i=0
while [ $i -lt "$runs" ]; do
	check_in lies.$i
	"$vcard" remove >/dev/null
	check_in comes.$i &
	checkin=$!
	world_line "$WORLD/comes.$i.log" $checkin 'prefix=challenge' 10
	"$vcard" insert adult >/dev/null
	wait $checkin
	i=$((i + 1))
done
"${PYTHON3:-python3}" - "$WORLD" "$runs" <<'END'
import re, statistics, sys

world, runs = sys.argv[1], int(sys.argv[2])


def times(path):
    at = {}
    for line in open(path, encoding="utf-8"):
        m = re.match(r"\s*(\d+) ms\s+(\S+)\s+(.*)", line)
        if not m:
            continue
        t, event, rest = int(m[1]), m[2], m[3]
        took = re.search(r"\((\d+) ms\)", rest)
        ms = int(took[1]) if took else 0
        if event == "reader" and "ONSHI_OK" in rest:
            at["begin"] = t
        elif "VERIFY" in rest and "Lc 4" in rest:
            at["verify"] = t
        elif "challenge" in rest:
            at["challenge"] = t
        elif " 2A " in f" {rest}":
            at["sign"] = ms
        elif "prefix=OQSsiquc01req" in rest and event == "link.answer":
            at["trip"], at["end"] = ms, t
    return at


def show(how, wanted):
    rows = []
    for i in range(runs):
        at = times(f"{world}/{how}.{i}.log")
        card = at["verify"] - at["begin"]
        line = max(0, at["challenge"] - at["begin"])
        ideal = (max(card, line) if how == "lies" else card) + at["sign"] + at["trip"]
        total = at["end"] - at["begin"]
        rows.append((card, line, at["sign"], at["trip"], ideal, total, total / ideal))
    names = ("card up to VERIFY", "connection and challenge", "signature", "one round trip",
             "what it must cost", "from the card's arrival")
    print("the card comes when it is asked for" if how == "comes" else "the card lies there")
    for k, name in enumerate(names):
        print(f"  {name:26} {statistics.median(r[k] for r in rows):6.0f} ms")
    ratio = statistics.median(r[6] for r in rows)
    print(f"  {'ratio' + wanted:26} {ratio:6.2f}")
    return ratio


ratio = show("comes", " (aim 1.10)")
show("lies", "")
sys.exit(0 if ratio <= 1.10 else 1)
END
