"""A client of another maker that asks for many at once: what a correct one does
in the scenarios bulk-* and register-*, over HTTPS and over folders."""

from __future__ import annotations

import argparse
import configparser
import csv
import http.client
import json
import os
import re
import ssl
import sys
import time
import uuid
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bulk import Values, document, text, units
from client import Answer

OUTCOMES = {"1": "valid", "2": "lost", "3": "lost_newer_exists",
            "4": "not_found", "5": "several", "6": "valid_unregistered"}
FUNCTIONS = {"eligibility": "OQSmuquc", "register": "OQSmuimm",
             "assistance": "OQSmutic", "home": "OQSmuhvq",
             "telemedicine": "OQSmuonq"}
COLUMNS = {"reference": "ReferenceNumber", "insurer": "InsurerNumber",
           "symbol": "InsuredCardSymbol",
           "number": "InsuredIdentificationNumber",
           "branch": "InsuredBranchNumber", "birthdate": "Birthdate"}
JAPAN = timezone(timedelta(hours=9))
conf = configparser.ConfigParser(interpolation=None)
conf.read(os.environ["ONSHIKAKU_CONF"])
link = conf["link"]
CODE = conf["facility"]["institution_code"]


class Failed(Exception):
    def __init__(self, status: int, name: str, **more: object) -> None:
        self.status, self.name, self.more = status, name, more


