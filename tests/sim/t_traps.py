"""The traps of the folders (messages.md 1.3 to 1.6 and 9), one by one."""

from __future__ import annotations

import os
import time
import unittest
from pathlib import Path

import zips
from client import CODES, Answer, Sim
from folder import Share, medical, settled, share_of, wait_for

BUILD = Path(os.environ.get("top_builddir", "."))
PASSWORD = "架空の合言葉 1"
LONG = "600000"
sim: Sim
share: Share
clinic: Share			# the second terminal: a dental one, and set
odd: Sim			# otherwise: Shift_JIS, encrypted


def setUpModule() -> None:
    global sim, share, odd, clinic
    sim = Sim(BUILD)
    share = share_of(sim)
    (sim.dir / "password").write_text(PASSWORD + "\n", "utf-8")
    (sim.dir / "encrypt.conf").write_text("TKK*=n\nface=n\nOQSsi=e\n")
    odd = Sim(BUILD, ["--encoding", "Shift_JIS", "--zip-password-file",
                      str(sim.dir / "password"), "--encrypt-conf",
                      str(sim.dir / "encrypt.conf"), "--stay-minutes",
                      "1440", "--folder",
                      f"{CODES['dental']}:{sim.dir}/clinic"], sim)
    clinic = Share(sim.dir / "clinic")


def tearDownModule() -> None:
    code = odd.close()
    assert code == 0, f"exit status {code} on TERM"
    code = sim.close()
    assert code == 0, f"exit status {code} on TERM"


def fault(*specs: str) -> None:
    if specs:
        sim.control("fault", *specs)


def body_of(path: Path) -> Answer:
    return Answer(200, {}, path.read_bytes())


class Traps(unittest.TestCase):
    def tearDown(self) -> None:
        sim.control("fault", "clear")
        for folder in share.req, share.res, share.face:
            for e in folder.iterdir():
                e.unlink()

    def send(self, *faults: str) -> str:
        fault(*(f"{f}*1" for f in faults))
        return share.send(sim.number("adult"))

    def answered(self) -> None:
        """Somebody who comes later is answered: so much time has passed."""
        share.ask(sim.number("soon"))


