"""Many at once, by a client in the standard library alone, for the tests."""

from __future__ import annotations

import http.client
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from client import CODES, Answer, Sim
from folder import Share

JAPAN = timezone(timedelta(hours=9))
Values = dict[str, "str | None"]


def today(days: int = 0) -> str:
    return (datetime.now(JAPAN) + timedelta(days=days)).strftime("%Y%m%d")


def document(head: Values, items: Iterable[tuple[str, Values]]) -> bytes:
    root = ET.Element("XmlMsg")
    header = ET.SubElement(root, "MessageHeader")
    body = ET.SubElement(root, "MessageBody")
    for name, text in head.items():
        if text is not None:
            ET.SubElement(header, name).text = text
    for kind, values in items:
        item = ET.SubElement(body, kind)
        for name, text in values.items():
            if text is not None:
                ET.SubElement(item, name).text = text
    return ET.tostring(root, encoding="UTF-8")


class Client:
    """Asks over one link, for one institution."""

    def __init__(self, sim: Sim, share: Share | None = None,
                 terminal: str = "medical") -> None:
        self.sim, self.share, self.terminal = sim, share, terminal
        self.con = http.client.HTTPSConnection(
            "127.0.0.1", sim.port, timeout=60, context=sim.context(terminal))

    @property
    def code(self) -> str:
        return CODES[self.terminal]

    def ask(self, prefix: str, body: bytes,
            request_id: str | None = None) -> Answer:
        if self.share is not None:
            return self.share.ask(body, prefix)
        try:
            return self.over_https(prefix, body, request_id)
        except Exception:
            self.con.close()
            raise

    def over_https(self, prefix: str, body: bytes,
                   request_id: str | None) -> Answer:
        """On one connection, as a client would."""
        self.con.request("POST", f"/v1/{prefix}", body, {
            "Content-Type": "application/xml; charset=UTF-8",
            "Onshi-Request-Id": request_id or str(uuid.uuid4())})
        r = self.con.getresponse()
        return Answer(r.status, dict(r.getheaders()), r.read())

    def person(self, who: str, mark: str | None = None,
               **changes: str | None) -> tuple[str, Values]:
        p = self.sim.people[who]
        values: Values = {
            "InsurerNumber": p["insurer"].rjust(8),
            "InsuredCardSymbol": p["symbol"] or None,
            "InsuredIdentificationNumber": p["number"],
            "InsuredBranchNumber": p["branch"] or None,
            "Birthdate": p["birthdate"], "ArbitraryIdentifier": mark}
        values.update(changes)
        return "QualificationConfirmSearchInfo", values

    def reference(self, who: str, number: str | None,
                  **changes: str | None) -> tuple[str, Values]:
        kind, values = self.person(who)
        del values["Birthdate"], values["ArbitraryIdentifier"]
        values = {"ReferenceNumber": number, **values, **changes}
        return "ReferenceNumberRegistrationInfo", values

    def eligibility(self, *people: tuple[str, Values],
                    date: str | None = None, **head: str | None) -> bytes:
        return document({"QualificationConfirmationDate": date or today(),
                         "MedicalInstitutionCode": self.code,
                         "ArbitraryFileIdentifier": "BULK-1", **head}, people)

    def registration(self, *people: tuple[str, Values]) -> bytes:
        return document({"MedicalInstitutionCode": self.code,
                         "ArbitraryFileIdentifier": "REF-1"}, people)

    def search(self, **values: str | None) -> bytes:
        return document({"MedicalInstitutionCode": self.code,
                         "ArbitraryFileIdentifier": "S-1"},
                        [("QualificationConfirmSearchInfo", dict(values))])

    def receipt(self, number: str) -> bytes:
        body = document({"MedicalInstitutionCode": self.code}, [])
        return body.replace(b"<MessageBody />", b"<MessageBody>"
                            b"<ReceptionNumber>" + number.encode() +
                            b"</ReceptionNumber></MessageBody>")

    def upload(self, function: str, body: bytes) -> str:
        a = self.ask(f"{function}01req", body)
        number = a.text("ReceptionNumber")
        assert number, (a.status, a.body)
        return number

    def fetch(self, function: str, number: str) -> Answer:
        return self.ask(f"{function}02req", self.receipt(number))

    def both(self, function: str, body: bytes) -> Answer:
        return self.fetch(function, self.upload(function, body))


def units(a: Answer) -> list[ET.Element]:
    body = a.root.find("MessageBody")
    assert body is not None
    return [u for u in body if u.tag in ("BulkConfirmUnit",
                                         "BulkRegistrationUnit")]


def text(e: ET.Element, name: str) -> str | None:
    return next((x.text for x in e.iter(name)), None)


def by_mark(a: Answer) -> dict[str, ET.Element]:
    found = {text(u, "ArbitraryIdentifier") or "": u for u in units(a)}
    assert len(found) == len(units(a)), "a mark comes twice"
    return found


def counts(a: Answer) -> tuple[str | None, ...]:
    return tuple(a.text(n) for n in (
        "SegmentOfResult", "NumberOfProcessingResult",
        "NumberOfNormalProcessing", "NumberOfError"))
