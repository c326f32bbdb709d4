"""A client of the folders in the standard library alone, for the tests."""

from __future__ import annotations

import os
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from client import CODES, Answer, Sim, message

LONG = 15.0


def wait_for(what: Callable[[], object], seconds: float = LONG) -> None:
    """Returns as soon as it is so; a test that waits in vain fails."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.002)


def settled(path: Path) -> bytes | None:
    """The bytes of a whole document, read twice alike."""
    try:
        first = path.read_bytes()
        if path.suffix == ".xml" and not first.rstrip().endswith(b"</XmlMsg>"):
            return None
        return first if path.read_bytes() == first else None
    except OSError:
        return None


class Share:
    """One terminal's three folders."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.req, self.res, self.face = (path / d for d in
                                         ("req", "res", "face"))
        self.count = 0

    def send(self, body: bytes, prefix: str = "OQSsiquc01req",
             suffix: str | None = None, *, ext: str = "xml",
             plain: bool = False) -> str:
        """Publishes a request; the base of its name."""
        self.count += 1
        name = f"{prefix}_{suffix or f'20261005{self.count:04}'}"
        final = self.req / f"{name}.{ext}"
        if plain:
            final.write_bytes(body)
        else:
            tmp = self.req / f".{name}.tmp"
            tmp.write_bytes(body)
            tmp.rename(final)
        return name

    def answer(self, name: str, ext: str = "xml") -> Path:
        prefix, _, rest = name.partition("_")
        return self.res / f"{prefix.replace('req', 'res')}_{rest}.{ext}"

    def take(self, name: str) -> Answer:
        """The whole answer to a request, which is deleted."""
        path = self.answer(name)
        data: list[bytes] = []

        def there() -> bool:
            got = settled(path)
            if got is not None:
                data.append(got)
            return bool(data)
        wait_for(there)
        path.unlink()
        return Answer(200, {}, data[0])

    def ask(self, body: bytes, prefix: str = "OQSsiquc01req") -> Answer:
        return self.take(self.send(body, prefix))

    def names(self, folder: Path) -> list[str]:
        return sorted(e.name for e in folder.iterdir()
                      if not e.name.startswith("."))


def medical(sim: Sim, who: str, kind: str = "YZK", code: str = "medical",
            **body: str) -> bytes:
    """YZKsiquc01req or TKKsiquc01req by the numbers of people.csv."""
    p = sim.people[who]
    values = {"FileCategory": "2", "PrDiInfClassification": "1",
              "MedicalTreatmentFlag": "1"}
    if kind == "YZK":
        values = {"StartDate": "200001", "EndDate": "209912", **values}
    values.update(body)
    root = ET.Element("XmlMsg")
    head = ET.SubElement(root, "MessageHeader")
    for name, text in (("MedicalInstitutionCode", CODES[code]),
                       ("InsurerNumber", p["insurer"].rjust(8)),
                       ("InsuranceCardSymbol", p["symbol"]),
                       ("InsuredPersonIdentificationNumber", p["number"]),
                       ("BranchNumber", p["branch"])):
        ET.SubElement(head, name).text = text
    tree = ET.SubElement(root, "MessageBody")
    for name, text in values.items():
        ET.SubElement(tree, name).text = text
    return ET.tostring(root, encoding="UTF-8")


def share_of(sim: Sim, name: str = "share") -> Share:
    return Share(sim.dir / name)


__all__ = ["Share", "medical", "message", "os", "settled", "share_of",
           "wait_for"]
