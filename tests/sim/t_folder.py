"""Folders: a request becomes an answer, a touch a file of the face reader."""

from __future__ import annotations

import os
import re
import subprocess
import unittest
from pathlib import Path

from client import CODES, Answer, Sim, message
from folder import Share, medical, share_of, wait_for

BUILD = Path(os.environ.get("top_builddir", "."))
FACE = re.compile(r"OQSsiquc01res_face_(\d{10})([A-Za-z0-9]{16,20})"
                  r"_(\d{14})\.xml")
sim: Sim
share: Share


def setUpModule() -> None:
    global sim, share
    sim = Sim(BUILD)
    share = share_of(sim)


def tearDownModule() -> None:
    code = sim.close()
    assert code == 0, f"exit status {code} on TERM"


def touch(*words: str, to: Share | None = None) -> Answer:
    name = sim.control("touch", *words).strip()
    assert FACE.fullmatch(name), name
    path = (to or share).face / name
    answer = Answer(200, {"name": name}, path.read_bytes())
    path.unlink()
    return answer


class ByNumber(unittest.TestCase):
    def test_answered_by_name(self) -> None:
        for plain in False, True:
            name = share.send(sim.number("adult"), plain=plain)
            a = share.take(name)
            self.assertEqual((a.text("SegmentOfResult"),
                              a.text("QualificationValidity")), ("1", "1"))
            self.assertEqual(a.text("ReferenceClassification"), "2")
        self.assertEqual(share.names(share.req), [])
        self.assertEqual(share.names(share.res), [])

    def test_req_in_the_suffix_stays(self) -> None:
        name = share.send(sim.number("adult"), suffix="reqreq0001")
        self.assertEqual(share.answer(name).name, "OQSsiquc01res_reqreq0001.xml")
        share.take(name)

    def test_same_name_again(self) -> None:
        for who, validity in ("adult", "1"), ("nobody", "4"):
            body = sim.number("adult") if who == "adult" else sim.number(
                "adult", InsuredIdentificationNumber="999999")
            a = share.take(share.send(body, suffix="202610059999"))
            self.assertEqual(a.text("QualificationValidity"), validity)

    def test_linked_without_replacing(self) -> None:
        tmp, final = share.req / ".a.tmp", share.req / "OQSsiquc01req_77.xml"
        tmp.write_bytes(sim.number("adult"))
        os.link(tmp, final)
        tmp.unlink()
        share.take("OQSsiquc01req_77")

    def test_only_what_is_whole(self) -> None:
        body = sim.number("adult")
        with (share.req / "OQSsiquc01req_88.xml").open("wb") as f:
            f.write(body[:100])
            f.flush()
            share.ask(sim.number("adult"))
            self.assertIn("OQSsiquc01req_88.xml", share.names(share.req))
            f.write(body[100:])
        share.take("OQSsiquc01req_88")

    def test_others_stay_untouched(self) -> None:
        names = ["notes.txt", "OQSsiquc01res_1.xml", "OQSsiquc01req_1.tmp",
                 "OQSsiquc01req.xml", ".OQSsiquc01req_1.xml"]
        for n in names:
            (share.req / n).write_bytes(b"x")
        share.ask(sim.number("adult"))
        for n in names:
            (share.req / n).unlink()

    def test_thrown_back(self) -> None:
        good = sim.number("adult")
        for name, prefix, body in (
                ("not well formed", "OQSsiquc01req", b"<XmlMsg>"),
                ("root", "OQSsiquc01req", b"<Other/>"),
                ("card proof", "OQSsiquc01req", message("CardProof", {
                    "Method": "2"})),
                ("institution", "OQSsiquc01req", good.replace(
                    b"1319999996", b"1349999988")),
                ("function", "OQSsiabc01req", good),
                ("no zip", "OQSsiquc01req", b"PK\3\4 and nothing")):
            with self.subTest(name):
                base = share.send(body, prefix)
                wait_for((share.res / f"{base}.err").exists)
                self.assertEqual((share.res / f"{base}.xml").read_bytes(),
                                 body)
                self.assertFalse(share.answer(base).exists())
                (share.res / f"{base}.xml").unlink()
                (share.res / f"{base}.err").unlink()

    def test_stopped_and_line_down(self) -> None:
        sim.control("folder", "stop")
        name = share.send(sim.number("adult"))
        self.assertEqual(share.names(share.req), [f"{name}.xml"])
        sim.control("folder", "start")
        share.take(name)
        sim.control("line", "down")
        name = share.send(sim.number("adult"))
        wait_for(lambda: not share.names(share.req))
        sim.control("line", "up")
        share.ask(sim.number("adult"))
        self.assertFalse(share.answer(name).exists(), "nothing comes")


