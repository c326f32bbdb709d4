"""Patients in whom nothing has changed: how often is a clerk disturbed?

population.py BUILD PEOPLE SEED: asks the simulated service for each person by
number, keeps the answer as hosts keep it, each in its own habits, and compares
it with a second answer. At most 2 of 100 may be to check or to stop.
"""
from __future__ import annotations

import collections
import random
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / "sim"),
                str(Path(__file__).parents[2] / "bindings" / "python")]

from client import Sim  # noqa: E402

from onshikaku import Match, Message, Record, Severity  # noqa: E402

MOST = 0.02
JST = timezone(timedelta(hours=9))
ITEMS = {"SpecificDiseasesCertificateList": "SpecificDiseasesCertificateInfo",
         "PublicExpenseResultList": "MedicalTicketInfo"}

HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ ﾞﾟ"
FULL = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー　゛゜"
SMALL = str.maketrans("ヤユヨ", "ャュョ")
WIDE = {c: c + 0xfee0 for c in range(0x21, 0x7f)}


def wide_kana(text: str) -> str:
    """Full width, as most hosts have it, small ones small again."""
    text = text.translate(str.maketrans(HALF, FULL))
    text = re.sub("([カ-ト])゛", lambda m: chr(ord(m[1]) + 1), text)
    text = re.sub("([ハヒフヘホ])゛", lambda m: chr(ord(m[1]) + 1), text)
    text = re.sub("([ハヒフヘホ])゜", lambda m: chr(ord(m[1]) + 2), text)
    return re.sub("([キシチニヒミリギジビピ])([ヤユヨ])",
                  lambda m: m[1] + m[2].translate(SMALL), text)


def hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c
                   for c in wide_kana(text))


def plain_name(text: str) -> str:
    """What an older receipt computer can hold; what was ● it has better."""
    for form, plain in ("髙高", "﨑崎", "濵浜", "𠮷吉", "●髙"):
        text = text.replace(form, plain)
    return text


def parted(text: str) -> str:
    return f"{text[:4]}/{int(text[4:6])}/{int(text[6:])}"


def era(text: str) -> str:
    return f"昭和{int(text[:4]) - 1925}年{int(text[4:6])}月{int(text[6:])}日"


def same(text: str) -> str:
    return text


def lost(_text: str) -> str:
    return ""


def wide(text: str) -> str:
    return text.translate(WIDE)


Habit = Callable[[str], str]
HABITS: dict[str, list[Habit]] = {
    "Name": [same, same, plain_name, lambda t: plain_name(t).replace("　", " "),
             lambda t: plain_name(t).replace("　", "")],
    "NameKana": [same, wide_kana, wide_kana, hiragana, lost],
    "Birthdate": [same, same, parted, lambda t: parted(t).replace("/", "-"), era],
    "Sex1": [same, lambda t: {"1": "男", "2": "女"}.get(t, "")],
    "InsurerNumber": [same, str.strip, str.strip, lambda t: t.strip().lstrip("0"),
                      lambda t: wide(t.strip())],
    "InsuredCardSymbol": [same, wide, lambda t: t.replace("-", "−"),
                          lambda t: t.replace("・", "-")],
    "InsuredIdentificationNumber": [same, wide, lambda t: t.lstrip("0")],
    "InsuredBranchNumber": [same, lost, lost, lambda t: t.lstrip("0") or "0"],
    "InsuredPartialContributionRatio": [same, lambda t: f"{int(t) // 10}割",
                                        lambda t: str(int(t))],
    "ElderlyRecipientContributionRatio": [same, lambda t: f"{int(t) // 10}割",
                                          lambda t: str(int(t) // 10)],
    "LimitApplicationCertificateClassificationFlag": [same, lost],
    "InsurerName": [same, lost], "InsuredName": [same, plain_name, lost],
    "PersonalFamilyClassification": [
        same, lambda t: {"1": "本人", "2": "家族"}.get(t, t)],
    "ReferenceNumber": [same, lost],
}


def habit(name: str, dice: random.Random) -> Habit:
    if name in HABITS:
        return dice.choice(HABITS[name])
    return dice.choice([same, parted, lost]) if name.endswith("Date") else same


def keep(match: Match, record: Record, dice: random.Random, item: int = 0) -> None:
    """One result onto the file, with the groups and lists in it."""
    for name, value in record.fields():
        if isinstance(value, str):
            if value and not match.set_item(item, name, text := habit(
                    name, dice)(value)):
                match.set_text(name, text)
        elif name in ITEMS:
            for i, child in enumerate(value.children(ITEMS[name])):
                keep(match, child, dice, i)
        else:
            keep(match, value, dice)


def request(row: sqlite3.Row, today: str) -> bytes:
    fields = {"InsurerNumber": row["insurer"], "InsuredCardSymbol": row["symbol"],
              "InsuredIdentificationNumber": row["number"],
              "InsuredBranchNumber": row["branch"], "Birthdate": row["birth"],
              "LimitApplicationCertificateRelatedConsFlg": "1"}
    body = "".join(f"<{n}>{v}</{n}>" for n, v in fields.items() if v)
    return ('<?xml version="1.0" encoding="UTF-8" standalone="no"?><XmlMsg>'
            "<MessageHeader><QualificationConfirmationDate>" + today +
            "</QualificationConfirmationDate><MedicalInstitutionCode>1319999996"
            "</MedicalInstitutionCode></MessageHeader><MessageBody>"
            f"<QualificationConfirmSearchInfo>{body}"
            "</QualificationConfirmSearchInfo></MessageBody></XmlMsg>").encode()


def people(path: Path) -> Iterator[sqlite3.Row]:
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    yield from db.execute(
        "SELECT insurer, symbol, number, branch, birth FROM coverage c JOIN"
        " person p ON p.id = c.person WHERE c.end = 0 AND hide = 0")
    db.close()


def results(message: Message) -> list[Record]:
    if message.body is None:
        return []
    return list(message.body.children("ResultOfQualificationConfirmation"))


def main() -> None:
    build, count, seed = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    dice = random.Random(int(seed))
    reasons: collections.Counter[str] = collections.Counter()
    asked = disturbed = 0
    sim = Sim(build, ["--people", count, "--seed", seed])
    try:
        today = datetime.now(JST).strftime("%Y%m%d")
        context = sim.context()
        for row in people(sim.dir / "db"):
            answer = sim.ask("/v1/OQSsiquc01req", request(row, today),
                             context=context)
            message = Message(answer.body, "OQSsiquc01res_1.xml")
            for result in results(message):
                match = Match()
                keep(match, result, dice)
                match.compare(result)
                asked += 1
                found = list(match)
                disturbed += any(f.severity > Severity.NOTE for f in found)
                for f in found:
                    reasons[f"{f.severity.name.lower()} {f.element}: "
                            f"{f.name}"] += 1
                match.close()
            message.close()
    finally:
        sim.close()
    for what, n in reasons.most_common():
        print(f"{n:6d} {what}")
    print(f"{asked} unchanged patients, {disturbed} to check or to stop")
    assert asked > int(count) // 2, "hardly anybody was asked for"
    assert disturbed <= MOST * asked, "too many for nothing"


main()
