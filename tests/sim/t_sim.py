"""The service's half of the rules, tried by a client that breaks them."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.client
import os
import ssl
import subprocess
import sys
import threading
import unittest
import uuid
from pathlib import Path

from client import (CARE, CHECKUPS, CODES, DRUGS, FLAGS, SURGERY, Answer,
                    Sim, message)

sim: Sim
OQS = "/v1/OQSsiquc01req"


def setUpModule() -> None:
    global sim
    sim = Sim(Path(os.environ.get("top_builddir", ".")))


def tearDownModule() -> None:
    code = sim.close()
    assert code == 0, f"exit status {code} on TERM"


class Transport(unittest.TestCase):
    def refused(self, context: ssl.SSLContext) -> None:
        with self.assertRaises((ssl.SSLError, OSError,
                                http.client.HTTPException)):
            sim.ask("/v1/challenge", context=context)

    def test_nobody_without_certificate(self) -> None:
        self.refused(sim.context(None))
        old = sim.context(None)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        self.refused(old)

    def test_nobody_of_another_authority(self) -> None:
        stem = str(sim.dir / "stranger")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", f"{stem}.key", "-out", f"{stem}.pem", "-subj",
             "/CN=1319999996", "-days", "2"], check=True,
            capture_output=True)
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            ctx = sim.context(None)
            ctx.load_cert_chain(f"{stem}.pem", f"{stem}.key")
            ctx.minimum_version = ctx.maximum_version = version
            self.refused(ctx)

    def test_both_versions(self) -> None:
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            ctx = sim.context()
            ctx.minimum_version = ctx.maximum_version = version
            self.assertEqual(sim.ask("/v1/challenge", content=None,
                                     context=ctx).status, 200)

    def test_statuses(self) -> None:
        good = sim.number("adult")
        cases: dict[str, tuple[int, Answer]] = {
            "method": (405, sim.ask(OQS, method="GET")),
            "function": (404, sim.ask("/v1/OQSsiabc01req", good)),
            "base": (404, sim.ask("/OQSsiquc01req", good)),
            "type": (415, sim.ask(OQS, good, content="text/xml")),
            "no type": (415, sim.ask(OQS, good, content=None)),
            "id": (400, sim.ask(OQS, good, request_id="1")),
            "id version": (400, sim.ask(OQS, good, request_id=str(
                uuid.uuid1()))),
            "size": (413, sim.ask(OQS, b"x" * 1048577)),
            "institution": (403, sim.ask(OQS, good, terminal="pharmacy")),
            "challenge": (400, sim.ask("/v1/challenge", b"x")),
        }
        for name, (status, answer) in cases.items():
            with self.subTest(name):
                self.assertEqual(answer.status, status)
                self.assertNotIn("Onshi-Answer", answer.headers)

    def test_thrown_back(self) -> None:
        for name, body in {
                "not well formed": b"<XmlMsg>", "empty": b"",
                "root": b"<Other/>", "no body": b"<XmlMsg/>",
                "document type": b"<!DOCTYPE XmlMsg []>" +
                sim.number("adult"),
                "content": message("Something", {}),
        }.items():
            with self.subTest(name):
                a = sim.ask(OQS, body)
                self.assertEqual((a.status, a.headers["Onshi-Answer"]),
                                 (200, "err"))

    def test_same_id_same_answer(self) -> None:
        ident, body = str(uuid.uuid4()), sim.number("adult")
        first = sim.ask(OQS, body, request_id=ident)
        sim.control("clock", "+2")
        again = sim.ask(OQS, body, request_id=ident)
        self.assertEqual((first.status, first.body), (200, again.body))
        other = sim.ask(OQS, sim.number("soon"), request_id=ident)
        self.assertEqual(other.status, 409)
        other = sim.ask("/v1/YZKsiquc01req", body, request_id=ident)
        self.assertEqual(other.status, 409)

    def test_same_check_in_same_token(self) -> None:
        ident = str(uuid.uuid4())
        body = message("CardProof", sim.proof("adult", DRUGS))
        first = sim.ask(OQS, body, request_id=ident)
        again = sim.ask(OQS, body, request_id=ident)
        self.assertIsNotNone(first.token)
        self.assertEqual((first.token, first.body),
                         (again.token, again.body))
        fresh = sim.ask(OQS, body)
        self.assertEqual(fresh.code, "XCRD0002E")

    def test_fifty_at_once(self) -> None:
        answers: list[int] = []

        def one() -> None:
            answers.append(sim.ask(OQS, sim.number("adult")).status)
        sim.control("fault", "delay=200*50")
        threads = [threading.Thread(target=one) for _ in range(50)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(answers, [200] * 50)


class ByNumber(unittest.TestCase):
    def validity(self, body: bytes) -> str | None:
        a = sim.ask(OQS, body)
        self.assertEqual(a.text("SegmentOfResult"), "1")
        self.assertIsNone(a.token, "numbers open nothing (CO-2)")
        return a.text("QualificationValidity")

    def test_valid(self) -> None:
        p = sim.people["adult"]
        for name, changes in {
                "as it is": {},
                "zeros": {"InsurerNumber": p["insurer"].zfill(8)},
                "full width": {"InsuredCardSymbol": p["symbol"].translate(
                    {48 + i: 0xff10 + i for i in range(10)})},
                "no branch": {"InsuredBranchNumber": None},
        }.items():
            with self.subTest(name):
                self.assertEqual(
                    self.validity(sim.number("adult", **changes)), "1")

    def test_not_found(self) -> None:
        for name, changes in {
                "birth": {"Birthdate": "19800513"},
                "branch": {"InsuredBranchNumber": "44"},
                "number": {"InsuredIdentificationNumber": "1002"},
                "symbol": {"InsuredCardSymbol": None},
        }.items():
            with self.subTest(name):
                self.assertEqual(
                    self.validity(sim.number("adult", **changes)), "4")

    def test_wrong_input(self) -> None:
        for name, changes in {
                "birth": {"Birthdate": "20261301"},
                "insurer": {"InsurerNumber": "991018"},
                "flag": {"LimitApplicationCertificateRelatedConsFlg": None},
        }.items():
            with self.subTest(name):
                a = sim.ask(OQS, sim.number("adult", **changes))
                self.assertEqual((a.text("ProcessingResultStatus"), a.code),
                                 ("2", "XSIM0102E"))
                self.assertIsNone(a.text("QualificationValidity"))

    def test_wrong_date(self) -> None:
        a = sim.ask(OQS, message("QualificationConfirmSearchInfo", {},
                                 date="20260230"))
        self.assertEqual(a.text("SegmentOfResult"), "9")

    def test_events(self) -> None:
        sim.control("person", "lose", "locked", "-3")
        self.assertEqual(self.validity(sim.number("locked")), "2")
        sim.control("person", "move", "expired", "-3")
        self.assertEqual(self.validity(sim.number("expired")), "3")
        sim.control("person", "twin", "phone")
        self.assertEqual(self.validity(sim.number(
            "phone", InsuredBranchNumber=None)), "5")
        self.assertEqual(self.validity(sim.number("phone")), "1")

    def test_lag(self) -> None:
        sim.control("person", "lose", "child", "-3", "01", "+2")
        self.assertEqual(self.validity(sim.number("child")), "1")

    def test_limit(self) -> None:
        sim.control("person", "limit", "soon", "A05")
        name = "LimitApplicationCertificateClassificationFlag"
        flag = "LimitApplicationCertificateRelatedConsFlg"
        a = sim.ask(OQS, sim.number("soon"))
        self.assertEqual((a.text(flag), a.text(name)), ("0", None))
        a = sim.ask(OQS, sim.number("soon", **{flag: "1"}))
        self.assertEqual((a.text(flag), a.text(name)), ("1", "A05"))

    def test_hidden(self) -> None:
        sim.control("person", "hide", "last-try", "all")
        a = sim.ask(OQS, sim.number("last-try"))
        self.assertEqual(a.code, "XNDS0001E")
        self.assertEqual(a.texts("ResultOfQualificationConfirmation"), [])
        self.assertEqual(a.texts("Name"), [])


class ByCard(unittest.TestCase):
    def test_consents(self) -> None:
        a = sim.check_in("adult", DRUGS, CARE)
        self.assertEqual(a.text("QualificationValidity"), "1")
        self.assertRegex(a.token or "", r"\A[A-Za-z0-9_-]{1,128}\Z")
        for f in FLAGS:
            given = f in (DRUGS, CARE)
            self.assertEqual(a.text(f"{f}ConsFlg"), "1" if given else "0")
            self.assertEqual(a.text(f"{f}ConsTime") is not None, given)
            self.assertEqual(a.text(f"{f}AvailableTime") is not None, given)
        self.assertEqual(a.texts("QualificationConfirmSearchInfo"), [])

    def test_no_widening(self) -> None:
        drugs = f"{DRUGS}ConsFlg"
        for name, changes in {
                "consent": {drugs: "1"},
                "registration": {"RegisterUse": "1"},
                "certificate": {"Certificate": sim.certificate("soon")},
        }.items():
            with self.subTest(name):
                a = sim.check_in("adult", **changes)
                self.assertEqual(a.code, "XCRD0001E")
                self.assertIsNone(a.token)
        a = sim.check_in("adult", DRUGS, **{drugs: "0"})
        self.assertEqual(a.code, "XCRD0001E", "nor may it be narrowed")

    def test_other_institution(self) -> None:
        ident, value = sim.challenge("dental")
        values = sim.proof("adult")
        sig = sim.sign("adult", value, {}, CODES["medical"])
        values.update(ChallengeId=ident,
                      Signature=base64.b64encode(sig).decode())
        a = sim.ask(OQS, message("CardProof", values, CODES["dental"]),
                    terminal="dental")
        self.assertEqual(a.code, "XCRD0001E")

    def test_challenge(self) -> None:
        good = sim.proof("adult", DRUGS)
        foreign = message("CardProof", good, CODES["dental"])
        a = sim.ask(OQS, foreign, terminal="dental")
        self.assertEqual(a.code, "XCRD0002E", "another terminal's")
        body = message("CardProof", good)
        self.assertIsNone(sim.ask(OQS, body).code)
        self.assertEqual(sim.ask(OQS, body).code, "XCRD0002E", "used up")
        values = sim.proof("adult", DRUGS)
        spoilt = {**values, f"{DRUGS}ConsFlg": "0"}
        self.assertEqual(sim.ask(OQS, message("CardProof", spoilt)).code,
                         "XCRD0001E")
        self.assertEqual(sim.ask(OQS, message("CardProof", values)).code,
                         "XCRD0002E", "used up by a failure too")
        body = message("CardProof", sim.proof("adult"))
        sim.control("clock", "+60")
        self.assertEqual(sim.ask(OQS, body).code, "XCRD0002E", "old")

    def test_form(self) -> None:
        op = {"OperatorId": "D1"}
        visual: dict[str, str | None] = {
            "Method": "3", "ChallengeId": None, "Signature": None, **op}
        cases: dict[str, dict[str, str | None]] = {
            "method": {"Method": "4"}, "flag": {f"{DRUGS}ConsFlg": "2"},
            "operator by PIN": op, "unsigned": {"Signature": None},
            "no challenge": {"ChallengeId": None},
            "visual, no operator": {**visual, "OperatorId": None},
            "visual registers a card with a PIN": {
                **visual, "RegisterUse": "1"},
            "visual signs": {**visual, "Signature": "AAAA"},
            "face without proof": {**visual, "Method": "1",
                                   "OperatorId": None},
            "register 0": {"RegisterUse": "0"},
            "no DER": {"Certificate": "AAAA"},
            "no base64": {"Certificate": "*"},
            "more than DER": {"Certificate": base64.b64encode(
                base64.b64decode(sim.certificate("adult")) + b"x").decode()},
            "stranger": {"Stranger": "1"},
            "empty": {"ChallengeId": ""},
        }
        for name, changes in cases.items():
            with self.subTest(name):
                a = sim.check_in("adult", **changes)
                self.assertEqual(a.headers.get("Onshi-Answer"), "err")
        values = sim.proof("adult")
        turned = {k: values[k] for k in reversed(values)}
        a = sim.ask(OQS, message("CardProof", turned))
        self.assertEqual(a.headers["Onshi-Answer"], "err", "order")

    def test_states(self) -> None:
        for who, code in {"adult": None, "renewed": None,
                          "soon": "XCRD0102W", "grace": "XCRD0101W",
                          "expired": "XCRD0003E", "revoked": "XCRD0004E",
                          "unregistered": "XCRD0006E"}.items():
            with self.subTest(who):
                a = sim.check_in(who, DRUGS)
                self.assertEqual(a.code, code)
                ok = code is None or code.endswith("W")
                self.assertEqual(a.text("ProcessingResultStatus"),
                                 "1" if ok else "2")
                self.assertEqual(a.token is not None,
                                 ok and who != "grace")
        grace = sim.check_in("grace", DRUGS)
        self.assertEqual(grace.text(f"{DRUGS}ConsFlg"), "0")
        self.assertEqual(grace.text("QualificationValidity"), "1")

    def pinless(self, who: str, method: int = 1, terminal: str = "medical",
                nonce: str = "0123456789abcdef" * 2) -> str:
        """What the certified reader's software vouches by."""
        key = hashlib.sha256((sim.pki / "server.key").read_bytes()).digest()
        der = base64.b64decode(sim.certificate(who))
        text = (f"onshikaku-face-1\n{CODES[terminal]}\nMethod={method}\n"
                f"{hashlib.sha256(der).hexdigest()}\n{nonce}\n")
        mac = hmac.new(key, text.encode(), "sha256").hexdigest()
        return base64.b64encode(f"{nonce}:{mac}".encode()).decode()

    def by_face(self, who: str, proof: str, **changes: str | None) -> Answer:
        values: dict[str, str | None] = {
            "Method": "1", "ChallengeId": None, "Signature": None,
            "PinlessProof": proof}
        return sim.check_in(who, DRUGS, **{**values, **changes})

    def test_face(self) -> None:
        good = self.pinless("adult")
        self.assertIsNotNone(self.by_face("adult", good).token)
        cases = {
            "twice": ("adult", good),
            "another card's": ("soon", self.pinless("adult", nonce="1" * 32)),
            "another method's": (
                "adult", self.pinless("adult", 3, nonce="2" * 32)),
            "another terminal's": (
                "adult", self.pinless("adult", 1, "dental", "3" * 32)),
            "anything": ("adult", base64.b64encode(b"x" * 97).decode())}
        for name, (who, proof) in cases.items():
            with self.subTest(name):
                a = self.by_face(who, proof)
                self.assertEqual(a.code, "XCRD0001E")
                self.assertIsNone(a.token)

    def test_registers_by_sight_without_a_pin(self) -> None:
        visual: dict[str, str | None] = {
            "Method": "3", "ChallengeId": None, "Signature": None,
            "OperatorId": "R0001", "RegisterUse": "1"}
        sim.control("person", "unregister", "no-pin")
        self.assertIsNone(sim.check_in("no-pin", **visual).code)
        a = sim.check_in("unregistered", **visual)
        self.assertEqual(a.headers["Onshi-Answer"], "err", "ID-7")

    def test_unknown_authority(self) -> None:
        stem = sim.dir / "forged"
        subprocess.run(
            ["openssl", "req", "-x509", "-key",
             sim.pki / "cards/adult/auth.key", "-out", stem, "-outform",
             "DER", "-subj", "/CN=x", "-days", "2"], check=True,
            capture_output=True)
        forged = base64.b64encode(stem.read_bytes()).decode()
        a = sim.check_in("adult", Certificate=forged)
        self.assertEqual(a.code, "XCRD0005E")

    def test_registration(self) -> None:
        sim.control("person", "unregister", "adult")
        self.assertEqual(sim.check_in("adult").code, "XCRD0006E")
        values = sim.proof("adult", register=True)
        self.assertIsNone(sim.ask(OQS, message("CardProof", values)).code)
        self.assertIsNone(sim.check_in("adult").code)

    def test_renewed_is_the_same(self) -> None:
        name = "InsuredIdentificationNumber"
        old, new = sim.check_in("adult"), sim.check_in("renewed")
        self.assertEqual(old.text(name), new.text(name))
        self.assertEqual(old.text("Name"), new.text("Name"))

    def test_visual(self) -> None:
        a = sim.check_in("adult", DRUGS, Method="3", ChallengeId=None,
                         Signature=None, OperatorId="R0001")
        self.assertEqual(a.text("ReferenceClassification"), "1")
        self.assertIsNotNone(a.token)

    def test_moved(self) -> None:
        a = sim.check_in("no-pin", DRUGS)
        before = a.text("InsurerNumber")
        drugs = sim.medical("no-pin", a.token).texts("DrugC")
        sim.control("person", "move", "no-pin", "-3")
        a = sim.check_in("no-pin", DRUGS)
        self.assertNotEqual(a.text("InsurerNumber"), before)
        self.assertEqual(sim.medical("no-pin", a.token).texts("DrugC"), drugs)


