"""What a drill hands over, proved by what onshi_audit(3) says of the format and
without this library, and refused where a byte of it was changed:
python3 exports.py KEY LINES ATNA REPORT."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from pathlib import Path

Entry = dict[str, str]
FIELDS = "vntbeoalsmpkuicqwrzhg"
DETAILS = {"categories": "k", "identity": "i", "consent": "c",
           "request": "q", "link": "w", "result": "r", "rules": "z",
           "number": "n", "boot": "b", "hash": "h", "seal": "g"}
OUTCOMES = {"0": "ok", "4": "minor", "8": "serious", "12": "major"}


class Changed(Exception):
    pass


def mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def first_key(path: Path) -> tuple[bytes, str]:
    digits, _, ident = path.read_text().strip().partition(":")
    key = base64.b32decode(digits.replace("-", ""))[:32]
    if hashlib.sha256(b"onshi-audit-id" + key).hexdigest()[:8] != ident:
        raise Changed("the key is none")
    return key, ident


def entries(data: bytes, key: bytes, ident: str) -> dict[str, Entry]:
    """Lines of a whole trail, by their numbers; each sealed and chained."""
    found: dict[str, Entry] = {}
    before = b""
    if not data.endswith(b"\n"):
        raise Changed("the last line has no end")
    for n, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            e = dict(f.split("=", 1) for f in line.decode("ascii").split("\t"))
        except ValueError:
            raise Changed(f"line {n} is no entry") from None
        if "".join(e) != FIELDS or e["n"] != str(n):
            raise Changed(f"line {n} is another entry")
        if n == 1:
            before = f"onshi-audit-1{ident}{e['m']}".encode()
        if hashlib.sha256(before).hexdigest() != e["h"]:
            raise Changed(f"line {n} is not chained to the one before")
        sealed = line[:line.rindex(b"g=")]
        if mac(mac(key, b"onshi-audit-mac-1"), sealed).hex() != e["g"]:
            raise Changed(f"line {n} is not sealed")
        key, before = mac(key, b"onshi-audit-next-1"), line + b"\n"
        found[e["n"]] = e
    return found


def coded(value: str) -> str:
    return re.sub(rb"[^A-Za-z0-9._:/+=@-]",
                  lambda m: b"%%%02X" % m[0][0],
                  value.encode()).decode("ascii")


def entry_of(message: ET.Element) -> Entry:
    """The line that a message was made from."""
    e = dict.fromkeys(FIELDS, "-") | {"v": "1"}
    event, who, source, *objects = message
    e["t"] = event.attrib["EventDateTime"]
    e["e"] = event[1].attrib["csd-code"]
    e["o"] = event.findtext("EventOutcomeDescription") or \
        OUTCOMES[event.attrib["EventOutcomeIndicator"]]
    purpose = event.find("PurposeOfUse")
    if purpose is not None:
        e["u"] = coded(purpose.attrib["csd-code"])
    if who.attrib["UserIsRequestor"] == "true":
        e["a"] = coded(who.attrib["UserID"])
    elif who.attrib["UserID"] != "onshikaku":
        raise ValueError("the trail itself has another name")
    e["s"] = coded(who.attrib.get("NetworkAccessPointID", "-"))
    role = who.find("RoleIDCode")
    if role is not None and role.attrib["codeSystemName"] != "DCM":
        e["l"] = coded(role.attrib["csd-code"])
    e["m"] = source.attrib["AuditSourceID"]
    if len(objects) == 2:
        e["p"] = coded(objects[0].attrib["ParticipantObjectID"])
    for d in objects[-1].iter("ParticipantObjectDetail"):
        value = base64.b64decode(d.attrib["value"], validate=True)
        if base64.b64encode(value).decode() != d.attrib["value"]:
            raise ValueError("Base64 as nobody writes it")
        e[DETAILS[d.attrib["type"]]] = value.decode()
    if objects[-1].attrib["ParticipantObjectID"] != e["n"]:
        raise ValueError("an entry with two numbers")
    return e


def check_atna(data: bytes, known: dict[str, Entry]) -> None:
    """Nothing but the entries is in it, and all of each; texts beside codes
    follow from these, and are the same in each message."""
    try:
        root = ET.fromstring(data)
        made = [entry_of(m) for m in root]
    except (ET.ParseError, ValueError, KeyError, IndexError) as e:
        raise Changed(f"no audit messages: {e}") from None
    if made != list(known.values()):
        n = next((m["n"] for m, k in zip(made, known.values()) if m != k),
                 "the last")
        raise Changed(f"message {n} is not its entry")
    for e in root.iter():
        if "csd-code" in e.attrib and e.attrib["codeSystemName"] not in (
                "DCM", "RFC-3881") and e.tag != "ParticipantObjectIDTypeCode" \
                and e.attrib["originalText"] != e.attrib["csd-code"]:
            raise Changed(f"{e.tag} has another text")


def check_report(data: bytes, known: dict[str, Entry]) -> None:
    """Each use in a disaster is told of once, at its time, by whom."""
    try:
        text = data.decode()
    except ValueError:
        raise Changed("the report is no text") from None
    told = re.findall(r"\n  (\d\S+ \S+)  [^\n]*  \[記録番号 (\d+)\]\n"
                      r"((?:     [^\n]+\n)*)", text)
    wanted = [e for e in known.values()
              if e["u"].split(":")[2:3] in (["disaster"], ["emergency"]) and
              re.fullmatch("disaster[.].*|emergency[.].*|query[.](outcome|"
                           "refused|abandoned)|person[.].*|visit[.]end",
                           e["e"])]
    if [n for _, n, _ in told] != [e["n"] for e in wanted]:
        raise Changed("the report tells of other entries")
    for (when, n, rows), e in zip(told, wanted):
        day, hour = when.split(" ")
        utc = int(e["t"][11:13])
        if int(hour[:2]) != (utc + 9) % 24 or hour[2:8] != e["t"][13:19] or \
                (utc < 15 and day != e["t"][:10]):
            raise Changed(f"entry {n} has another time")
        if e["a"] != "-" and f"操作者: {e['a']}\n" not in rows:
            raise Changed(f"entry {n} has another operator")


def refused(data: bytes, places: Iterable[int],
            check: Callable[[bytes], object]) -> int:
    """Each of these bytes is missed: so many were."""
    n = 0
    for at in places:
        bent = bytearray(data)
        bent[at] = ord("1") if bent[at] == ord("0") else ord("0")
        try:
            check(bytes(bent))
        except Changed:
            n += 1
            continue
        raise AssertionError(f"byte {at} was changed, and nothing is said")
    return n


def places(data: bytes, what: str) -> list[int]:
    """Last bytes of what stands there, of the first, the middle, the last."""
    found = [m.end(1) - 1 for m in re.finditer(what.encode(), data)]
    assert found, what
    return [found[0], found[len(found) // 2], found[-1]]


def main() -> int:
    key, *exports = (Path(p) for p in sys.argv[1:])
    lines, atna, report = (p.read_bytes() for p in exports)
    secret = first_key(key)
    known = entries(lines, *secret)
    check_atna(atna, known)
    check_report(report, known)
    n = refused(lines, range(0, len(lines), 1 + len(lines) // 60),
                lambda data: entries(data, *secret))
    n += refused(lines, [len(lines) - 1], lambda d: entries(d, *secret))
    for what in ('EventDateTime="([^"]+)Z"', 'UserID="([^"]+)"',
                 'PurposeOfUse csd-code="([^"]+)"', 'value="([^"=]+)=*"',
                 'ParticipantObjectID="([^"]+)"'):
        n += refused(atna, places(atna, what),
                     lambda data: check_atna(data, known))
    for what in ("\n  [0-9-]+ ([0-9:]+)  ", "記録番号 ([0-9]+)]",
                 "操作者: (.+)\n"):
        n += refused(report, places(report, what),
                     lambda data: check_report(data, known))
    print(f"{len(known)} entries in each export, {n} changes refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
