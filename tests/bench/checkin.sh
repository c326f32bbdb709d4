#!/bin/sh
# A check-in with a slow card (12 ms an APDU, 300 ms a signature) and a slow
# line (40 ms each way), with its breakdown: sh tests/bench/checkin.sh
# The aim: 1.1 times the slower of (card up to VERIFY) and (connection and
# challenge), plus signature, plus one round trip.
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
i=0
while [ $i -lt "$runs" ]; do
	"$(world_bin onshikaku)" --json checkin --method pin --pin-fd 3 --explain \
	    >"$WORLD/run.$i.json" 2>"$WORLD/run.$i.log" 3<<END
1234
END
	i=$((i + 1))
done
"${PYTHON3:-python3}" - "$WORLD" "$runs" <<'END'
import json, re, statistics, sys

world, runs = sys.argv[1], int(sys.argv[2])
rows = []
for i in range(runs):
    at = {}
    for line in open(f"{world}/run.{i}.log", encoding="utf-8"):
        m = re.match(r"\s*(\d+) ms\s+(\S+)\s+(.*)", line)
        if not m:
            continue
        t, event, rest = int(m[1]), m[2], m[3]
        took = re.search(r"\((\d+) ms\)", rest)
        ms = int(took[1]) if took else 0
        if event == "reader":
            at["begin"] = t
        elif "VERIFY" in rest and "Lc 4" in rest:
            at["verify"] = t
        elif "challenge" in rest:
            at["challenge"] = t
        elif " 2A " in f" {rest}":
            at["sign"] = ms
        elif "prefix=OQSsiquc01req" in rest and event == "link.answer":
            at["trip"], at["end"] = ms, t
    card = at["verify"] - at["begin"]
    line = at["challenge"] - at["begin"]
    ideal = max(card, line) + at["sign"] + at["trip"]
    total = at["end"] - at["begin"]
    rows.append((card, line, at["sign"], at["trip"], ideal, total, total / ideal))
names = ("card up to VERIFY", "connection and challenge", "signature", "one round trip",
         "the slower, plus both", "the check-in took")
for k, name in enumerate(names):
    print(f"{name:28} {statistics.median(r[k] for r in rows):6.0f} ms")
ratio = statistics.median(r[6] for r in rows)
print(f"{'ratio (aim 1.10)':28} {ratio:6.2f}")
sys.exit(0 if ratio <= 1.10 else 1)
END