class Medical(unittest.TestCase):
    def test_token(self) -> None:
        token = sim.check_in("soon", DRUGS).token
        for name, status, answer in (
                ("none", 401, sim.medical("soon", None)),
                ("invented", 401, sim.medical("soon", "a" * 64)),
                ("another terminal", 403, sim.medical(
                    "soon", token, terminal="dental")),
                ("another person", 403, sim.medical("adult", token)),
                ("good", 200, sim.medical("soon", token))):
            with self.subTest(name):
                self.assertEqual(answer.status, status)
                self.assertEqual("DrugC" in answer.body.decode(),
                                 status == 200)

    def test_only_what_was_consented(self) -> None:
        a = sim.check_in("soon", DRUGS)
        for kind, category, code in (
                ("YZK", "2", "1"), ("YZK", "4", "XCNS0001E"),
                ("TKK", "2", "XCNS0001E"), ("YZK", "1", "XSIM0201E")):
            with self.subTest(kind + category):
                m = sim.medical("soon", a.token, kind, FileCategory=category)
                self.assertEqual(m.text("ResultCode"), code)
                self.assertEqual(m.text("Name") is not None, code == "1")

    def test_surgery_rides_along(self) -> None:
        for consents, surgery in (((DRUGS, CARE), False),
                                  ((DRUGS, CARE, SURGERY), True)):
            a = sim.check_in("soon", *consents)
            m = sim.medical("soon", a.token, FileCategory="4")
            lines = [e.findtext("MeTrIdCl") for e in m.root.iter("MeTrInf")]
            self.assertTrue(lines)
            self.assertEqual("50" in lines, surgery)

    def test_blocks_and_months(self) -> None:
        token = sim.check_in("soon", DRUGS).token
        a = sim.medical("soon", token)
        for block in "DrugC", "ShDrugC", "CzDrugC":
            self.assertTrue(a.texts(block), block)
        self.assertTrue(set(a.texts("DrugC")) & set(a.texts("CzDrugC")))
        self.assertIn("0.5", a.texts("Qua1"))
        self.assertIsNotNone(a.root.find("MessageHeader/QuaInf/KanaName"))
        months = sorted(set(a.texts("MeTrMonth")))
        one = sim.medical("soon", token, StartDate=months[3],
                          EndDate=months[4])
        self.assertEqual(sorted(set(one.texts("MeTrMonth"))), months[3:5])
        a = sim.medical("soon", token, PrDiInfClassification="0")
        self.assertEqual(a.texts("ShDrugC") + a.texts("CzDrugC"), [])
        a = sim.medical("soon", token, StartDate="200001", EndDate="200002")
        self.assertIsNone(a.text("ResultCode"), "no data and no code")
        a = sim.medical("soon", token, StartDate="202602",
                        EndDate="202601")
        self.assertEqual(a.text("ResultCode"), "XSIM0201E")

    def test_checkups(self) -> None:
        a = sim.check_in("soon", CHECKUPS)
        m = sim.medical("soon", a.token, "TKK")
        self.assertEqual(m.text("ResultCode"), "1")
        self.assertIsNotNone(m.root.find(
            "MessageHeader/QualificationsInfo/KanasName"))
        self.assertEqual(len(m.texts("EffectiveTime")), 3)
        self.assertTrue({"PQ", "CO", "CD", "ST"} <=
                        set(m.texts("DataType")))

    def test_pharmacy(self) -> None:
        a = sim.check_in("soon", DRUGS, CHECKUPS, terminal="pharmacy")
        self.assertEqual(a.text(f"{CHECKUPS}ConsFlg"), "1")
        m = sim.medical("soon", a.token, "TKK", terminal="pharmacy")
        self.assertEqual(m.text("ResultCode"), "1")
        m = sim.medical("soon", a.token, terminal="pharmacy")
        self.assertEqual(m.text("ResultCode"), "1")

    def test_withdrawn(self) -> None:
        token = sim.check_in("soon", DRUGS).token
        sim.control("person", "withdraw", "soon")
        self.assertEqual(sim.medical("soon", token).text("ResultCode"),
                         "XCNS0001E")

    def test_hidden(self) -> None:
        token = sim.check_in("soon", DRUGS).token
        sim.control("person", "hide", "soon", "care")
        a = sim.medical("soon", token)
        sim.control("person", "hide", "soon", "none")
        self.assertEqual(a.text("ResultCode"), "XNDS0001E")
        self.assertEqual(a.texts("DrugC"), [])


