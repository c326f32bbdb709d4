"""A client of the service in the standard library alone, for its tests."""

from __future__ import annotations

import base64
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

CODES = {"medical": "1319999996", "pharmacy": "1349999988",
         "dental": "1339999996"}
FLAGS = ("LimitApplicationCertificateRelated",
         "SpecificDiseasesCertificateRelated", "SpecificHealthCheckupsInfo",
         "PharmacistsInfo", "DiagnosisInfo", "OperationInfo")
DRUGS, CHECKUPS, CARE, SURGERY = ("PharmacistsInfo",
                                  "SpecificHealthCheckupsInfo",
                                  "DiagnosisInfo", "OperationInfo")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def root(self) -> ET.Element:
        data = self.body
        if b"Shift_JIS" in data[:80]:
            data = data.decode("cp932").encode()
            data = data.replace(b"Shift_JIS", b"UTF-8", 1)
        return ET.fromstring(data)

    def text(self, name: str) -> str | None:
        return next((e.text for e in self.root.iter(name)), None)

    def texts(self, name: str) -> list[str]:
        return [e.text or "" for e in self.root.iter(name)]

    @property
    def token(self) -> str | None:
        return self.headers.get("Onshi-Visit")

    @property
    def code(self) -> str | None:
        return self.text("ProcessingResultCode")


