"""A client that knows folders only, of another maker: what a correct one does
in the scenarios folder-*, watch-* and sealed-*, in as few lines as show it."""

from __future__ import annotations

import argparse
import configparser
import hashlib
import json
import os
import re
import secrets
import sys
import time
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable

import zips

OUTCOMES = {"1": "valid", "2": "lost", "3": "lost_newer_exists",
            "4": "not_found", "5": "several", "6": "valid_unregistered"}
GROUPS = {"drugs": "PharmacistsInfo", "checkups":
          "SpecificHealthCheckupsInfo", "care": "DiagnosisInfo",
          "surgery": "OperationInfo",
          "limit": "LimitApplicationCertificateRelated",
          "diseases": "SpecificDiseasesCertificateRelated"}
LISTS = {"ResultList", "SpecificDiseasesCertificateList"}
conf = configparser.ConfigParser(interpolation=None)
conf.read(os.environ["ONSHIKAKU_CONF"])
link = conf["link"]
CODE = conf["facility"]["institution_code"]
JAPAN = timezone(timedelta(hours=9))


def folders(name: str) -> list[Path]:
    return [Path(p) for p in link[name].split("|")]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def tree(node: ET.Element) -> object:
    if len(node) == 0:
        return node.text or ""
    out: dict[str, object] = {}
    for child in node:
        out[snake(child.tag)] = tree(child)
    return out


class Refused(Exception):
    pass


def unpack(path: Path) -> bytes:
    """A ZIP of one entry that has the file's own base name, and no bomb."""
    secret = link.get("zip_password_file")
    found = zips.read(path, Path(secret).read_text().strip() if secret
                      else None)
    if list(found) != [path.stem + ".xml"] or len(found) != 1:
        raise Refused
    data = next(iter(found.values()))
    if data is None or len(data) > 4 << 20:
        raise Refused
    return data


def whole(path: Path) -> ET.Element | None:
    """The document, once two reads agree and it ends; None: not yet."""
    try:
        data = path.read_bytes()
        if path.suffix == ".zip":
            if not data or path.read_bytes() != data:
                return None
            data = unpack(path)
        elif not data.rstrip().endswith(b"</XmlMsg>") or \
                path.read_bytes() != data:
            return None
    except (OSError, AssertionError):
        return None
    if b"Shift_JIS" in data[:80]:
        data = data.decode("cp932").encode().replace(b"Shift_JIS", b"UTF-8",
                                                     1)
    try:
        return ET.fromstring(data)
    except ET.ParseError:
        return None


def text(root: ET.Element, name: str) -> str:
    return next((e.text or "" for e in root.iter(name)), "")


def judged(root: ET.Element) -> dict[str, object]:
    out: dict[str, object] = {}
    if text(root, "SegmentOfResult") != "1":
        return {"outcome": "error_file", "error": {
            "service_code": text(root, "ErrorCode")}}
    if text(root, "ProcessingResultStatus") != "1":
        return {"outcome": "not_provided", "error": {
            "name": "ONSHI_E_NOT_PROVIDED"}}
    validity = text(root, "QualificationValidity")
    out["outcome"] = OUTCOMES[validity]
    out["qualification_validity"] = validity
    results = [tree(r) for r in root.iter(
        "ResultOfQualificationConfirmation")]
    if results:
        out["results"] = results
    return out


def request(a: argparse.Namespace, mark: str) -> bytes:
    root = ET.Element("XmlMsg")
    head = ET.SubElement(root, "MessageHeader")
    for name, value in (
            ("QualificationConfirmationDate",
             datetime.now(JAPAN).strftime("%Y%m%d")),
            ("MedicalInstitutionCode", CODE),
            ("ArbitraryFileIdentifier", mark)):
        ET.SubElement(head, name).text = value
    info = ET.SubElement(ET.SubElement(root, "MessageBody"),
                         "QualificationConfirmSearchInfo")
    for name, value in (
            ("InsurerNumber", a.insurer.rjust(8)),
            ("InsuredCardSymbol", a.symbol),
            ("InsuredIdentificationNumber", a.number),
            ("InsuredBranchNumber", a.branch), ("Birthdate", a.birthdate),
            ("LimitApplicationCertificateRelatedConsFlg",
             "1" if a.limit else "0")):
        if value:
            ET.SubElement(info, name).text = value
    body = ET.tostring(root, encoding="unicode")
    encoding = link.get("encoding", "UTF-8")
    return (f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>'
            + body).encode("cp932" if encoding == "Shift_JIS" else "UTF-8")