class AtTheReader(unittest.TestCase):
    def test_a_file_comes(self) -> None:
        a = touch("adult", "--consent", "drugs,limit")
        match = FACE.fullmatch(a.headers["name"])
        assert match
        self.assertEqual(match[1], CODES["medical"])
        self.assertEqual(match[3], a.text("ProcessExecutionTime"))
        self.assertEqual(a.text("ReferenceClassification"), "1")
        self.assertEqual(a.text("InsuredIdentificationNumber"),
                         sim.people["adult"]["number"])
        self.assertEqual((a.text("PharmacistsInfoConsFlg"),
                          a.text("DiagnosisInfoConsFlg")), ("1", "0"))
        day = int(a.text("PharmacistsInfoAvailableTime") or 0) - int(
            a.text("PharmacistsInfoConsTime") or 0)
        self.assertGreaterEqual(day, 1000000)
        self.assertTrue((a.text("ArbitraryFileIdentifier") or "")
                        .endswith("="))
        self.assertIsNone(next(a.root.iter("QualificationConfirmSearchInfo"),
                               None))

    def test_who_stands_on_the_card(self) -> None:
        """Whoever compares card and screen sees one person."""
        for who in "adult", "soon", "locked", "last-try", "no-pin":
            ini = dict(line.split(" = ", 1) for line in (
                sim.pki / "cards" / who / "profile.ini").read_text(
                "utf-8").splitlines() if " = " in line)
            a = touch(who)
            self.assertEqual((a.text("Name"), a.text("Sex1"),
                              a.text("Address")),
                             (ini["name"], ini["sex"], ini["address"]))
        self.assertEqual(touch("soon").text("NameKana"), "ﾐﾎﾝ ｼﾖｳｺ")
        self.assertEqual(touch("soon").text("InsuredName"),
                         touch("adult").text("Name"))

    def test_the_centre_knows(self) -> None:
        touch("adult", "--method", "pin", "--consent", "drugs,checkups")
        last = sim.log()[-1].split("\t")
        self.assertEqual(last[1:4], [CODES["medical"], "OQSsiquc01res_face",
                                     "pin"])
        self.assertEqual(last[5:7], ["checkups,drugs", "checkups,drugs"])

    def test_refused_at_the_reader(self) -> None:
        cases = {
            "locked": ("locked", "--method", "pin"),
            "no PIN": ("no-pin", "--method", "pin"),
            "no certificate": ("child",), "another card": ("licence",),
            "revoked": ("revoked",), "lapsed": ("expired",),
            "not registered": ("unregistered",),
            "phone by sight": ("adult", "--carrier", "phone", "--method",
                               "visual"), "nobody": ("nobody",)}
        for name, words in cases.items():
            with self.subTest(name):
                done = subprocess.run(
                    [BUILD / "onshikaku-sim", "touch", "--control",
                     sim.socket, *words], capture_output=True, text=True)
                self.assertEqual(done.returncode, 5)
                self.assertIn("refused ", done.stderr)
        self.assertEqual(share.names(share.face), [])

    def test_registered_for_use_at_the_reader(self) -> None:
        touch("unregistered", "--register-use")
        touch("unregistered")

    def test_anybody_of_the_database(self) -> None:
        self.assertEqual(touch("7").text("ReferenceClassification"), "1")


class Register(unittest.TestCase):
    """照会番号: comes back with the next card check of that insurance."""

    def register(self, who: str, **changes: str | None) -> Answer:
        p = sim.people[who]
        values: dict[str, str | None] = {
            "ReferenceNumber": "P-77", "InsurerNumber":
            p["insurer"].rjust(8), "InsuredCardSymbol": p["symbol"],
            "InsuredIdentificationNumber": p["number"],
            "InsuredBranchNumber": p["branch"]}
        values.update(changes)
        return share.ask(message("ReferenceNumberRegistrationInfo", values),
                         "OQSsiimm01req")

    def test_registered(self) -> None:
        a = self.register("soon")
        self.assertEqual((a.text("SegmentOfResult"),
                          a.text("ProcessingResultStatus"),
                          a.text("ReferenceNumber")), ("1", "1", "P-77"))
        self.assertIsNone(a.text("ReferenceClassification"))
        self.assertEqual(touch("soon").text("ReferenceNumber"), "P-77")
        self.assertIsNone(touch("adult").text("ReferenceNumber"),
                          "another one of the household")
        self.register("soon", ReferenceNumber="P-78")
        self.assertEqual(touch("soon").text("ReferenceNumber"), "P-78")

    def test_refused(self) -> None:
        for name, changes in {
                "no number": {"ReferenceNumber": None},
                "too long": {"ReferenceNumber": "P" * 51},
                "nobody": {"InsuredIdentificationNumber": "999999"},
                "no branch": {"InsuredBranchNumber": None}}.items():
            with self.subTest(name):
                a = self.register("no-pin", **changes)
                self.assertEqual(a.text("ProcessingResultStatus"), "2")
                self.assertTrue(a.code)


class Medical(unittest.TestCase):
    """There is no token: the last card check here is what opens."""

    def asked(self, who: str, kind: str = "YZK", **body: str) -> str:
        a = share.ask(medical(sim, who, kind, **body), f"{kind}siquc01req")
        return a.text("ResultCode") or ""

    def test_by_the_last_card_check(self) -> None:
        who = "soon"
        self.assertEqual(self.asked(who), "XCNS0001E", "no check yet")
        touch(who, "--consent", "drugs")
        self.assertEqual(self.asked(who), "1")
        self.assertEqual(self.asked(who, "TKK"), "XCNS0001E")
        self.assertEqual(self.asked("last-try"), "XCNS0001E", "another one")
        touch(who, "--consent", "checkups")
        self.assertEqual(self.asked(who, "TKK"), "1")
        self.assertEqual(self.asked(who), "XCNS0001E", "the last one counts")

    def test_until_its_time(self) -> None:
        touch("adult", "--consent", "all")
        self.assertEqual(self.asked("adult", FileCategory="4"), "1")
        sim.control("clock", "+86400")
        self.assertEqual(self.asked("adult"), "XCNS0001E")
        sim.control("clock", "-86400")
        sim.control("person", "withdraw", "adult")
        self.assertEqual(self.asked("adult"), "XCNS0001E")

    def test_never_in_grace(self) -> None:
        touch("grace", "--consent", "all")
        self.assertEqual(self.asked("grace"), "XCNS0001E")


if __name__ == "__main__":
    unittest.main()