class Answers(Traps):
    def test_late(self) -> None:
        for spec in f"delay={LONG}", f"late={LONG}":
            name = self.send(spec)
            self.answered()
            self.assertEqual(share.names(share.req), [])
            self.assertFalse(share.answer(name).exists())

    def test_late_and_there(self) -> None:
        a = share.take(self.send("late=60"))
        self.assertEqual(a.text("QualificationValidity"), "1")

    def test_never(self) -> None:
        for spec in "drop", "status=503":
            name = self.send(spec)
            self.answered()
            self.assertFalse(share.answer(name).exists())

    def test_cut(self) -> None:
        path = share.answer(self.send("cut=200"))
        wait_for(path.exists)
        self.assertEqual(len(path.read_bytes()), 200)

    def test_pieces(self) -> None:
        path = share.answer(self.send("pieces=60"))
        seen: set[int] = set()

        def whole() -> bool:
            if path.exists():
                seen.add(path.stat().st_size)
            return settled(path) is not None
        wait_for(whole)
        self.assertGreaterEqual(len(seen), 3)
        self.assertEqual(body_of(path).text("SegmentOfResult"), "1")

    def test_gone(self) -> None:
        path = share.answer(self.send("gone=300"))
        away = path.with_name(f".away-{path.name}")
        wait_for(away.exists)
        self.assertFalse(path.exists())
        wait_for(path.exists)
        self.assertFalse(away.exists())

    def test_twice(self) -> None:
        name = self.send("twice")
        first = share.take(name)
        second = share.take(name)
        self.assertEqual(first.body, second.body)
        self.answered()
        self.assertFalse(share.answer(name).exists())

    def test_locked(self) -> None:
        path = share.answer(self.send("locked=300"))
        wait_for(path.exists)
        self.assertIsNone(settled(path))
        wait_for(lambda: settled(path) is not None)
        self.assertNotEqual(path.stat().st_mode & 0o777, 0)

    def test_closed_meanwhile(self) -> None:
        path = share.answer(self.send(f"locked={LONG}"))
        wait_for(lambda: path.exists() and path.stat().st_mode & 0o777 == 0)

    def test_slow(self) -> None:
        name = self.send(f"slow={LONG}")
        self.answered()
        self.assertEqual(share.names(share.req), [f"{name}.xml"])
        self.assertEqual(share.take(self.send("slow=30"))
                         .text("SegmentOfResult"), "1")

    def test_skew(self) -> None:
        for by in 7200, -86400 * 40:
            path = share.answer(self.send(f"skew={by}"))
            wait_for(path.exists)
            self.assertAlmostEqual(path.stat().st_mtime, time.time() + by,
                                   delta=60)
            path.unlink()

    def test_stale(self) -> None:
        path = share.answer(self.send(f"stale={LONG}"))
        wait_for(path.exists)
        a = body_of(path)
        self.assertEqual(a.text("Name"), "架空　別人")
        self.assertEqual(a.text("ArbitraryFileIdentifier"), "YESTERDAY")
        self.assertNotEqual(a.text("InsuredIdentificationNumber"),
                            sim.people["adult"]["number"])
        path.unlink()
        path = share.answer(self.send("stale=100"))
        wait_for(path.exists)
        wait_for(lambda: body_of(path).text("ArbitraryFileIdentifier") is
                 None)

    def test_foreign(self) -> None:
        a = share.take(self.send("foreign"))
        self.assertNotEqual(a.text("MedicalInstitutionCode"),
                            CODES["medical"])

    def test_others(self) -> None:
        share.take(self.send("others"))
        self.assertEqual([n.split("_")[0] for n in share.names(share.res)],
                         ["EPSsiPIR01res", "OQSmutic02res", "PMHsimsm01res"])

    def test_bytes(self) -> None:
        a = share.take(self.send("sjis"))
        self.assertIn(b'encoding="Shift_JIS"', a.body[:80])
        self.assertEqual(a.text("CharacterCodeIdentifier"), "1")
        a = share.take(self.send("bom"))
        self.assertEqual(a.body[:3], b"\xef\xbb\xbf")
        self.assertEqual(a.text("SegmentOfResult"), "1")
        share.take(self.send("shuffle", "unknown"))

    def test_thrown_back(self) -> None:
        name = self.send("err", "pieces=5")
        wait_for((share.res / f"{name}.err").exists)
        self.assertEqual((share.res / f"{name}.xml").read_bytes(),
                         sim.number("adult"))

    def test_zip(self) -> None:
        for spec, names in {
                "zip": ["OQSsiquc01res_{}.xml"],
                "zipname": ["../../../tmp/evil.xml",
                            "C:\\OQS\\req\\evil.xml"],
                "zipbomb": ["OQSsiquc01res_{}.xml"]}.items():
            with self.subTest(spec):
                name = self.send(spec)
                path = share.answer(name, "zip")
                wait_for(path.exists)
                found = zips.read(path, None)
                self.assertEqual(list(found), [n.format(
                    name.split("_")[1]) for n in names])
                data = next(iter(found.values())) or b""
                self.assertEqual(len(data) > 2 ** 22, spec == "zipbomb")
                self.assertLess(path.stat().st_size, 2 ** 18)
                self.assertFalse(share.answer(name).exists())
                path.unlink()
        path = share.answer(self.send("zipkey"), "zip")
        wait_for(path.exists)
        self.assertEqual(list(zips.read(path, None).values()), [None])

    def test_all_at_once(self) -> None:
        """Whoever looks long enough gets the right answer."""
        name = self.send("delay=20", "pieces=5", "gone=20", "twice=5",
                         "locked=20", "slow=5", "skew=90", "stale=30",
                         "others", "shuffle", "unknown", "sjis", "idle=10")
        number = sim.people["adult"]["number"]
        path = share.answer(name)

        def right() -> bool:
            data = settled(path)
            return data is not None and Answer(200, {}, data).text(
                "InsuredIdentificationNumber") == number
        wait_for(right)
        path.unlink()
        wait_for(right)


