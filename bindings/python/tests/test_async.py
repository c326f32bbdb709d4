"""Visits in an event loop."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from world import HERE, PIN, World, doctor

from onshikaku import (
    Answer,
    Cancelled,
    CardError,
    Category,
    ConfirmNeeded,
    Licence,
    Method,
    Need,
    Onshi,
    OnshiError,
    Outcome,
    SignIn,
    Visit,
)


def begin(visit: Visit, reader: str = "") -> None:
    visit.set_method(Method.PIN)
    visit.set_reader(reader)


async def with_pin(visit: Visit, needs: list[Need]) -> Answer:
    async def give(need: Need) -> None:
        needs.append(need)
        if need is Need.PIN:
            visit.set_pin(bytearray(PIN))

    return await visit.check_in(give)


def test_check_in_and_drugs(world: World) -> None:
    async def run() -> None:
        with world.root() as root, root.visit() as visit:
            begin(visit)
            visit.set_consent(Category.DRUGS)
            needs: list[Need] = []
            with await with_pin(visit, needs) as answer:
                assert answer.outcome is Outcome.VALID
            assert needs == [Need.PIN]
            with await visit.get_async(Category.DRUGS, doctor(root)) as drugs:
                assert drugs.outcome is Outcome.DATA and list(drugs)

    asyncio.run(run())


def test_whose_it_is_said_in_a_loop(world: World) -> None:
    world.service("fault", "YZKsiquc01req:renamed")

    async def run() -> None:
        with world.root() as root, root.visit() as visit:
            begin(visit)
            visit.set_consent(Category.DRUGS)
            await with_pin(visit, [])
            who = doctor(root)
            with pytest.raises(ConfirmNeeded):
                await visit.get_async(Category.DRUGS, who)
            assert visit.person is not None
            visit.confirm(who, True)
            with await visit.get_async(Category.DRUGS, who) as drugs:
                assert list(drugs)

    asyncio.run(run())


def test_two_visits_at_two_readers(world: World) -> None:
    world.vcard("insert", "adult", slot=2)
    world.vcard("remove")

    async def run() -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.02)
                ticks += 1

        async def bring() -> None:
            await asyncio.sleep(0.5)
            await asyncio.to_thread(world.vcard, "insert", "adult")

        names = world.readers()
        with world.root() as root, root.visit() as one, root.visit() as two:
            begin(one, names[0])
            begin(two, names[1])
            needs: tuple[list[Need], list[Need]] = [], []
            clock = asyncio.create_task(tick())
            first, second, _ = await asyncio.gather(
                with_pin(one, needs[0]), with_pin(two, needs[1]), bring())
            clock.cancel()
            assert first.outcome is second.outcome is Outcome.VALID
            assert needs == ([Need.CARD, Need.PIN], [Need.PIN])
            assert one.ident != two.ident
            assert ticks > 10  # the loop was never held up

    asyncio.run(run())


def test_a_wrong_pin_is_asked_for_again(world: World) -> None:
    async def run() -> None:
        with world.root() as root, root.visit() as visit:
            begin(visit)
            typed = [bytearray(b"9999"), bytearray(PIN)]
            left: list[object] = []

            async def give(need: Need) -> None:
                assert need is Need.PIN
                left.append(visit.refusal and visit.refusal.tries_left)
                visit.set_pin(typed[len(left) - 1])

            answer = await visit.check_in(give)
            assert answer.outcome is Outcome.VALID and left == [None, 2]
            assert typed == [bytearray(4)] * 2

    asyncio.run(run())


def test_failures_are_raised(world: World) -> None:
    world.vcard("insert", "residence")

    async def run() -> None:
        with world.root() as root, root.visit() as visit:
            begin(visit)
            with pytest.raises(CardError, match="ONSHI_E_CARD_RESIDENCE"):
                await with_pin(visit, [])
            with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
                await visit.get_async(Category.DRUGS, doctor(root))

    asyncio.run(run())


def test_cancelling_the_task_cancels_the_call(world: World) -> None:
    world.vcard("remove")

    async def run() -> None:
        with world.root() as root, root.visit() as visit:
            begin(visit)
            task = asyncio.create_task(with_pin(visit, []))
            await asyncio.sleep(0.6)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            with pytest.raises(Cancelled):
                await with_pin(visit, [])
            await asyncio.to_thread(world.vcard, "insert", "adult")
            assert (await with_pin(visit, [])).outcome is Outcome.VALID

    asyncio.run(run())


def test_cancel_reaches_the_loop(world: World) -> None:
    world.vcard("remove")

    async def run() -> None:
        with world.root() as root, root.visit() as visit:
            begin(visit)
            asyncio.get_running_loop().call_later(0.6, visit.cancel)
            begun = time.monotonic()
            with pytest.raises(Cancelled):
                await with_pin(visit, [])
            assert time.monotonic() - begun < 5

    asyncio.run(run())


def test_without_blocking_by_hand(world: World) -> None:
    import select

    with world.root() as root, root.visit() as visit:
        begin(visit)
        visit.set_pin(bytearray(PIN))
        visit.set_blocking(False)
        waits = 0
        while (need := visit.advance()) is not None:
            assert need is Need.WAIT
            waits += 1
            assert select.select([visit], [], [], 20)[0] == [visit]
        assert waits >= 1 and visit.eligibility().outcome is Outcome.VALID


TYPES_PIN = """
import getpass, sys
getpass.getpass = lambda prompt="": "1234"
sys.argv = sys.argv[1:]
exec(compile(open(sys.argv[0], encoding="utf-8").read(), sys.argv[0], "exec"))
"""


def example(name: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-c", TYPES_PIN,
         str(HERE.parent / "examples" / name), *words],
        env=dict(os.environ), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_run(world: World) -> None:
    out = example("checkin.py")
    assert "有効" in out and len(out.splitlines()) > 2
    world.vcard("insert", "adult", slot=2)
    out = example("checkin_async.py", *world.readers())
    assert "窓口1" in out and "窓口2" in out and out.count("有効") == 2


def face_file(folder: Path, n: int) -> str:
    """As the official reader writes it, of now."""
    now = datetime.now(timezone(timedelta(hours=9))).strftime("%Y%m%d%H%M%S")
    name = f"OQSsiquc01res_face_1319999996{n:016}_{now}.xml"
    (folder / "new").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader>'
        f"<ProcessExecutionTime>{now}</ProcessExecutionTime>"
        f"<QualificationConfirmationDate>{now[:8]}</QualificationConfirmationDate>"
        "<MedicalInstitutionCode>1319999996</MedicalInstitutionCode>"
        "<ReferenceClassification>1</ReferenceClassification>"
        "<SegmentOfResult>1</SegmentOfResult>"
        "<CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader>"
        "<MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>"
        "<QualificationValidity>1</QualificationValidity><ResultList>"
        "<ResultOfQualificationConfirmation><InsuredCardClassification>01"
        "</InsuredCardClassification><InsurerNumber>99138006</InsurerNumber>"
        "<Name>受付　一</Name><Sex1>1</Sex1><Birthdate>19800512</Birthdate>"
        "<InsurerName>試験</InsurerName>"
        f"<ReferenceNumber>P{n}</ReferenceNumber>"
        "</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>",
        encoding="utf-8")
    (folder / "new").rename(folder / name)
    return name


def test_arrivals(world: World, tmp_path: Path) -> None:
    """One who is there, one who comes while the loop waits, one left alone."""
    faces = tmp_path / "face"
    faces.mkdir()
    got: list[str] = []

    async def desk(root: Onshi) -> None:
        names = [face_file(faces, 1)]
        operator = root.operator("U0001", Licence.RECEPTION, SignIn.PASSWORD)
        with root.arrivals() as arrivals:
            async for visit in arrivals:
                with visit:
                    assert visit.file == names[-1] and visit.person is not None
                    got.append(str(visit.person.text("ReferenceNumber")))
                    if len(got) < 3:
                        visit.confirm(operator, True)
                        assert visit.advance() is None
                        assert visit.eligibility().outcome is Outcome.VALID
                if len(got) == 3:
                    break
                asyncio.get_running_loop().call_later(
                    0.3, lambda: names.append(face_file(faces, len(got) + 1)))
            arrivals.set_deadline(100)
            assert arrivals.next() is None

    with world.root(link__face_dir=str(faces), link__scan_ms="100",
                    link__journal_dir=str(tmp_path / "journal")) as root:
        asyncio.run(desk(root))
    assert got == ["P1", "P2", "P3"]
    assert len(list(faces.iterdir())) == 1  # the one that was left alone