class Urgent(unittest.TestCase):
    """The exceptional modes (messages.md 3.12, 3.13)."""

    ITEMS = {"Name": "見本　太郎", "Birthdate": "19800512", "Sex1": "1",
             "Address": "見本市"}
    GROUND = {"Basis": "1", "OperatorId": "D0001", "NoticeAcknowledged": "1"}
    WARD = {"Want": "1", "Basis": "3", "Reason": "意識不明",
            "OperatorId": "D0001", "ViewRight": "1",
            "NoticeAcknowledged": "1"}

    def setUp(self) -> None:
        sim.control("disaster", "on", "13101")
        sim.control("hospital", CODES["medical"], "on")

    def tearDown(self) -> None:
        sim.control("disaster", "off", "13101")
        sim.control("hospital", CODES["medical"], "off")

    def search(self, prefix: str = "XDIS", **changes: str | None) -> Answer:
        return sim.ask(f"/v1/{prefix}siquc01req", message(
            "EmergencySearchInfo" if prefix == "XEMG" else
            "DisasterSearchInfo", {**self.ITEMS, **changes}))

    def numbers(self, **changes: str | None) -> dict[str, str | None]:
        p = sim.people["adult"]
        return {"InsurerNumber": p["insurer"].rjust(8),
                "InsuredCardSymbol": p["symbol"],
                "InsuredIdentificationNumber": p["number"],
                "InsuredBranchNumber": p["branch"],
                "Birthdate": p["birthdate"], **changes}

    def disaster(self, **changes: str | None) -> Answer:
        return sim.ask("/v1/XDISsivst01req", message(
            "DisasterVisitInfo", {**self.numbers(), **self.GROUND, **changes}))

    def ward(self, factors: str = "1:02,3:01",
             **changes: str | None) -> Answer:
        body = message("EmergencyVisitInfo", {
            "Certificate": sim.certificate("adult"), **self.WARD, **changes})
        said = "".join(
            f"<FactorInfo><Factor>{f}</Factor><Means>{m}</Means></FactorInfo>"
            for f, m in (one.split(":") for one in factors.split(",") if one))
        return sim.ask("/v1/XEMGsivst01req", body.replace(
            b"</EmergencyVisitInfo>",
            said.encode() + b"</EmergencyVisitInfo>"))

    def refused(self, answer: Answer, code: str) -> None:
        self.assertEqual(answer.code, code)
        self.assertIsNone(answer.token)
        self.assertEqual(answer.texts("Name"), [])
        self.assertNotIn("見本", answer.body.decode())

    def test_search(self) -> None:
        a = self.search()
        self.assertEqual(a.text("QualificationValidity"), "1")
        self.assertEqual(a.text("InsuredIdentificationNumber"),
                         sim.people["adult"]["number"])
        self.assertIsNone(a.token, "a name opens nothing (DI-3)")
        self.assertEqual(a.texts("Address") + a.texts("PostNumber"), [])
        for lacks in self.ITEMS:
            with self.subTest(lacks):
                self.refused(self.search(**{lacks: None}), "XDIS0006E")
        for wrong in ({"Name": "見本　次郎"}, {"Birthdate": "19800513"},
                      {"Sex1": "2"}, {"Address": "どこか"}):
            with self.subTest(str(wrong)):
                a = self.search(**wrong)
                self.assertEqual(a.text("QualificationValidity"), "4")
                self.assertEqual(a.texts("ResultOfQualificationConfirmation"),
                                 [])

    def test_disaster(self) -> None:
        a = self.disaster()
        self.assertEqual(a.text("QualificationValidity"), "1")
        self.assertIsNotNone(a.token)
        self.assertEqual(a.texts("Address") + a.texts("PostNumber"), [])
        rows: tuple[tuple[dict[str, str | None], str], ...] = (
                ({"NoticeAcknowledged": None}, "XDIS0003E"),
                ({"NoticeAcknowledged": "0"}, "XDIS0003E"),
                ({"Basis": None}, "XDIS0004E"), ({"Basis": "2"}, "XDIS0004E"),
                ({"Basis": "3", "Reason": "救急"}, "XDIS0004E"),
                ({"OperatorId": None}, "XDIS0005E"),
                ({"InsuredIdentificationNumber": None}, "XDIS0007E"),
                ({"Birthdate": None}, "XDIS0007E"))
        for changes, code in rows:
            with self.subTest(str(changes)):
                self.refused(self.disaster(**changes), code)
        a = self.disaster(Basis="2", Reason="意識不明")
        self.assertIsNotNone(a.token)

    def test_medical(self) -> None:
        """Under its own token, for that person, as that mode."""
        token = self.disaster().token
        for status, a in (
                (401, sim.medical("adult", None)),
                (403, sim.medical("soon", token)),
                (403, sim.medical("adult", token, terminal="dental"))):
            self.assertEqual(a.status, status)
            self.assertNotIn("DrugC", a.body.decode())
        for kind, category in ("YZK", "2"), ("YZK", "4"), ("TKK", "2"):
            a = sim.medical("adult", token, kind, FileCategory=category)
            self.assertEqual(a.text("ResultCode"), "1", kind + category)
        self.assertNotIn("50", sim.medical(
            "adult", token, FileCategory="4").texts("MeTrIdCl"))

    def test_activation(self) -> None:
        sim.control("disaster", "off", "13101")
        for a in self.search(), self.disaster():
            self.assertIn(a.code or a.text("ErrorCode"),
                          ("XDIS0001E", "XDIS0002E"))
            self.assertIsNone(a.token)
            self.assertNotIn("見本", a.body.decode())
        self.assertIsNotNone(self.ward().token, "of an emergency it is no part")

    def test_ward(self) -> None:
        token = self.ward().token
        self.assertIsNotNone(token)
        rows: tuple[tuple[dict[str, str | None], str], ...] = (
                ({"ViewRight": None}, "XEMG0002E"),
                ({"ViewRight": "0"}, "XEMG0002E"),
                ({"NoticeAcknowledged": None}, "XDIS0003E"),
                ({"Reason": None}, "XDIS0004E"), ({"Basis": "1"}, "XDIS0004E"),
                ({"Want": None}, "XDIS0004E"), ({"Want": "7"}, "XDIS0004E"),
                ({"OperatorId": None}, "XDIS0005E"),
                ({"Certificate": None}, "XDIS0007E"),
                ({"Certificate": "AAAA"}, "XDIS0007E"))
        for changes, code in rows:
            with self.subTest(str(changes)):
                self.refused(self.ward(**changes), code)
        for factors in "", "1:02", "1:02,1:01":
            with self.subTest(factors):
                self.refused(self.ward(factors), "XEMG0003E")
        sim.control("hospital", CODES["medical"], "off")
        for a in self.ward(), self.search("XEMG"):
            self.refused(a, "XEMG0001E")

    def test_only_what_is_wanted(self) -> None:
        for want, given in (("1", "24"), ("2", "24T"), ("4", "2"),
                            ("5", "24"), ("6", "T")):
            token = self.ward(Want=want).token
            for one in "24T":
                a = sim.medical("adult", token, "TKK" if one == "T" else "YZK",
                                FileCategory="2" if one == "T" else one,
                                MedicalTreatmentFlag="4",
                                PrDiInfClassification="0")
                with self.subTest(want + one):
                    self.assertEqual(a.text("ResultCode"), "1"
                                     if one in given else "XCNS0001E")
        for want, code in ("2", "XEMG0004E"), ("3", "1"):
            a = sim.medical("adult", self.ward(Want=want).token,
                            MedicalTreatmentFlag="4")
            self.assertEqual(a.text("ResultCode"), code, "prescriptions")

    def test_withheld(self) -> None:
        """Who asks learns a code, and nothing of the person (CO-8)."""
        sim.control("person", "hide", "adult", "all")
        try:
            for a in self.search(), self.disaster(), self.ward():
                self.refused(a, "XNDS0001E")
        finally:
            sim.control("person", "hide", "adult", "none")