def fail(status: int, name: str, **more: object) -> int:
    print(json.dumps({**more, "error": {"name": name, "sent": "unknown"}}))
    return status


def ours(root: ET.Element, mark: str) -> bool:
    return text(root, "MedicalInstitutionCode") == CODE and \
        text(root, "ArbitraryFileIdentifier") == mark


def eligibility(a: argparse.Namespace) -> int:
    root = ask("OQSsiquc01", lambda mark: request(a, mark))
    if isinstance(root, int):
        return root
    out = judged(root)
    print(json.dumps(out))
    return 5 if "error" in out else 0


def ask(prefix: str, make: Callable[[str], bytes]) -> ET.Element | int:
    """The answer; or what the failure that was printed ends with."""
    desk = int(conf["facility"].get("desk", "1"))
    suffix = f"{datetime.now(JAPAN):%y%m%d}{desk:02}0001"
    mark = f"{suffix}-{os.getpid()}"
    req, res = folders("req_dir")[0], folders("res_dir")[0]
    zipped = link.get("zip") == "yes"
    name = f"{prefix}req_{suffix}.{'zip' if zipped else 'xml'}"
    temporary = req / f".{name}.tmp"
    body = make(mark)
    if zipped:
        zips.write(temporary, f"{prefix}req_{suffix}.xml", body, Path(
            link["zip_password_file"]).read_text().strip())
    else:
        temporary.write_bytes(body)
    temporary.rename(req / name)
    answer = [res / f"{prefix}res_{suffix}.{e}" for e in ("xml", "zip")]
    thrown = res / f"{prefix}req_{suffix}.err"
    until = time.monotonic() + int(link["deadline_ms"]) / 1000
    refused = False
    while time.monotonic() < until:
        for path in answer:
            try:
                root = whole(path)
            except Refused:
                refused = True
                continue
            if root is None:
                continue
            refused = not ours(root, mark)
            if refused:
                continue
            path.unlink()
            return root
        if thrown.exists() and (res / name).exists():
            if len((res / name).read_bytes()) == len(body):
                thrown.unlink()
                (res / name).unlink()
                return fail(5, "ONSHI_E_REJECTED", outcome="thrown_back")
        time.sleep(0.01)
    return fail(4, "ONSHI_E_ANSWER_REFUSED" if refused else
                "ONSHI_E_LINK_TIMEOUT")


FACE = re.compile(r"OQSsiquc01res_face_(\d{10})[A-Za-z0-9]{16,20}_(\d{14})"
                  r"\.(xml|zip)")


def arrival(path: Path, root: ET.Element) -> dict[str, object]:
    out = {"file": path.name, **judged(root)}
    consents = {}
    for name, element in GROUPS.items():
        given = text(root, f"{element}ConsFlg") == "1"
        consents[name] = {"given": given, "granted": given}
    out["consents"] = consents
    return out


def watch(a: argparse.Namespace) -> int:
    until = time.monotonic() + a.timeout
    taken: set[bytes] = set()
    printed = 0
    now = datetime.now(JAPAN)
    while printed < a.count and time.monotonic() < until:
        time.sleep(0.01)
        for path in sorted(p for d in folders("face_dir")
                           for p in d.iterdir()):
            match = FACE.fullmatch(path.name)
            if not match or match[1] != CODE or match[2][:8] != \
                    now.strftime("%Y%m%d"):
                continue
            root = whole(path)
            if root is None or text(root, "MedicalInstitutionCode") != CODE:
                continue
            mark = hashlib.sha256(ET.tostring(root)).digest()
            if mark in taken:
                continue
            if a.take and link.get("face_owner", "yes") == "yes":
                claim = path.with_name(f"{path.name}.{os.getpid()}")
                try:
                    os.link(path, claim)
                    path.unlink()
                except OSError:
                    claim.unlink(missing_ok=True)
                    continue
                claim.unlink()
            taken.add(mark)
            out = arrival(path, root)
            if a.seal:
                out["sealed"] = seal(root)
            print(json.dumps(out))
            printed += 1
            break
    return 0