@dataclass
class Sim:
    """A served simulator with a PKI of its own, gone at close()."""

    build: Path
    options: list[str] = field(default_factory=list)
    other: Sim | None = None  # whose PKI serves here, too

    def __post_init__(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="onshi-"))
        self.pki = self.other.pki if self.other else self.dir / "pki"
        self.socket = self.dir / "control"
        if self.other is None:
            subprocess.run([self.build / "onshikaku-pki", self.pki],
                           check=True)
        self.process = subprocess.Popen(
            [self.build / "onshikaku-sim", "serve", "--pki", self.pki,
             "--db", self.dir / "db", "--people", "40", "--control",
             self.socket, "--folder", self.dir / "share", *self.options],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        match = re.fullmatch(r"listening 127\.0\.0\.1:(\d+)\n", line)
        assert match, line
        self.port = int(match[1])
        self.people = {}
        rows = (self.pki / "people.csv").read_text().splitlines()
        for row in rows[1:]:
            v = row.split(",")
            self.people[v[0]] = dict(zip(rows[0].split(","), v))

    def close(self) -> int:
        self.process.terminate()
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        shutil.rmtree(self.dir)
        return code

    def control(self, *words: str) -> str:
        """One line to the control socket, without a process for it."""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(self.socket))
            s.sendall((" ".join(words) + "\n").encode())
            said = b"".join(iter(lambda: s.recv(65536), b"")).decode()
        assert not said.startswith(("error", "refused")), said
        return said

    def log(self) -> list[str]:
        done = subprocess.run(
            [self.build / "onshikaku-sim", "log", "--db", self.dir / "db"],
            capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    def context(self, terminal: str | None = "medical") -> ssl.SSLContext:
        ctx = ssl.create_default_context(cafile=str(self.pki / "ca.pem"))
        if terminal is not None:
            stem = self.pki / f"terminal-{terminal}"
            ctx.load_cert_chain(f"{stem}.pem", f"{stem}.key")
        return ctx

    def ask(self, path: str, body: bytes = b"", *, terminal: str = "medical",
            request_id: str | None = None, token: str | None = None,
            content: str | None = "application/xml; charset=UTF-8",
            method: str = "POST",
            context: ssl.SSLContext | None = None) -> Answer:
        con = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=10,
            context=context or self.context(terminal))
        headers = {"Onshi-Request-Id": request_id or str(uuid.uuid4())}
        if content is not None:
            headers["Content-Type"] = content
        if token is not None:
            headers["Onshi-Visit"] = token
        try:
            con.request(method, path, body, headers)
            r = con.getresponse()
            return Answer(r.status, dict(r.getheaders()), r.read())
        finally:
            con.close()

    def challenge(self, terminal: str = "medical") -> tuple[str, bytes]:
        a = self.ask("/v1/challenge", terminal=terminal, content=None)
        assert a.status == 200, a
        return (a.text("ChallengeId") or "",
                base64.b64decode(a.text("Value") or ""))

    def number(self, who: str, **changes: str | None) -> bytes:
        p = self.people[who]
        values: dict[str, str | None] = {
            "InsurerNumber": p["insurer"].rjust(8),
            "InsuredCardSymbol": p["symbol"],
            "InsuredIdentificationNumber": p["number"],
            "InsuredBranchNumber": p["branch"],
            "Birthdate": p["birthdate"],
            "LimitApplicationCertificateRelatedConsFlg": "0"}
        values.update(changes)
        return message("QualificationConfirmSearchInfo", values)

    def sign(self, who: str, challenge: bytes, flags: dict[str, str],
             code: str, register: str = "0") -> bytes:
        text = "onshikaku-visit-1\n" + base64.b64encode(challenge).decode()
        text += f"\n{code}\nMethod=2\nRegisterUse={register}\n"
        text += "".join(f"{f}={flags.get(f, '0')}\n" for f in FLAGS)
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign",
             self.pki / "cards" / who / "auth.key"], input=text.encode(),
            capture_output=True, check=True).stdout

    def certificate(self, who: str) -> str:
        der = (self.pki / "cards" / who / "auth.der").read_bytes()
        return base64.b64encode(der).decode()

    def proof(self, who: str, *consents: str, terminal: str = "medical",
              register: bool = False) -> dict[str, str | None]:
        """The elements of a good proof by PIN, to be spoilt by tests."""
        ident, challenge = self.challenge(terminal)
        flags = {f: "1" if f in consents else "0" for f in FLAGS}
        sig = self.sign(who, challenge, flags, CODES[terminal],
                        "1" if register else "0")
        values: dict[str, str | None] = {
            "Method": "2", "Certificate": self.certificate(who),
            "ChallengeId": ident,
            "Signature": base64.b64encode(sig).decode(),
            "PinlessProof": None, "OperatorId": None,
            "RegisterUse": "1" if register else None}
        values.update({f"{f}ConsFlg": flags[f] for f in FLAGS})
        return values

    def check_in(self, who: str, *consents: str, terminal: str = "medical",
                 **changes: str | None) -> Answer:
        values = self.proof(who, *consents, terminal=terminal)
        values.update(changes)
        return self.ask("/v1/OQSsiquc01req",
                        message("CardProof", values, CODES[terminal]),
                        terminal=terminal)

    def medical(self, who: str, token: str | None, kind: str = "YZK", *,
                terminal: str = "medical", **body: str) -> Answer:
        p = self.people[who]
        values = {"FileCategory": "2", "PrDiInfClassification": "1",
                  "MedicalTreatmentFlag": "1"}
        if kind == "YZK":
            values = {"StartDate": "200001", "EndDate": "209912", **values}
        values.update(body)
        root = ET.Element("XmlMsg")
        head = ET.SubElement(root, "MessageHeader")
        for name, text in (
                ("MedicalInstitutionCode", CODES[terminal]),
                ("InsurerNumber", p["insurer"].rjust(8)),
                ("InsuranceCardSymbol", p["symbol"]),
                ("InsuredPersonIdentificationNumber", p["number"]),
                ("BranchNumber", p["branch"])):
            ET.SubElement(head, name).text = text
        tree = ET.SubElement(root, "MessageBody")
        for name, text in values.items():
            ET.SubElement(tree, name).text = text
        return self.ask(f"/v1/{kind}siquc01req",
                        ET.tostring(root, encoding="UTF-8"), token=token,
                        terminal=terminal)


def message(kind: str, values: dict[str, str | None],
            code: str = CODES["medical"], date: str | None = None) -> bytes:
    root = ET.Element("XmlMsg")
    head = ET.SubElement(root, "MessageHeader")
    japan = timezone(timedelta(hours=9))
    day = date or datetime.now(japan).strftime("%Y%m%d")
    ET.SubElement(head, "QualificationConfirmationDate").text = day
    ET.SubElement(head, "MedicalInstitutionCode").text = code
    tree = ET.SubElement(ET.SubElement(root, "MessageBody"), kind)
    for name, text in values.items():
        if text is not None:
            ET.SubElement(tree, name).text = text
    return ET.tostring(root, encoding="UTF-8")