class Faults(unittest.TestCase):
    def tearDown(self) -> None:
        sim.control("fault", "clear")

    def ask(self) -> Answer:
        return sim.ask(OQS, sim.number("soon"))

    def test_bent(self) -> None:
        plain = self.ask()
        sim.control("fault", "OQSsiquc01req:shuffle", "unknown", "sjis")
        bent = self.ask()
        self.assertEqual(bent.body[:60].count(b"Shift_JIS"), 1)
        self.assertEqual(bent.text("CharacterCodeIdentifier"), "1")
        self.assertEqual(bent.text("Name"), plain.text("Name"))
        self.assertTrue(bent.texts("XNextYearCode"))
        tags = [e.tag for e in bent.root.iter() if "Next" not in e.tag]
        wanted = [e.tag for e in plain.root.iter()]
        self.assertEqual(sorted(tags), sorted(wanted))
        self.assertNotEqual(tags, wanted)

    def test_cut(self) -> None:
        sim.control("fault", "cut=100")
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.ask()
        self.assertEqual(len(caught.exception.partial), 100)

    def test_status(self) -> None:
        sim.control("fault", "status=503*1")
        a = self.ask()
        self.assertEqual((a.status, a.headers["Retry-After"]), (503, "2"))
        self.assertEqual(self.ask().status, 200)

    def test_drop_and_down(self) -> None:
        for command in ("fault", "drop*1"), ("line", "down"):
            sim.control(*command)
            with self.assertRaises((OSError, http.client.HTTPException)):
                self.ask()
        sim.control("line", "up")
        self.assertEqual(self.ask().status, 200)

    def test_err(self) -> None:
        sim.control("fault", "OQSsiquc01req:err")
        self.assertEqual(self.ask().headers["Onshi-Answer"], "err")

    def test_trigger(self) -> None:
        sim.control("on", "OQSsiquc01req", "person", "withdraw", "soon")
        token = sim.check_in("soon", DRUGS).token
        self.assertEqual(sim.medical("soon", token).text("ResultCode"),
                         "XCNS0001E")
        token = sim.check_in("soon", DRUGS).token
        self.assertEqual(sim.medical("soon", token).text("ResultCode"), "1")


