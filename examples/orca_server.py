#!/usr/bin/env python3
"""Stands in for a receipt computer with ORCA's public API (doc/orca.md), with
its quirks: errors come with HTTP 200, class 01 with "*" makes a second patient,
class 04 refuses what is there, a missing date becomes today.

    python3 orca_server.py [--port N] [--user NAME:PASSWORD] [--busy ID]…

The first line says "listening HOST:PORT". Patients live in memory, and none of
them is real.
"""
from __future__ import annotations

import argparse
import base64
import datetime
import re
import unicodedata
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PERSON = ("WholeName", "WholeName_inKana", "BirthDate", "Sex")
SAME_INSURANCE = ("InsuranceProvider_Number", "RelationToInsuredPerson",
                  "HealthInsuredPerson_Symbol", "HealthInsuredPerson_Number",
                  "HealthInsuredPerson_WholeName")
DONE, SAME_PERSON = "00", "K0"


class Refused(Exception):
    """An Api_Result that is neither done nor a warning."""


def is_wide(text: str) -> bool:
    """Full width alone; ORCA takes a half-width space for a full one."""
    return all(unicodedata.east_asian_width(c) in "FWA" for c in
               text.replace(" ", "\u3000"))


def fields(node: ET.Element | None) -> dict[str, str]:
    """The values of a record, without the records within."""
    return {c.tag: c.text.strip() for c in node if len(c) == 0 and
            c.text is not None and c.text.strip()} if node is not None else {}


class Clinic:
    """The patients, as ORCA keeps them."""

    def __init__(self, busy: list[str]) -> None:
        self.patients: dict[str, dict] = {}
        self.busy = busy

    def person(self, body: ET.Element) -> dict[str, str]:
        """Name, kana, birth date and sex of a request, checked."""
        got = fields(body)
        for tag, code in (("WholeName", "02"), ("WholeName_inKana", "03"),
                          ("BirthDate", "04")):
            if tag not in got:
                raise Refused(code)
        if not is_wide(got["WholeName"]):
            raise Refused("14")
        if not is_wide(got["WholeName_inKana"]):
            raise Refused("15")
        if got.get("Sex") not in ("1", "2"):
            raise Refused("16")
        return {tag: got[tag].replace(" ", "\u3000") for tag in PERSON}

    def insurance(self, body: ET.Element) -> dict | None:
        """The insurance of a request with its public expenses; NULL: none."""
        node = body.find("HealthInsurance_Information")
        got = fields(node)
        if node is None or not (got or node.find(
                "PublicInsurance_Information") is not None):
            return None
        number = got.get("InsuranceProvider_Number", "")
        if got and not re.fullmatch(r"\d{6}|\d{8}", number):
            raise Refused("H1")
        for tag, code in (("HealthInsuredPerson_Symbol", "32"),
                          ("HealthInsuredPerson_Number", "33")):
            if not is_wide(got.get(tag, "")):
                raise Refused(code)
        if number.startswith("39") and \
                "HealthInsuredPerson_Branch_Number" in got:
            raise Refused("H1")
        got.setdefault("Certificate_StartDate",
                       datetime.date.today().isoformat())
        got.setdefault("Certificate_ExpiredDate", "9999-12-31")
        got["public"] = [fields(p) for p in node.iterfind(
            "PublicInsurance_Information/PublicInsurance_Information_child")]
        if len(got["public"]) > 4:
            raise Refused("65")
        return got

    def new(self, body: ET.Element) -> tuple[str, str]:
        """Class 01: a patient with the first insurance."""
        person, insurance = self.person(body), self.insurance(body)
        number = fields(body).get("Patient_ID", "*")
        if number != "*" and number.lstrip("0") in (
                n.lstrip("0") for n in self.patients):
            raise Refused("13")
        twice = any(all(p[t] == person[t] for t in PERSON)
                    for p in self.patients.values())
        if number == "*":
            number = str(1 + max((int(n) for n in self.patients), default=0))
        number = number.zfill(5)
        self.patients[number] = {**person, "insurances":
                                 [insurance] if insurance else []}
        return SAME_PERSON if twice else DONE, number

    def add(self, body: ET.Element) -> tuple[str, str]:
        """Class 04: an insurance for a patient who has none."""
        person, insurance = self.person(body), self.insurance(body)
        number = fields(body).get("Patient_ID", "").zfill(5)
        patient = self.patients.get(number)
        if patient is None:
            raise Refused("10")
        if number in self.busy:
            raise Refused("90")
        if any(patient[t] != person[t] for t in
               ("WholeName", "BirthDate", "Sex")):
            raise Refused("50")
        if insurance is None:
            raise Refused("05")
        for there in patient["insurances"]:
            if all(there.get(t) == insurance.get(t) for t in SAME_INSURANCE):
                raise Refused("62")     # the branch is not compared
        if patient["insurances"]:
            raise Refused("P2")
        patient["insurances"].append(insurance)
        return DONE, number

    def show(self, number: str) -> ET.Element:
        """What patientgetv2 gives."""
        top = ET.Element("patientinfores", type="record")
        patient = self.patients.get(number.zfill(5))
        text(top, "Api_Result", DONE if patient else "10")
        if patient is None:
            return top
        info = ET.SubElement(top, "Patient_Information", type="record")
        text(info, "Patient_ID", number.zfill(5))
        for tag in PERSON:
            text(info, tag, patient[tag])
        many = ET.SubElement(info, "HealthInsurance_Information", type="array")
        for one in patient["insurances"]:
            child = ET.SubElement(many, "HealthInsurance_Information_child",
                                  type="record")
            for tag, value in one.items():
                if tag != "public":
                    text(child, tag, value)
            public = ET.SubElement(child, "PublicInsurance_Information",
                                   type="array")
            for p in one["public"]:
                row = ET.SubElement(public,
                                    "PublicInsurance_Information_child",
                                    type="record")
                for tag, value in p.items():
                    text(row, tag, value)
        return top