def sealed_file(name: str) -> Path:
    """Nothing of the name that opens it stands there; of another maker's this
    would be encrypted by it, too."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Path(conf["visits"]["dir"]) / f"{digest}.visit"


def seal(root: ET.Element) -> str:
    name = secrets.token_hex(16)
    sealed_file(name).write_bytes(ET.tostring(root))
    return name


# Category: request, what its header's element is called in a face file.
KINDS = {"drugs": "YZKsiquc01", "checkups": "TKKsiquc01",
         "care": "YZKsiquc01"}
NAMES = (("InsurerNumber", "InsurerNumber"),
         ("InsuranceCardSymbol", "InsuredCardSymbol"),
         ("InsuredPersonIdentificationNumber",
          "InsuredIdentificationNumber"),
         ("BranchNumber", "InsuredBranchNumber"))


def medical(face: ET.Element, category: str, mark: str) -> bytes:
    root = ET.Element("XmlMsg")
    head = ET.SubElement(root, "MessageHeader")
    ET.SubElement(head, "MedicalInstitutionCode").text = CODE
    ET.SubElement(head, "ArbitraryFileIdentifier").text = mark
    for name, element in NAMES:
        ET.SubElement(head, name).text = text(face, element)
    body = ET.SubElement(root, "MessageBody")
    values = {"FileCategory": "2", "PrDiInfClassification": "1",
              "MedicalTreatmentFlag": "1"}
    if category != "checkups":
        values = {"StartDate": "200001", "EndDate": "209912", **values}
    for name, value in values.items():
        ET.SubElement(body, name).text = value
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def is_over(face: ET.Element, category: str) -> bool:
    until = text(face, f"{GROUPS[category]}AvailableTime")
    return until != "" and until < datetime.now(JAPAN).strftime(
        "%Y%m%d%H%M%S")


def get(a: argparse.Namespace) -> int:
    """A sealed visit goes on: its marks count for all machines."""
    path = sealed_file(a.visit)
    if not path.exists():
        return fail(6, "ONSHI_E_VISIT_GONE")
    face = ET.fromstring(path.read_bytes())
    out: dict[str, object] = {"person": {"birthdate": text(
        face, "Birthdate")}}
    if a.withdraw:
        path.with_suffix(f".{a.withdraw}").touch()
    wanted = a.get
    if wanted and a.licence not in ("doctor", "pharmacist", "dentist"):
        return fail(6, "ONSHI_E_LICENCE", **out)
    if wanted and text(face, f"{GROUPS[wanted]}ConsFlg") != "1":
        return fail(6, "ONSHI_E_CONSENT", **out)
    if wanted and (path.with_suffix(f".{wanted}").exists() or
                   is_over(face, wanted)):
        return fail(6, "ONSHI_E_CONSENT_OVER", **out)
    if wanted:
        answer = ask(KINDS[wanted],
                     lambda mark: medical(face, wanted, mark))
        if isinstance(answer, int):
            return answer
        out[wanted] = tree(answer)
    if a.end:
        path.unlink()
    print(json.dumps(out))
    return 0


def main() -> int:
    p = argparse.ArgumentParser()
    sub = p.add_subparsers(dest="command")
    e = sub.add_parser("eligibility")
    for name in "insurer", "symbol", "number", "branch", "birthdate":
        e.add_argument(f"--{name}", default="")
    e.add_argument("--limit", action="store_true")
    w = sub.add_parser("watch")
    w.add_argument("--count", type=int, default=1)
    w.add_argument("--timeout", type=float, default=10)
    w.add_argument("--take", action="store_true")
    w.add_argument("--seal", action="store_true")
    g = sub.add_parser("get")
    for name in "visit", "withdraw", "get":
        g.add_argument(f"--{name}")
    g.add_argument("--end", action="store_true")
    for name in "operator", "licence", "sign-in":
        w.add_argument(f"--{name}")
        g.add_argument(f"--{name}")
    a = p.parse_args(json.loads(os.environ["ONSHIKAKU_ARGS"]))
    return {"watch": watch, "get": get}.get(a.command, eligibility)(a)


if __name__ == "__main__":
    sys.exit(main())