class Record(unittest.TestCase):
    def test_everything_is_on_record(self) -> None:
        before = len(sim.log())
        a = sim.check_in("soon", DRUGS, CHECKUPS)
        sim.medical("soon", a.token)
        sim.medical("soon", a.token, FileCategory="4")
        sim.medical("soon", None)
        lines = [x.split("\t")[1:4] + x.split("\t")[5:]
                 for x in sim.log()[before:]]
        code = CODES["medical"]
        self.assertEqual(lines, [
            [code, "OQSsiquc01req", "pin", "checkups,drugs",
             "checkups,drugs", "-", "XCRD0102W"],
            [code, "YZKsiquc01req", "-", "-", "-", "drugs", "1"],
            [code, "YZKsiquc01req", "-", "-", "-", "-", "XCNS0001E"],
            [code, "YZKsiquc01req", "-", "-", "-", "-", "401"]])


class TimeLast(unittest.TestCase):
    """Moves the clock by a day: after everything else."""

    def test_grace_ends_at_midnight(self) -> None:
        """Japan time, at the end of the third month after that of expiry."""
        ini = (sim.pki / "cards" / "grace" / "profile.ini").read_text("utf-8")
        until = ini.split("auth_until = ")[1]
        y, m = int(until[:4]), int(until[4:6])
        y, m = y + (m + 3) // 12, (m + 3) % 12 + 1  # the month after the last
        last = datetime.date(y, m, 1) - datetime.timedelta(days=1)
        own = Sim(Path(os.environ.get("top_builddir", ".")))
        self.addCleanup(own.close)
        own.control("clock", f"{last}T23:59:50")
        self.assertEqual(own.check_in("grace").code, "XCRD0101W")
        own.control("clock", f"{datetime.date(y, m, 1)}T00:00:00")
        self.assertEqual(own.check_in("grace").code, "XCRD0003E")

    def test_consent_runs_out(self) -> None:
        token = sim.check_in("soon", DRUGS).token
        sim.control("clock", "+86340")
        self.assertEqual(sim.medical("soon", token).text("ResultCode"), "1")
        sim.control("clock", "+120")
        self.assertEqual(sim.medical("soon", token).text("ResultCode"),
                         "XCNS0001E")


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False).result.wasSuccessful())