def text(parent: ET.Element, tag: str, value: str) -> None:
    """One value."""
    ET.SubElement(parent, tag, type="string").text = value


class Handler(BaseHTTPRequestHandler):
    """One request; nobody but ORCA's own errors is told by HTTP."""

    clinic: Clinic
    user: str

    def reply(self, top: ET.Element, status: int = 200) -> None:
        """An answer in ORCA's envelope."""
        root = ET.Element("xmlio2")
        root.append(top)
        body = ET.tostring(root, "utf-8", xml_declaration=True)
        self.send_response(status)
        self.send_header("Content-Type", "application/xml; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_known(self) -> bool:
        """HTTP Basic, as ORCA asks for it."""
        want = "Basic " + base64.b64encode(self.user.encode()).decode()
        if self.headers.get("Authorization") == want:
            return True
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="orca"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def do_GET(self) -> None:       # pylint: disable=invalid-name
        """patientgetv2?id=N."""
        url = urlsplit(self.path)
        if not self.is_known():
            return
        if url.path != "/api/api01rv2/patientgetv2":
            self.send_error(404)
            return
        self.reply(self.clinic.show(parse_qs(url.query).get("id", [""])[0]))

    def do_POST(self) -> None:      # pylint: disable=invalid-name
        """patientmodv2?class=01 or 04."""
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not self.is_known():
            return
        if url.path != "/api/orca12/patientmodv2":
            self.send_error(404)
            return
        top = ET.Element("patientmodres", type="record")
        try:
            work = {"01": self.clinic.new, "04": self.clinic.add}.get(
                parse_qs(url.query).get("class", [""])[0])
            if work is None:
                raise Refused("91")
            body = ET.fromstring(raw).find("patientmodreq")
            if body is None:
                raise Refused("97")
            code, number = work(body)
            text(top, "Api_Result", code)
            text(top, "Patient_ID", number)
            if code == SAME_PERSON:
                text(top, "Api_Warning_Message1", "同一患者が登録されています")
        except ET.ParseError:
            text(top, "Api_Result", "98")
        except Refused as why:
            text(top, "Api_Result", str(why))
        self.reply(top)

    def log_message(self, *_: object) -> None:  # patients' names are no log
        """Nothing."""


def main() -> None:
    """Until it is stopped."""
    p = argparse.ArgumentParser()
    p.add_argument("--port", type=int, default=8000)
    p.add_argument("--user", default="ormaster:ormaster")
    p.add_argument("--busy", action="append", default=[],
                   help="a patient in use at another terminal")
    args = p.parse_args()
    Handler.clinic = Clinic([n.zfill(5) for n in args.busy])
    Handler.user = args.user
    server = ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    print("listening %s:%d" % server.server_address[:2], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
