"""Many at once: the two steps, and clients that break their rules."""

from __future__ import annotations

import os
import subprocess
import unittest
import uuid
import xml.etree.ElementTree as ET
from pathlib import Path

import zips
from bulk import Client, by_mark, counts, document, text, today, units
from client import CARE, CHECKUPS, CODES, DRUGS, Answer, Sim
from folder import Share, medical, share_of, wait_for

BUILD = Path(os.environ.get("top_builddir", "."))
MEDICAL, PHARMACY = CODES["medical"], CODES["pharmacy"]
UQUC, UIMM, TIC, HVQ, ONQ = ("OQSmuquc", "OQSmuimm", "OQSmutic", "OQSmuhvq",
                             "OQSmuonq")
sim: Sim
share: Share
https: Client
folder: Client
other: Client
links: dict[str, Client]


def setUpModule() -> None:
    global sim, share, https, folder, other, links
    sim = Sim(BUILD)
    share = share_of(sim)
    https, folder = Client(sim), Client(sim, share)
    other = Client(sim, terminal="pharmacy")
    links = {"https": https, "folder": folder}


def tearDownModule() -> None:
    for c in https, folder, other:
        c.con.close()
    code = sim.close()
    assert code == 0, f"exit status {code} on TERM"


def uploads() -> list[dict[str, str]]:
    """The service's own register of what was uploaded."""
    done = subprocess.run(
        [BUILD / "onshikaku-sim", "log", "--uploads", "--db", sim.dir / "db"],
        capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def shown(who: str) -> dict[str, str | None]:
    """Somebody's numbers as they are now."""
    v = sim.control("person", "show", who).strip("\n").split(",")
    return {"InsurerNumber": v[0].rjust(8), "InsuredCardSymbol": v[1] or None,
            "InsuredIdentificationNumber": v[2],
            "InsuredBranchNumber": v[3] or None}


class Eligibility(unittest.TestCase):
    def test_each_person_as_it_is(self) -> None:
        sim.control("person", "lose", "locked", "-3", "99")
        sim.control("person", "twin", "soon")
        sim.control("person", "hide", "grace", "all")
        sim.control("person", "move", "phone", "-40")
        sim.control("person", "assist", "phone")
        for name, c in links.items():
            with self.subTest(name):
                self.each_person(c)
        for who in "soon", "grace":
            sim.control("person", "hide", who, "none")

    def each_person(self, c: Client) -> None:
        a = c.both(UQUC, c.eligibility(
            c.person("adult", "1"), c.person("locked", "2"),
            c.person("adult", "3", InsuredIdentificationNumber="999999"),
            c.person("soon", "4", InsuredBranchNumber=None),
            c.person("adult", "5", Birthdate="19901345"),
            c.person("grace", "6"), c.person("phone", "7", **shown("phone")),
            c.person("adult", "8", InsurerNumber="  999994")))
        self.assertEqual(counts(a), ("1", "8", "6", "2"))
        self.assertEqual(a.text("ArbitraryFileIdentifier"), "BULK-1")
        self.assertEqual(a.text("QualificationConfirmationDate"), today())
        self.assertIsNone(a.token)
        found = by_mark(a)
        self.assertEqual(
            [(text(found[m], "ProcessingResultStatus"),
              text(found[m], "QualificationValidity"),
              text(found[m], "ProcessingResultCode")) for m in "12345678"],
            [("1", "1", None), ("1", "2", None), ("1", "4", None),
             ("1", "5", None), ("2", None, "XSIM0102E"),
             ("2", None, "XNDS0001E"), ("1", "1", None), ("1", "4", None)])
        for mark, results in ("1", 1), ("2", 1), ("3", 0), ("4", 0), \
                ("5", 0), ("6", 0):
            self.assertEqual(len(found[mark].findall(
                "ResultOfQualificationConfirmation")), results, mark)
        self.assertEqual(text(found["5"], "Birthdate"), "19901345")
        self.assertEqual(text(found["1"],
                              "LimitApplicationCertificateChanged"), "0")
        self.assertIsNone(text(found["1"], "PharmacistsInfoConsFlg"))
        classes = [r.findtext("InsuredCardClassification") for r in
                   found["7"].findall("ResultOfQualificationConfirmation")]
        self.assertEqual(classes, ["01", "A1"])

    def test_of_a_day_before(self) -> None:
        sim.control("person", "lose", "revoked", "-2", "99")
        for days, validity in (-5, "1"), (0, "2"):
            a = https.both(UQUC, https.eligibility(
                https.person("revoked"), date=today(days)))
            self.assertEqual(a.text("QualificationValidity"), validity)

    def test_somebody_twice(self) -> None:
        one = https.person("adult", "a")
        a = https.both(UQUC, https.eligibility(one, one,
                                               https.person("adult", "b")))
        self.assertEqual(counts(a), ("1", "3", "3", "0"))
        self.assertEqual(a.texts("ArbitraryIdentifier"), ["a", "a", "b"])

    def test_receipt_brings_the_same_again(self) -> None:
        number = https.upload(UQUC, https.eligibility(https.person("adult",
                                                                   "1")))
        first = https.fetch(UQUC, number)
        sim.control("person", "limit", "adult", "A03")
        self.assertEqual(units(first)[0].findtext("QualificationValidity"),
                         "1")
        again = https.fetch(UQUC, number)
        self.assertEqual(ET.tostring(units(first)[0]),
                         ET.tostring(units(again)[0]))

    def test_limit_certificate_changed(self) -> None:
        sim.control("person", "limit", "no-pin", "A03")
        for flag, changed in (None, "1"), (None, "0"), ("A02", "1"), \
                (None, "0"):
            if flag is not None:
                sim.control("person", "limit", "no-pin", flag)
            a = https.both(UQUC, https.eligibility(https.person("no-pin")))
            self.assertEqual(a.text("LimitApplicationCertificateChanged"),
                             changed)

    def test_in_shift_jis(self) -> None:
        body = https.eligibility(https.person("adult", "患者１"))
        sjis = (b'<?xml version="1.0" encoding="Shift_JIS" '
                b'standalone="no"?>' + body.split(b"?>", 1)[-1].decode()
                .encode("cp932"))
        for c in links.values():
            a = c.both(UQUC, sjis)
            self.assertEqual(a.text("ArbitraryIdentifier"), "患者１")
            self.assertEqual(a.text("QualificationValidity"), "1")


class Refused(unittest.TestCase):
    def header_says(self, a: Answer, code: str) -> None:
        self.assertEqual((a.text("SegmentOfResult"), a.text("ErrorCode")),
                         ("9", code))
        self.assertIsNone(a.text("ReceptionNumber"))

    def test_whole_files(self) -> None:
        before = len(uploads())
        for c in links.values():
            limit = c.person("adult", **{
                "LimitApplicationCertificateRelatedConsFlg": "1"})
            for name, function, body, code in (
                    ("limit", UQUC, c.eligibility(c.person("adult"), limit),
                     "XBLK0002E"),
                    ("nobody", UQUC, c.eligibility(), "XBLK0003E"),
                    ("date", UQUC, c.eligibility(
                        c.person("adult"), date="20261301"), "XSIM0001E"),
                    ("header", UQUC, c.eligibility(
                        c.person("adult"), ReferenceClassification="2"),
                     "XBLK0002E"),
                    ("stranger", UIMM, c.registration(c.person("adult")),
                     "XBLK0002E"),
                    ("birth", UIMM, c.registration(c.reference(
                        "adult", "1", Birthdate="19900101")), "XBLK0002E"),
                    ("month", TIC, c.search(MedicalTreatmentMonth="202613"),
                     "XBLK0004E"),
                    ("no month", TIC, c.search(), "XBLK0004E"),
                    ("days", HVQ, c.search(
                        ConsentDateFrom="20261002", ConsentDateTo="20261001",
                        MedicalTreatmentFlag="2"), "XBLK0004E"),
                    ("one end", HVQ, c.search(ConsentDateFrom="20261002",
                                              MedicalTreatmentFlag="2"),
                     "XBLK0004E"),
                    ("kind", HVQ, c.search(
                        ConsentDateFrom="20261001", ConsentDateTo="20261002",
                        MedicalTreatmentFlag="3"), "XBLK0004E"),
                    ("examination", HVQ, c.search(
                        ExaminationDateFrom="20261001",
                        ExaminationDateTo="20261002",
                        MedicalTreatmentFlag="2"), "XBLK0002E"),
                    ("both", ONQ, c.search(
                        ConsentDateFrom="20261001", ConsentDateTo="20261002",
                        ExaminationDateFrom="20261001",
                        ExaminationDateTo="20261002",
                        MedicalTreatmentFlag="3"), "XBLK0004E")):
                with self.subTest(name):
                    self.header_says(c.ask(f"{function}01req", body), code)
        self.assertEqual(len(uploads()), before)

    def test_blanks_mean_nothing(self) -> None:
        days = {"ConsentDateFrom": today(), "ConsentDateTo": today()}
        for function, body in (
                (UQUC, https.eligibility(https.person("adult"))),
                (UIMM, https.registration(https.reference("grace", "1"))),
                (TIC, https.search(MedicalTreatmentMonth=today()[:6])),
                (HVQ, https.search(**days, MedicalTreatmentFlag="2"))):
            a = https.fetch(function, https.upload(
                function, body.replace(b"><", b">\r\n  <")))
            self.assertEqual(a.text("SegmentOfResult"), "1")

    def test_thrown_back(self) -> None:
        good = https.eligibility(https.person("adult"))
        bad = {"not well formed": good[:-20],
               "document type": b"<!DOCTYPE XmlMsg []>" + good,
               "root": good.replace(b"XmlMsg", b"Other"),
               "two bodies": good.replace(b"</XmlMsg>",
                                          b"<MessageBody/></XmlMsg>")}
        before = len(uploads())
        for name, body in bad.items():
            with self.subTest(name):
                a = https.ask(f"{UQUC}01req", body)
                self.assertEqual((a.status, a.headers["Onshi-Answer"]),
                                 (200, "err"))
        base = share.send(bad["document type"], f"{UQUC}01req")
        wait_for((share.res / f"{base}.err").exists)
        self.assertTrue((share.res / f"{base}.xml").exists())
        for path in share.res.iterdir():
            path.unlink()
        self.assertEqual(len(uploads()), before)
        rows = subprocess.run(
            ["sqlite3", sim.dir / "db", "SELECT count(*) FROM asked WHERE "
             "receipt NOT IN (SELECT id FROM receipt)"],
            capture_output=True, text=True, check=True).stdout if \
            os.path.exists("/usr/bin/sqlite3") else "0\n"
        self.assertEqual(rows, "0\n")

    def test_receipts_of_nobody_and_of_others(self) -> None:
        theirs = other.upload(UQUC, other.eligibility(other.person("adult")))
        mine = https.upload(UQUC, https.eligibility(https.person("adult")))
        guess = f"{int(mine) + 1:020}"
        for c in links.values():
            said = set()
            for number in theirs, guess, "", "x' OR 1=1 --":
                a = c.fetch(UQUC, number)
                self.header_says(a, "XBLK0001E")
                said.add(a.body.split(b"<MedicalInstitutionCode>")[1])
            self.assertEqual(len(said), 1, "what is whose can be told")
            # another function's, and too old a one
            self.header_says(c.fetch(UIMM, mine), "XBLK0001E")
        self.assertEqual(counts(https.fetch(UQUC, mine))[0], "1")
        self.assertEqual(counts(folder.fetch(UQUC, mine))[0], "1")
        self.assertEqual(counts(other.fetch(UQUC, theirs))[0], "1")

    def test_more_than_a_receipt(self) -> None:
        mine = https.upload(UQUC, https.eligibility(https.person("adult")))
        body = https.receipt(mine)
        for name, changed in (
                ("header", body.replace(
                    b"</MessageHeader>", b"<ArbitraryFileIdentifier>1"
                    b"</ArbitraryFileIdentifier></MessageHeader>")),
                ("body", body.replace(
                    b"</MessageBody>", b"<ReceptionNumber>2"
                    b"</ReceptionNumber></MessageBody>"))):
            with self.subTest(name):
                self.header_says(https.ask(f"{UQUC}02req", changed),
                                 "XBLK0002E")

    def test_another_institution(self) -> None:
        body = https.eligibility(https.person("adult"))
        a = sim.ask(f"/v1/{UQUC}01req", body, terminal="pharmacy")
        self.assertEqual(a.status, 403)

    def test_suspended(self) -> None:
        mine = https.upload(UQUC, https.eligibility(https.person("adult")))
        sim.control("suspend", MEDICAL)
        for a in (https.fetch(UQUC, mine), https.ask(
                f"{UIMM}01req", https.registration(https.reference(
                    "adult", "1")))):
            self.header_says(a, "XSUS0001E")
        sim.control("resume", MEDICAL)
        self.assertEqual(counts(https.fetch(UQUC, mine))[0], "1")


class Once(unittest.TestCase):
    def test_same_id_same_receipt(self) -> None:
        ident = str(uuid.uuid4())
        body = https.eligibility(https.person("adult"))
        before = len(uploads())
        first = https.ask(f"{UQUC}01req", body, ident)
        again = https.ask(f"{UQUC}01req", body, ident)
        self.assertEqual((first.status, first.body), (200, again.body))
        more = https.eligibility(https.person("adult"), https.person("soon"))
        self.assertEqual(https.ask(f"{UQUC}01req", more, ident).status, 409)
        self.assertEqual(https.ask(f"{UIMM}01req", body, ident).status, 409)
        rows = uploads()[before:]
        self.assertEqual([(r["receipt"], r["request"], r["persons"])
                          for r in rows],
                         [(first.text("ReceptionNumber"), UQUC, "1")])

    def test_the_same_twice_shows(self) -> None:
        body = https.eligibility(https.person("adult", "x"),
                                 https.person("soon", "y"))
        for c in links.values():
            before = len(uploads())
            c.upload(UQUC, body)
            c.upload(UQUC, body)
            rows = uploads()[before:]
            self.assertEqual(len({r["sha256"] for r in rows}), 1)
            self.assertEqual(len({r["receipt"] for r in rows}), 2)

    def test_same_id_for_a_file(self) -> None:
        number = https.upload(UQUC, https.eligibility(https.person("adult")))
        ident = str(uuid.uuid4())
        sim.control("fault", f"{UQUC}02req:processing=1*1")
        first = https.ask(f"{UQUC}02req", https.receipt(number), ident)
        again = https.ask(f"{UQUC}02req", https.receipt(number), ident)
        self.assertEqual(first.text("SegmentOfResult"), "2")
        self.assertEqual(first.body, again.body)
        self.assertEqual(counts(https.fetch(UQUC, number))[0], "1")


class Late(unittest.TestCase):
    def tearDown(self) -> None:
        sim.control("fault", "clear")

    def test_processing(self) -> None:
        sim.control("fault", "processing=2")
        for c in links.values():
            number = c.upload(UQUC, c.eligibility(c.person("adult", "1")))
            for _ in range(2):
                a = c.fetch(UQUC, number)
                self.assertEqual(a.text("SegmentOfResult"), "2")
                self.assertEqual(a.text("ReceptionNumber"), number)
                self.assertEqual(units(a), [])
                self.assertIsNone(a.text("NumberOfProcessingResult"))
            self.assertEqual(counts(c.fetch(UQUC, number)),
                             ("1", "1", "1", "0"))

    def test_undone(self) -> None:
        for c in links.values():
            number = c.upload(UQUC, c.eligibility(c.person("adult", "1")))
            sim.control("fault", f"{UQUC}02req:undone*1")
            a = c.fetch(UQUC, number)
            self.assertEqual(a.text("SegmentOfResult"), "2")
            self.assertEqual(a.text("ReceptionNumber"), number)
            self.assertEqual(units(a), [])
            self.assertEqual(counts(c.fetch(UQUC, number)),
                             ("1", "1", "1", "0"))

    def test_failed(self) -> None:
        number = https.upload(UQUC, https.eligibility(https.person("adult")))
        sim.control("fault", f"{UQUC}02req:failed*1")
        for _ in range(2):	# for good
            a = https.fetch(UQUC, number)
            self.assertEqual((a.text("SegmentOfResult"),
                              a.text("ErrorCode")), ("9", "XBLK0005E"))
        sim.control("fault", f"{UQUC}01req:failed*1")
        a = https.ask(f"{UQUC}01req", https.eligibility(
            https.person("adult")))
        self.assertEqual(a.text("ErrorCode"), "XBLK0005E")


class Bent(unittest.TestCase):
    def tearDown(self) -> None:
        sim.control("fault", "clear")

    def test_every_fault_at_once(self) -> None:
        for c in links.values():
            number = c.upload(UQUC, c.eligibility(*(
                c.person("adult", str(i)) for i in range(20))))
            plain = c.fetch(UQUC, number)
            sim.control("fault", f"{UQUC}02req:sjis",
                        f"{UQUC}02req:unknown", f"{UQUC}02req:shuffle")
            bent = c.fetch(UQUC, number)
            sim.control("fault", "clear")
            self.assertIn(b"Shift_JIS", bent.body[:80])
            self.assertEqual(bent.text("CharacterCodeIdentifier"), "1")
            self.assertIn("XNextYearInfo", [e.tag for e in bent.root.iter()])
            order = list(by_mark(bent))
            self.assertNotEqual(order, list(by_mark(plain)))
            self.assertEqual(sorted(order), sorted(by_mark(plain)))
            for mark, unit in by_mark(plain).items():
                self.assertEqual(
                    {(e.tag, e.text) for e in unit.iter() if not len(e)},
                    {(e.tag, e.text) for e in by_mark(bent)[mark].iter()
                     if not len(e) and not e.tag.startswith("XNext")})

    def test_namesakes_keep_their_order(self) -> None:
        sim.control("person", "move", "extra-aps", "-40")
        sim.control("person", "assist", "extra-aps")
        number = https.upload(UQUC, https.eligibility(
            https.person("extra-aps", **shown("extra-aps"))))
        sim.control("fault", f"{UQUC}02req:shuffle")
        for _ in range(40):
            self.assertEqual(https.fetch(UQUC, number).texts(
                "InsuredCardClassification"), ["01", "A1"])

    def test_persons_that_are_wrong(self) -> None:
        number = https.upload(UQUC, https.eligibility(
            https.person("adult", "a"), https.person("soon", "b"),
            https.person("adult", "c")))
        sim.control("fault", f"{UQUC}02req:omit=2*1")
        a = https.fetch(UQUC, number)
        self.assertEqual(counts(a)[1], "3")
        self.assertEqual(list(by_mark(a)), ["a", "c"])
        sim.control("fault", f"{UQUC}02req:swapped*1")
        found = by_mark(https.fetch(UQUC, number))
        self.assertEqual(list(found), ["b", "a", "c"])
        self.assertEqual(text(found["b"], "InsuredIdentificationNumber"),
                         sim.people["adult"]["number"])

    def test_cut_and_status(self) -> None:
        number = https.upload(UQUC, https.eligibility(https.person("adult")))
        sim.control("fault", f"{UQUC}02req:cut=700*1")
        with self.assertRaises(Exception):
            https.fetch(UQUC, number)
        sim.control("fault", f"{UQUC}02req:status=503*1")
        self.assertEqual(https.fetch(UQUC, number).status, 503)
        self.assertEqual(counts(https.fetch(UQUC, number))[0], "1")

    def test_upload_thrown_back(self) -> None:
        before = len(uploads())
        sim.control("fault", f"{UQUC}01req:err*1")
        base = share.send(folder.eligibility(folder.person("adult")),
                          f"{UQUC}01req")
        wait_for((share.res / f"{base}.err").exists)
        for path in share.res.iterdir():
            path.unlink()
        self.assertEqual(len(uploads()), before)

    def test_zip(self) -> None:
        number = folder.upload(UQUC, folder.eligibility(
            folder.person("adult", "z")))
        sim.control("fault", f"{UQUC}02req:zip*1")
        base = share.send(folder.receipt(number), f"{UQUC}02req")
        path = share.answer(base, "zip")
        wait_for(path.exists)
        entries = zips.read(path, None)
        path.unlink()
        self.assertEqual(list(entries), [share.answer(base).name])
        data = next(iter(entries.values()))
        assert data is not None
        self.assertEqual(counts(Answer(200, {}, data)),
                         ("1", "1", "1", "0"))

    def test_foreign_and_stale(self) -> None:
        number = folder.upload(UQUC, folder.eligibility(
            folder.person("adult", "z"), folder.person("soon", "y")))
        sim.control("fault", f"{UQUC}02req:foreign*1")
        a = folder.fetch(UQUC, number)
        self.assertNotEqual(a.text("MedicalInstitutionCode"), MEDICAL)
        sim.control("fault", f"{UQUC}02req:stale=400*1")
        base = share.send(folder.receipt(number), f"{UQUC}02req")
        path = share.answer(base)
        wait_for(lambda: path.exists() and b"</XmlMsg>" in path.read_bytes())
        old = Answer(200, {}, path.read_bytes())
        self.assertEqual(old.text("ArbitraryFileIdentifier"), "YESTERDAY")
        self.assertEqual(text(by_mark(old)["z"], "InsuredIdentificationNumber"),
                         sim.people["soon"]["number"])
        wait_for(lambda: path.exists() and b"YESTERDAY" not in
                 path.read_bytes())
        self.assertEqual(counts(share.take(base)), ("1", "2", "2", "0"))


class Registration(unittest.TestCase):
    def number_of(self, c: Client, who: str) -> str | None:
        return c.ask("OQSsiquc01req", sim.number(who)).text(
            "ReferenceNumber")

    def test_comes_back_and_goes_with_the_insurer(self) -> None:
        for name, c in links.items():
            with self.subTest(name):
                self.comes_back(c)

    def comes_back(self, c: Client) -> None:
        a = c.both(UIMM, c.registration(
            c.reference("soon", "P-0001"),
            c.reference("unregistered", "P-0002"),
            c.reference("soon", "P-9", InsuredIdentificationNumber="77"),
            c.reference("soon", "9" * 51), c.reference("soon", None)))
        self.assertEqual(counts(a), ("1", "5", "2", "3"))
        self.assertEqual(
            [(text(u, "ReferenceNumber"), text(u, "ProcessingResultStatus"),
              text(u, "ProcessingResultCode")) for u in units(a)],
            [("P-0001", "1", None), ("P-0002", "1", None),
             ("P-9", "2", "XSIM0202E"), ("9" * 51, "2", "XSIM0102E"),
             (None, "2", "XSIM0102E")])
        self.assertIsNone(a.text("QualificationConfirmationDate"))
        self.assertEqual(self.number_of(c, "soon"), "P-0001")
        bulk = c.both(UQUC, c.eligibility(c.person("soon", "1")))
        unit = units(bulk)[0]
        self.assertEqual([e.text for e in unit.findall("ReferenceNumber")],
                         ["P-0001"])
        result = unit.find("ResultOfQualificationConfirmation")
        assert result is not None
        self.assertIsNone(result.find("ReferenceNumber"))
        # nobody else's business
        theirs = other.both(UQUC, other.eligibility(other.person("soon")))
        self.assertIsNone(theirs.text("ReferenceNumber"))

    def test_new_insurer_knows_no_number(self) -> None:
        https.both(UIMM, https.registration(
            https.reference("unregistered", "P-7")))
        self.assertEqual(self.number_of(https, "unregistered"), "P-7")
        sim.control("person", "move", "unregistered", "today")
        a = https.both(UQUC, https.eligibility(
            https.person("unregistered", "1", **shown("unregistered"))))
        self.assertEqual(a.text("QualificationValidity"), "1")
        self.assertIsNone(a.text("ReferenceNumber"))

    def test_in_face_files(self) -> None:
        folder.ask("OQSsiimm01req", folder.registration(
            folder.reference("adult", "P-3")))
        name = sim.control("touch", "adult").strip()
        a = Answer(200, {}, (share.face / name).read_bytes())
        (share.face / name).unlink()
        self.assertEqual(a.text("ReferenceNumber"), "P-3")

    def test_registered_whether_fetched_or_not(self) -> None:
        https.upload(UIMM, https.registration(
            https.reference("last-try", "P-8")))
        self.assertEqual(self.number_of(https, "last-try"), "P-8")


class Assistance(unittest.TestCase):
    def test_by_month(self) -> None:
        sim.control("person", "assist", "expired", MEDICAL)
        for c in links.values():
            a = c.both(TIC, c.search(MedicalTreatmentMonth=today()[:6]))
            found = units(a)
            self.assertEqual(counts(a), ("1", str(len(found)),
                                         str(len(found)), "0"))
            self.assertGreaterEqual(len(found), 1)
            for u in found:
                self.assertEqual(text(u, "InsuredCardClassification"), "A1")
                tickets = list(u.iter("MedicalTicketInfo"))
                self.assertEqual([t.findtext("TicketType") for t in tickets],
                                 ["01", "02"])
                self.assertEqual(tickets[0].findtext(
                    "DesignatedMedicalInstitutionFlag"), "0")
                self.assertIsNotNone(u.find("ResultList"))
            a = c.both(TIC, c.search(MedicalTreatmentMonth="202401"))
            self.assertEqual(counts(a), ("1", "0", "0", "0"))
            self.assertEqual(units(a), [])


class Carried(unittest.TestCase):
    """Consents for home visits and telemedicine (CO-11)."""

    def setUp(self) -> None:
        self.days = {"ConsentDateFrom": today(), "ConsentDateTo": today()}

    def home(self, c: Client, **changes: str | None) -> Answer:
        return c.both(HVQ, c.search(**{**self.days,
                                       "MedicalTreatmentFlag": "2",
                                       **changes}))

    def unit(self, a: Answer, who: str) -> ET.Element:
        number = sim.people[who]["birthdate"]
        return next(u for u in units(a) if text(
            u, "Birthdate") == number)

    def code(self, who: str, token: str | None, kind: str = "YZK",
             **body: str) -> str | None:
        a = sim.medical(who, token, kind, **body)
        return a.text("ResultCode") if a.status == 200 else str(a.status)

    def test_home_visit(self) -> None:
        sim.control("person", "consent", "adult", MEDICAL, "home",
                    "drugs,checkups,care=hard")
        sim.control("person", "consent", "soon", PHARMACY, "home", "drugs")
        sim.control("person", "consent", "soon", MEDICAL, "home", "drugs",
                    "-10", "-1")
        for c in links.values():
            a = self.home(c)
            self.assertNotIn(sim.people["soon"]["birthdate"],
                             a.texts("Birthdate"))
            u = self.unit(a, "adult")
            self.assertIsNone(u.find("QualificationConfirmSearchInfo"))
            self.assertEqual(
                [text(u, f"{x}ConsFlg") for x in (DRUGS, CHECKUPS, CARE,
                                                  "OperationInfo")],
                ["1", "1", "3", "0"])
            self.assertEqual((text(u, f"{DRUGS}ConsTime") or "")[:8],
                             today())
            self.assertEqual(text(u, f"{DRUGS}AvailableTime"),
                             today(180) + "235959")
            self.assertIsNone(text(u, f"{CARE}ConsTime"))
            older = self.home(c, ConsentDateFrom=today(-10))
            u = self.unit(older, "soon")
            self.assertEqual(text(u, f"{DRUGS}ConsFlg"), "2")
            self.assertIsNone(text(u, f"{DRUGS}AvailableTime"))

    def test_token_opens_what_was_in_it(self) -> None:
        for who in "adult", "soon":
            sim.control("person", "consent", who, MEDICAL, "home",
                        "drugs,checkups")
        token = self.home(https).token
        self.assertIsNotNone(token)
        flag = {"MedicalTreatmentFlag": "2"}
        self.assertEqual(self.code("adult", token, **flag), "1")
        self.assertEqual(self.code("soon", token, "TKK", **flag), "1")
        # more than what was consented to; another flag; somebody else
        self.assertEqual(self.code("adult", token, FileCategory="4", **flag),
                         "XCNS0001E")
        for other_flag in "1", "3", "4":
            self.assertEqual(self.code("adult", token,
                                       MedicalTreatmentFlag=other_flag),
                             "XCNS0002E")
        self.assertEqual(self.code("last-try", token, **flag), "403")
        self.assertEqual(self.code("adult", None, **flag), "401")
        a = sim.medical("adult", token, terminal="pharmacy", **flag)
        self.assertEqual(a.status, 403)
        # a card's visit is no home visit
        card = sim.check_in("adult", DRUGS).token
        self.assertEqual(self.code("adult", card, **flag), "XSIM0201E")
        # what is given later is not in it
        sim.control("person", "consent", "last-try", MEDICAL, "home",
                    "drugs")
        self.assertEqual(self.code("last-try", token, **flag), "403")
        self.assertEqual(self.code("last-try", self.home(https).token,
                                   **flag), "1")

    def test_withdrawn(self) -> None:
        sim.control("person", "consent", "expired", MEDICAL, "home", "all")
        flag = {"MedicalTreatmentFlag": "2"}
        token = self.home(https).token
        self.assertEqual(self.code("expired", token, **flag), "1")
        sim.control("person", "withdraw", "expired")
        self.assertEqual(self.code("expired", token, **flag), "XCNS0001E")
        a = folder.ask("YZKsiquc01req", medical(sim, "expired", **flag))
        self.assertEqual(a.text("ResultCode"), "XCNS0001E")
        u = self.unit(self.home(https), "expired")
        self.assertEqual(text(u, f"{DRUGS}ConsFlg"), "2")

    def test_by_folder_for_the_person_named(self) -> None:
        who = "extra-aps"
        sim.control("person", "consent", who, MEDICAL, "home", "drugs")
        for flag, code in ("2", "1"), ("3", "XCNS0001E"), \
                ("1", "XCNS0001E"):
            a = folder.ask("YZKsiquc01req", medical(
                sim, who, MedicalTreatmentFlag=flag))
            self.assertEqual(a.text("ResultCode"), code, flag)

    def test_telemedicine_by_either_day(self) -> None:
        sim.control("person", "consent", "revoked", MEDICAL, "online",
                    "drugs", "-3", "-", "+1")
        for c in links.values():
            for values, n in (
                    ({"ExaminationDateFrom": today(),
                      "ExaminationDateTo": today(1)}, 1),
                    ({"ExaminationDateFrom": today(2),
                      "ExaminationDateTo": today(9)}, 0),
                    ({"ConsentDateFrom": today(-3),
                      "ConsentDateTo": today(-3)}, 1),
                    ({"ConsentDateFrom": today(-2),
                      "ConsentDateTo": today()}, 0)):
                a = c.both(ONQ, c.search(MedicalTreatmentFlag="3", **values))
                self.assertEqual(len(units(a)), n, values)
        a = https.both(ONQ, https.search(
            MedicalTreatmentFlag="3", ExaminationDateFrom=today(1),
            ExaminationDateTo=today(1)))
        u = self.unit(a, "revoked")
        self.assertEqual(text(u, f"{DRUGS}AvailableTime"),
                         today(1) + "235959")
        self.assertEqual(self.code("revoked", a.token,
                                   MedicalTreatmentFlag="3"), "1")

    def test_same_id_same_token(self) -> None:
        sim.control("person", "consent", "adult", MEDICAL, "home", "drugs")
        number = https.upload(HVQ, https.search(
            **self.days, MedicalTreatmentFlag="2"))
        ident = str(uuid.uuid4())
        first, again = (https.ask(f"{HVQ}02req", https.receipt(number),
                                  ident) for _ in range(2))
        self.assertEqual((first.token, first.body), (again.token,
                                                     again.body))


class Many(unittest.TestCase):
    """Answers that are longer than what is kept in a row."""

    def test_long_answers(self) -> None:
        marks = [str(i) for i in range(1500)]
        body = https.eligibility(*(https.person("adult", m) for m in marks))
        number = https.upload(UQUC, body)
        ident = str(uuid.uuid4())
        first, again = (https.ask(f"{UQUC}02req", https.receipt(number),
                                  ident) for _ in range(2))
        self.assertGreater(len(first.body), 1 << 20)
        self.assertEqual(first.body, again.body)
        self.assertEqual(first.texts("ArbitraryIdentifier"), marks)
        sim.control("fault", f"{UQUC}02req:cut=900000*1")
        with self.assertRaises(Exception):
            https.fetch(UQUC, number)
        sim.control("fault", f"{UQUC}02req:unknown*1")
        bent = https.fetch(UQUC, number)
        self.assertEqual(bent.texts("ArbitraryIdentifier"), marks)
        sim.control("fault", f"{UQUC}02req:pieces=5*1")
        self.assertEqual(folder.fetch(UQUC, number).texts(
            "ArbitraryIdentifier"), marks)


class Everybody(unittest.TestCase):
    """Consents of all that there are, at an institution of their own."""

    def test_home_visits_of_all(self) -> None:
        c = Client(sim, terminal="dental")
        sim.control("person", "consent", "all", CODES["dental"], "home",
                    "drugs")
        a = c.both(HVQ, c.search(
            ConsentDateFrom=today(), ConsentDateTo=today(),
            MedicalTreatmentFlag="2"))
        people = sim.control("status").split("people ")[1].split("\n")[0]
        self.assertEqual(counts(a)[1], people)
        self.assertEqual(len(units(a)), int(people))
        c.con.close()


class TimeLast(unittest.TestCase):
    """Moves the clock: after everything else."""

    def test_receipts_grow_old(self) -> None:
        number = https.upload(UQUC, https.eligibility(https.person("adult")))
        for offset, said in ("+259100", "1"), ("+300", "9"):
            sim.control("clock", offset)
            a = https.fetch(UQUC, number)
            self.assertEqual(a.text("SegmentOfResult"), said)


if __name__ == "__main__":
    unittest.main()