class Requests(Traps):
    def test_idle(self) -> None:
        name = self.send(f"idle={LONG}")
        self.answered()
        self.assertEqual(share.names(share.req), [f"{name}.xml"])
        share.take(self.send("idle=30"))

    def test_kept(self) -> None:
        name = self.send("kept")
        share.take(name)
        self.answered()
        self.assertEqual(share.names(share.req), [f"{name}.xml"])
        self.assertFalse(share.answer(name).exists(), "taken once")
        (share.req / f"{name}.xml").unlink()
        share.take(share.send(sim.number("adult"),
                              suffix=name.split("_")[1]))

    def test_hasty(self) -> None:
        fault("OQSsiquc01req:hasty")
        final = share.req / "OQSsiquc01req_66.xml"
        with final.open("wb") as f:
            f.write(b"<XmlMsg>")
            f.flush()
            wait_for((share.res / "OQSsiquc01req_66.err").exists)
        self.assertFalse(final.exists())

    def test_of_one_function_only(self) -> None:
        fault(f"YZKsiquc01req:delay={LONG}")
        self.answered()

    def test_by_percent_and_seed(self) -> None:
        def befallen(seed: str) -> str:
            one = Sim(BUILD, ["--seed", seed, "--fault", "foreign%50"], sim)
            own = share_of(one)
            said = "".join(
                "10"[own.ask(one.number("adult")).text(
                    "MedicalInstitutionCode") == CODES["medical"]]
                for _ in range(16))
            one.close()
            return said
        first = befallen("7")
        self.assertEqual(first, befallen("7"))
        self.assertNotEqual(first, befallen("8"))
        self.assertIn("1", first)
        self.assertIn("0", first)

    def test_no_such_fault(self) -> None:
        for spec in ("nothing", "late", "gone=x", "sjis=1", "cut=1%101",
                     "cut=1*0", "replayed=-1"):
            with self.subTest(spec), self.assertRaises(AssertionError):
                fault(spec)
        fault("face:old=5*2%30")
        self.assertEqual(sim.control("fault", "list"), "face:old=5*2%30")


class Faces(Traps):
    def touch(self, *faults: str, who: str = "adult") -> Path:
        fault(*(f"face:{f}*1" for f in faults))
        return share.face / sim.control("touch", who, "--consent",
                                        "drugs").strip()

    def test_old(self) -> None:
        path = self.touch("old")
        a = body_of(path)
        fresh = body_of(self.touch())
        until = a.text("PharmacistsInfoAvailableTime") or ""
        self.assertLess(until, fresh.text("ProcessExecutionTime") or "")
        self.assertEqual(path.stem[-14:], a.text("ProcessExecutionTime"))
        self.assertLess(path.stat().st_mtime, time.time() - 80000)

    def test_copied(self) -> None:
        path = self.touch("copied")
        wait_for(lambda: len(share.names(share.face)) == 2)
        one, two = share.names(share.face)
        self.assertEqual((share.face / one).read_bytes(),
                         (share.face / two).read_bytes())
        self.assertEqual(len(one), len(two))
        self.assertEqual(one[-18:], two[-18:])
        self.assertIn(path.name, (one, two))

    def test_replayed(self) -> None:
        path = self.touch("replayed")
        first = path.read_bytes()
        path.rename(path.with_name(f".{path.name}"))
        wait_for(path.exists)
        self.assertEqual(path.read_bytes(), first)

    def test_foreign(self) -> None:
        path = self.touch("foreign")
        self.assertNotIn(CODES["medical"], path.name)
        self.assertIn(body_of(path).text("MedicalInstitutionCode") or "?",
                      path.name)

    def test_others(self) -> None:
        path = self.touch("others")
        self.assertEqual([n.split("_")[0] for n in share.names(share.face)
                          if n != path.name],
                         ["prescription", "publicmedicalhub"])

    def test_pieces(self) -> None:
        path = self.touch("pieces=60")
        self.assertIsNone(settled(path))
        wait_for(lambda: settled(path) is not None)

    def test_reference_and_form(self) -> None:
        sim.control("person", "reference", "adult", CODES["medical"],
                    "P-000123")
        self.assertEqual(body_of(self.touch()).text("ReferenceNumber"),
                         "P-000123")
        sim.control("person", "move", "adult")
        self.assertIsNone(body_of(self.touch()).text("ReferenceNumber"),
                          "it is bound to the insurance")
        name = sim.control("touch", "soon", "--prescription",
                           "paper").strip()
        self.assertEqual(body_of(share.face / name).text(
            "PrescriptionIssueSelect"), "2")