class Ticket:
    """What has to outlive this process, beside OUT."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[str, str] = json.loads(
            path.read_text()) if path.exists() else {}

    def set(self, **values: str) -> None:
        self.values.update(values)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self.values))
        fresh.replace(self.path)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def over_https(prefix: str, body: bytes, mark: str) -> bytes:
    """The same id brings the same answer: the next run asks by it again."""
    host, port, address = link["addresses"].split()[0].split(":")
    ctx = ssl.create_default_context(cafile=link["ca_file"])
    ctx.load_cert_chain(link["cert_file"], link["key_file"])
    ctx.check_hostname = False
    con = http.client.HTTPSConnection(address, int(port), context=ctx,
                                      timeout=10)
    try:
        con.request("POST", f"/v1/{prefix}", body, {
            "Content-Type": "application/xml; charset=UTF-8",
            "Host": host, "Onshi-Request-Id": mark})
        r = con.getresponse()
        data = r.read()
    except (OSError, http.client.HTTPException) as e:
        raise Failed(4, "ONSHI_E_LINK_TIMEOUT") from e
    finally:
        con.close()
    if r.headers.get("Onshi-Answer") == "err":
        raise Failed(5, "ONSHI_E_REJECTED", outcome="thrown_back")
    if r.status != 200:
        raise Failed(4, "ONSHI_E_SERVICE_BUSY")
    return data


def unpacked(path: Path) -> bytes:
    if path.suffix == ".xml":
        return path.read_bytes()
    import zips
    found = zips.read(path, None)
    return next(iter(found.values())) or b""


def whole(path: Path) -> bytes | None:
    try:
        data = unpacked(path)
        return data if data.rstrip().endswith(b"</XmlMsg>") and \
            unpacked(path) == data else None
    except (OSError, AssertionError):
        return None


def over_folder(prefix: str, body: bytes, mark: str, sent: bool) -> bytes:
    """What was published is waited for, never published twice."""
    req, res = Path(link["req_dir"]), Path(link["res_dir"])
    name = f"{prefix}_{mark}"
    if not sent:
        temporary = req / f".{name}.tmp"
        temporary.write_bytes(body)
        temporary.rename(req / f"{name}.xml")
    base = res / name.replace("req_", "res_", 1)
    until = time.monotonic() + int(link["deadline_ms"]) / 1000
    while time.monotonic() < until:
        for path in base.with_suffix(".xml"), base.with_suffix(".zip"):
            data = whole(path)
            if data is not None:
                path.unlink()
                return data
        if (res / f"{name}.err").exists() and (res / f"{name}.xml").exists():
            (res / f"{name}.err").unlink()
            (res / f"{name}.xml").unlink()
            raise Failed(5, "ONSHI_E_REJECTED", outcome="thrown_back")
        time.sleep(0.01)
    raise Failed(4, "ONSHI_E_LINK_TIMEOUT")


def new_mark() -> str:
    if link["type"] == "https":
        return str(uuid.uuid4())
    return f"{datetime.now(JAPAN):%y%m%d}{uuid.uuid4().int % 10**6:06}"


def ask(prefix: str, body: bytes, mark: str, sent: bool = False) -> Answer:
    data = over_https(prefix, body, mark) if link["type"] == "https" else \
        over_folder(prefix, body, mark, sent)
    a = Answer(200, {}, data)
    if a.text("MedicalInstitutionCode") != CODE:
        raise Failed(4, "ONSHI_E_ANSWER_REFUSED")
    if a.text("SegmentOfResult") == "9":
        raise Failed(5, "ONSHI_E_SERVICE_REFUSED", outcome="error_file")
    return a


def items(a: argparse.Namespace, rows: list[dict[str, str]]) -> list[
        tuple[str, Values]]:
    if a.kind == "assistance":
        return [("QualificationConfirmSearchInfo",
                 {"MedicalTreatmentMonth": a.month})]
    if a.kind in ("home", "telemedicine"):
        kind = "Consent" if a.kind == "home" else "Examination"
        first, _, last = a.day.partition("..")
        return [("QualificationConfirmSearchInfo", {
            f"{kind}DateFrom": first, f"{kind}DateTo": last or first,
            "MedicalTreatmentFlag": "2" if a.kind == "home" else "3"})]
    found: list[tuple[str, Values]] = []
    for i, row in enumerate(rows):
        values: Values = {e: row.get(c) or None for c, e in COLUMNS.items()}
        values["InsurerNumber"] = (values["InsurerNumber"] or "").rjust(8)
        if a.kind == "register":
            del values["Birthdate"]
        else:
            values["ArbitraryIdentifier"] = str(i)
        found.append(("ReferenceNumberRegistrationInfo" if a.kind ==
                      "register" else "QualificationConfirmSearchInfo",
                      values))
    return found


def request(a: argparse.Namespace, rows: list[dict[str, str]]) -> bytes:
    head: Values = {"MedicalInstitutionCode": CODE,
                    "ArbitraryFileIdentifier": "OTHER-1"}
    if a.kind == "eligibility":
        head = {"QualificationConfirmationDate": a.date, **head}
    return document(head, items(a, rows))


def place_of(unit: ET.Element, kind: str, rows: list[dict[str, str]]) -> int:
    """Whose it is: by the mark, and by what is repeated of the request."""
    mark = text(unit, "ArbitraryIdentifier") if kind == "eligibility" else \
        next((str(i) for i, row in enumerate(rows) if row["reference"] ==
              text(unit, "ReferenceNumber")), None)
    echo = unit.find("QualificationConfirmSearchInfo")
    if mark is None or int(mark) >= len(rows) or (
            echo is not None and (echo.findtext("Birthdate"), echo.findtext(
                "InsuredIdentificationNumber")) !=
            (rows[int(mark)]["birthdate"], rows[int(mark)]["number"])):
        raise Failed(4, "ONSHI_E_ANSWER_REFUSED")
    return int(mark)


def outcome(unit: ET.Element) -> str:
    if text(unit, "ProcessingResultCode") == "XNDS0001E":
        return "not_provided"
    if text(unit, "ProcessingResultStatus") != "1":
        return "error_person"
    return OUTCOMES.get(text(unit, "QualificationValidity") or "",
                        "registered")


def lines(a: argparse.Namespace, answer: Answer,
          rows: list[dict[str, str]]) -> list[dict[str, str]]:
    by_place: dict[int, list[dict[str, str]]] = {}
    for n, unit in enumerate(units(answer)):
        place = place_of(unit, a.kind, rows) if rows else n
        base = dict(rows[place]) if rows else {}
        base.update(outcome=outcome(unit),
                    code=text(unit, "ProcessingResultCode") or "")
        own = [e.text or "" for e in unit.findall("ReferenceNumber")]
        made = by_place.setdefault(place, [])
        for result in unit.iter("ResultOfQualificationConfirmation"):
            one = dict(base)
            for e in result:
                name = snake(e.tag)
                one[f"result_{name}" if name in base else name] = \
                    e.text or ""
            if own:
                one["reference_number"] = own[min(len(made), len(own) - 1)]
            made.append(one)
        if not made:
            made.append(base)
    for place, row in enumerate(rows):
        by_place.setdefault(place, [{**row, "outcome": "unanswered"}])
    return [one for place in sorted(by_place) for one in by_place[place]]


def write(path: Path, found: list[dict[str, str]]) -> None:
    names = list(dict.fromkeys(n for row in found for n in row))
    part = Path(f"{path}.part")
    with part.open("w", newline="") as f:
        w = csv.DictWriter(f, names or ["outcome"], restval="")
        w.writeheader()
        w.writerows(found)
    part.rename(path)


def bulk(a: argparse.Namespace) -> int:
    rows: list[dict[str, str]] = []
    if len(a.files) > 1:
        with open(a.files[0], newline="") as f:
            rows = list(csv.DictReader(f))
    out, function = Path(a.files[-1]), FUNCTIONS[a.kind]
    ticket = Ticket(Path(f"{out}.ticket"))
    resumed = bool(ticket.values)
    if not resumed:
        ticket.set(mark=new_mark())
    if "receipt" not in ticket.values:
        req = f"{function}01req"
        sent = resumed and link["type"] == "folder"
        first = ask(req, request(a, rows), ticket.values["mark"], sent)
        ticket.set(receipt=first.text("ReceptionNumber") or "")
    number = ticket.values["receipt"]
    body = document({"MedicalInstitutionCode": CODE}, []).replace(
        b"<MessageBody />", f"<MessageBody><ReceptionNumber>{number}"
        "</ReceptionNumber></MessageBody>".encode())
    while True:
        answer = ask(f"{function}02req", body, new_mark())
        if answer.text("SegmentOfResult") == "1":
            break
        time.sleep(0.05)
    write(out, lines(a, answer, rows))
    ticket.path.unlink()
    print(json.dumps({"receipt": number, "resumed": resumed}))
    return 0


def register(a: argparse.Namespace) -> int:
    row = {c: getattr(a, c) for c in COLUMNS if c != "birthdate"}
    a.kind = "register"
    answer = ask("OQSsiimm01req", request(a, [row]), new_mark())
    done = answer.text("ProcessingResultStatus") == "1"
    print(json.dumps({"outcome": "registered" if done else "error_person"}))
    return 0 if done else 5


def eligibility(a: argparse.Namespace) -> int:
    row = {c: getattr(a, c) for c in COLUMNS}
    a.kind, a.date = "eligibility", datetime.now(JAPAN).strftime("%Y%m%d")
    body = request(a, [row]).replace(
        b"<ArbitraryIdentifier>", b"<LimitApplicationCertificateRelated"
        b"ConsFlg>0</LimitApplicationCertificateRelatedConsFlg>"
        b"<ArbitraryIdentifier>")
    answer = ask("OQSsiquc01req", body, new_mark())
    print(json.dumps({
        "outcome": OUTCOMES[answer.text("QualificationValidity") or ""],
        "results": [{snake(e.tag): e.text for e in r} for r in
                    answer.root.iter("ResultOfQualificationConfirmation")]}))
    return 0


def main() -> int:
    p = argparse.ArgumentParser()
    sub = p.add_subparsers(dest="command")
    b = sub.add_parser("bulk")
    b.add_argument("--kind", default="eligibility", choices=FUNCTIONS)
    b.add_argument("--date",
                   default=datetime.now(JAPAN).strftime("%Y%m%d"))
    b.add_argument("--month")
    b.add_argument("--day")
    b.add_argument("files", nargs="+")
    for name in "register", "eligibility":
        one = sub.add_parser(name)
        for column in COLUMNS:
            one.add_argument(f"--{column}", default="")
    a = p.parse_args(json.loads(os.environ["ONSHIKAKU_ARGS"]))
    try:
        return {"bulk": bulk, "register": register}.get(
            a.command, eligibility)(a)
    except Failed as e:
        print(json.dumps({**e.more, "error": {"name": e.name}}))
        return e.status


if __name__ == "__main__":
    sys.exit(main())
