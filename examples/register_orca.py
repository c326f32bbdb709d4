#!/usr/bin/env python3
"""Who checks in at the official face reader goes into ORCA (doc/orca.md).

Found by the reference number, which is ORCA's patient number; compared with
what ORCA has; registered only where nothing is there yet. ORCA is asked before
each write, so a run that broke off can be begun again: nothing stands twice.
Whatever cannot be decided here is said, and left to the clerk.

    python3 register_orca.py http://127.0.0.1:8000/api NAME:PASSWORD [COUNT]
"""
from __future__ import annotations

import base64
import sys
import unicodedata
import urllib.request
import xml.etree.ElementTree as ET

import onshikaku as onshi
from onshikaku import Match, MatchVerdict, Outcome

WAIT_S = 10
DONE = {"00", "000", "0000", "K0", "K1", "K2", "K3", "K4", "K5"}
THERE = {"62", "63", "P2"}          # it was registered before
PERSON = {"Name": "WholeName", "NameKana": "WholeName_inKana",
          "Birthdate": "BirthDate", "Sex1": "Sex"}
INSURANCE = {                       # result, ORCA
    "InsuredCardSymbol": "HealthInsuredPerson_Symbol",
    "InsuredIdentificationNumber": "HealthInsuredPerson_Number",
    "InsuredName": "HealthInsuredPerson_WholeName",
    "PersonalFamilyClassification": "RelationToInsuredPerson",
    "InsuredCardValidDate": "Certificate_StartDate",
    "InsuredCardExpirationDate": "Certificate_ExpiredDate",
    "QualificationDate": "Certificate_GetDate"}


def wide(text: str) -> str:
    """Full width, as ORCA wants symbol and number."""
    return "".join("\u3000" if c == " " else chr(ord(c) + 0xFEE0)
                   if "!" <= c <= "~" else c
                   for c in unicodedata.normalize("NFKC", text))


class Orca:
    """Two of ORCA's calls."""

    def __init__(self, base: str, user: str) -> None:
        self.base = base
        self.login = "Basic " + base64.b64encode(user.encode()).decode()

    def call(self, path: str, body: bytes | None = None) -> ET.Element:
        """The record in the envelope; its errors come with HTTP 200."""
        request = urllib.request.Request(
            self.base + path, body, {"Authorization": self.login,
                                     "Content-Type": "application/xml"})
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            return ET.fromstring(answer.read())[0]

    def patient(self, number: str) -> ET.Element | None:
        """Whom ORCA has under that number."""
        return self.call("/api01rv2/patientgetv2?id=" + number).find(
            "Patient_Information") if number.isdigit() else None

    def add(self, patient: ET.Element, fields: dict[str, str]) -> str:
        """Class 04, with the person as ORCA has them; what came of it."""
        root = ET.Element("data")
        top = ET.SubElement(root, "patientmodreq", type="record")
        inner = ET.SubElement(top, "HealthInsurance_Information", type="record")
        same = {t: patient.findtext(t, "") for t in (
            "Patient_ID", *PERSON.values())}
        for into, values in ((top, same), (inner, fields)):
            for tag, text in values.items():
                ET.SubElement(into, tag, type="string").text = text
        return self.call("/orca12/patientmodv2?class=04", ET.tostring(
            root, "utf-8")).findtext("Api_Result", "")


def insurance(rec: onshi.Record) -> dict[str, str] | None:
    """As class 04 has it; None where a rule of ORCA's is not known."""
    number = (rec.text("InsurerNumber") or "").strip()
    out = {"InsuranceProvider_Number": number}
    for mine, theirs in INSURANCE.items():
        if text := rec.text(mine):
            out[theirs] = "-".join((text[:4], text[4:6], text[6:])) \
                if mine.endswith("Date") else wide(text) \
                if mine.startswith("Insured") else text
    if not number.startswith("39") and (b := rec.text("InsuredBranchNumber")):
        out["HealthInsuredPerson_Branch_Number"] = b
    # Absent would become today; 20 % is not public; assistance is a 公費.
    if "Certificate_StartDate" not in out or number.startswith("12") or \
            rec.child("ElderlyRecipientCertificateInfo") is not None or \
            rec.text("InsuredPartialContributionRatio"):
        return None
    return out


def register(orca: Orca, number: str, rec: onshi.Record) -> str:
    """One result: what was done, or what is left to the clerk."""
    patient = orca.patient(number)          # asked first, each time
    if patient is None:
        return "左記の番号の患者は登録がありません（窓口で確認）"
    there = [c.findtext("InsuranceProvider_Number", "") for c in patient.iterfind(
        "HealthInsurance_Information/HealthInsurance_Information_child")]
    fields = insurance(rec)
    if (rec.text("InsurerNumber") or "").strip() in there:
        return "登録済みの保険です"
    if there or fields is None:
        return "保険の追加・変更は窓口で登録してください"
    code = orca.add(patient, fields)
    return "登録しました" + ("" if code[0] != "K" else "（警告 %s）" % code) \
        if code in DONE else "登録済みの保険です" if code in THERE else \
        "他の端末で使用中です" if code == "90" else "登録できません（%s）" % code


def receive(orca: Orca, visit: onshi.Visit, clerk: onshi.Operator) -> str:
    """One arrival: nothing is taken before it is known whose it is."""
    person = visit.person
    number = (person.text("ReferenceNumber") if person else None) or ""
    patient = orca.patient(number)
    if person is None or patient is None:
        return "照会番号では見つかりません（窓口で確認）"
    match = Match({mine: patient.findtext(theirs, "").replace("-", "")
                   for mine, theirs in PERSON.items()})
    verdict = match.compare(person)
    for found in match:
        print("  %s: %s" % (found.text(), found.step()))
    if verdict == MatchVerdict.DIFFERENT:
        return "登録と違います（窓口で確認）"
    visit.set_patient(number)
    visit.confirm(clerk, True)
    visit.advance()
    answer = visit.eligibility()
    if answer.outcome is not Outcome.VALID:
        return onshi.outcome_text(answer.outcome)
    return "、".join(register(orca, number, rec) for rec in answer)


def main(base: str, user: str, count: str = "1") -> None:
    """COUNT arrivals, one line each."""
    orca = Orca(base, user)
    root = onshi.Onshi(onshi.Config.from_environment())
    clerk = root.operator("U0001", sign_in=onshi.SignIn.PASSWORD)
    for _, visit in zip(range(int(count)), root.arrivals()):
        with visit:
            print(receive(orca, visit, clerk), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