class Set(unittest.TestCase):
    """A terminal that is set otherwise: Shift_JIS, encrypted, forgotten."""

    def ask(self, own: Share, body: bytes, prefix: str, ext: str) -> bytes:
        name = f"{prefix}_7{own.count:011}"
        path = own.req / f"{name}.{ext}"
        own.count += 1
        if ext == "zip":
            tmp = own.req / ".a.tmp"
            zips.write(tmp, f"{name}.xml", body, PASSWORD)
            tmp.rename(path)
        else:
            path.write_bytes(body)
        answer = own.answer(name, "zip")
        wait_for(answer.exists)
        found = zips.read(answer, PASSWORD)
        self.assertEqual(list(found), [own.answer(name).name])
        self.assertEqual(list(zips.read(answer, "wrong").values()), [None])
        answer.unlink()
        return found[own.answer(name).name] or b""

    def test_encrypted(self) -> None:
        own = share_of(odd)
        for ext in "zip", "xml":
            data = self.ask(own, odd.number("adult"), "OQSsiquc01req", ext)
            self.assertIn(b'encoding="Shift_JIS"', data[:80])
            self.assertIn(odd.people["adult"]["number"].encode(), data)

    def test_wrong_password(self) -> None:
        own = share_of(odd)
        tmp = own.req / ".b.tmp"
        zips.write(tmp, "a.xml", odd.number("adult"), "wrong")
        tmp.rename(own.req / "OQSsiquc01req_9.zip")
        wait_for((own.res / "OQSsiquc01req_9.err").exists)
        (own.res / "OQSsiquc01req_9.err").unlink()
        (own.res / "OQSsiquc01req_9.zip").unlink()

    def test_plain_by_rule(self) -> None:
        own = share_of(odd)
        a = own.ask(medical(odd, "adult", "TKK"), "TKKsiquc01req")
        self.assertEqual(a.text("ResultCode"), "XCNS0001E")
        name = odd.control("touch", "adult").strip()
        self.assertIn(b"Shift_JIS", (own.face / name).read_bytes()[:80])
        (own.face / name).unlink()

    def test_another_terminal(self) -> None:
        data = self.ask(clinic, odd.number("adult").replace(
            CODES["medical"].encode(), CODES["dental"].encode()),
            "OQSsiquc01req", "xml")
        self.assertIn(CODES["dental"].encode(), data)
        name = odd.control("touch", "adult", "--terminal", "2").strip()
        self.assertIn(CODES["dental"], name)
        (clinic.face / name).unlink()

    def test_forgotten(self) -> None:
        own = share_of(odd)
        name = odd.control("touch", "soon").strip()
        odd.control("folder", "look")
        self.assertEqual(list(own.res.glob("DELFILE*")), [])
        odd.control("clock", "+86400")
        odd.control("folder", "look")
        reports = list(own.res.glob("DELFILE*/del*.txt"))
        self.assertEqual(len(reports), 1)
        self.assertEqual(reports[0].read_bytes().decode("cp932"),
                         f"face/{name}\r\n")
        odd.control("clock", "-86400")
        (own.face / name).unlink()


if __name__ == "__main__":
    unittest.main()
