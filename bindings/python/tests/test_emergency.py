"""The exceptional modes: a disaster, a hospital's emergency."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from world import HERE, World, check_in, doctor

import onshikaku
from onshikaku import (
    Basis,
    Category,
    Consenter,
    Emergency,
    Identified,
    Licence,
    Need,
    Notice,
    Onshi,
    OnshiError,
    Operator,
    Outcome,
    RuleError,
    SignIn,
    Want,
    Way,
)

CODE = "1319999996"
ITEMS = {"Birthdate": "19800512", "Sex1": "1", "Address": "見本市"}


@pytest.fixture
def relief(world: World) -> Iterator[World]:
    """Activated by the service, where the facility stands."""
    world.service("disaster", "on", "13101")
    yield world
    world.service("disaster", "off", "13101")


@pytest.fixture
def ward(world: World) -> Iterator[World]:
    """A hospital to the service."""
    world.service("hospital", CODE, "on")
    yield world
    world.service("hospital", CODE, "off")


def in_disaster(world: World, **more: str) -> Onshi:
    return world.root(disaster__enabled="yes", **more)


def in_hospital(world: World, **more: str) -> Onshi:
    return world.root(emergency__enabled="yes", facility__hospital="yes", **more)


def trusted(root: Onshi) -> Operator:
    return root.emergency_operator(
        "D0001", Licence.DOCTOR, SignIn.TWO_FACTOR, True, "1:02,3:01")


def by_number(emergency: Emergency, person: dict[str, str]) -> None:
    emergency.set_way(Way.NUMBER)
    emergency.set_text("InsurerNumber", person["insurer"])
    emergency.set_text("InsuredCardSymbol", person["symbol"] or None)
    emergency.set_text("InsuredIdentificationNumber", person["number"])
    emergency.set_text("InsuredBranchNumber", person["branch"])
    emergency.set_text("Birthdate", person["birthdate"])
    emergency.set_basis(Basis.ORAL)
    emergency.set_consenter(Consenter.SELF)
    emergency.set_identified(Identified.PAPERS)


def step(emergency: Emergency) -> list[Need]:
    needs = []
    for need in emergency:
        needs.append(need)
        emergency.acknowledge()
    return needs


def test_drugs_by_number(relief: World) -> None:
    person = relief.person()
    with in_disaster(relief) as root, root.disaster(doctor(root)) as emergency:
        assert root.notice(Notice.DISASTER)
        by_number(emergency, person)
        assert step(emergency) == [Need.ACKNOWLEDGE]
        with emergency.eligibility() as answer:
            assert answer.outcome is Outcome.VALID
            (record,) = [record.as_dict() for record in answer]
            assert record["InsuredIdentificationNumber"] == person["number"]
            assert "Address" not in record
        assert emergency.may(Category.DRUGS)
        assert not emergency.may(Category.PRESCRIPTIONS)
        assert emergency.why_not(Category.DRUGS) is None
        why = emergency.why_not(Category.PRESCRIPTIONS)
        assert why is not None and why.name == "ONSHI_E_FACILITY"
        with emergency.get(Category.DRUGS) as drugs:
            assert drugs.outcome is Outcome.DATA and list(drugs)
        with pytest.raises(RuleError, match="DI-8"):
            emergency.get(Category.PRESCRIPTIONS)
        assert emergency.is_recorded and emergency.ident
        assert emergency.activation > 0  # no table here
        emergency.end()
        with pytest.raises(OnshiError):
            emergency.get(Category.DRUGS)


def test_search_then_the_number_found(relief: World) -> None:
    with in_disaster(relief) as root, root.disaster(doctor(root)) as emergency:
        emergency.set_way(Way.SEARCH)
        emergency.set_text("Name", "見本　太郎")
        for name, text in ITEMS.items():
            emergency.set_text(name, text)
        assert step(emergency) == [Need.ACKNOWLEDGE]
        assert emergency.eligibility().outcome is Outcome.VALID
        with pytest.raises(RuleError, match="ONSHI_E_IDENTITY"):
            emergency.get(Category.DRUGS)
        emergency.set_way(Way.NUMBER)
        with pytest.raises(RuleError, match="ONSHI_E_BASIS"):
            emergency.advance()
        emergency.set_basis(Basis.UNOBTAINABLE, "意識不明")
        emergency.set_identified(Identified.KNOWN)
        assert step(emergency) == [Need.ACKNOWLEDGE]
        assert list(emergency.get(Category.DRUGS))


@pytest.mark.parametrize("name", ["見本　次郎", "架空　太郎"])
def test_nobody_found_tells_nothing(relief: World, name: str) -> None:
    with in_disaster(relief) as root, root.disaster(doctor(root)) as emergency:
        emergency.set_way(Way.SEARCH)
        emergency.set_text("Name", name)
        for item, text in ITEMS.items():
            emergency.set_text(item, text)
        step(emergency)
        with emergency.eligibility() as answer:
            assert answer.outcome is not Outcome.VALID and not list(answer)
        emergency.set_way(Way.SEARCH)


def test_off_unless_switched_on(world: World) -> None:
    with world.root() as root:
        for begin, who in (
                (root.disaster, doctor(root)), (root.emergency, trusted(root))):
            with pytest.raises(RuleError, match="ONSHI_E_MODE_OFF") as caught:
                begin(who)
            assert caught.value.message() and caught.value.remedy()


def test_the_service_has_not_activated_it(world: World) -> None:
    with in_disaster(world) as root, root.disaster(doctor(root)) as emergency:
        by_number(emergency, world.person())
        with pytest.raises(OnshiError, match="ONSHI_E_DISASTER"):
            step(emergency)


def test_nothing_without_notice_basis_reason(relief: World) -> None:
    with in_disaster(relief) as root, root.disaster(doctor(root)) as emergency:
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            emergency.acknowledge()
        by_number(emergency, relief.person())
        assert emergency.advance() is Need.ACKNOWLEDGE
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            emergency.advance()
        emergency.acknowledge()
        emergency.set_basis(Basis.UNOBTAINABLE)  # and what was read is void
        with pytest.raises(RuleError, match="ONSHI_E_BASIS"):
            emergency.advance()
        emergency.set_consenter(Consenter.GUARDIAN)
        emergency.set_basis(Basis.ORAL)
        assert emergency.advance() is Need.ACKNOWLEDGE


def test_the_reception_may_not(relief: World) -> None:
    with in_disaster(relief) as root:
        who = root.operator("R0001", Licence.RECEPTION, SignIn.TWO_FACTOR)
        with root.disaster(who) as emergency:
            by_number(emergency, relief.person())
            with pytest.raises(RuleError, match="ONSHI_E_LICENCE") as caught:
                emergency.advance()
            assert caught.value.rule == "DI-6"


def test_a_visit_beside_it_stays_what_it_is(relief: World) -> None:
    with in_disaster(relief) as root, root.visit() as visit:
        who = doctor(root)
        check_in(visit)
        with root.disaster(who) as emergency:
            by_number(emergency, relief.person())
            step(emergency)
            assert list(emergency.get(Category.DRUGS))
            with pytest.raises(RuleError, match="ONSHI_E_CONSENT"):
                visit.drugs(who)
    with in_disaster(relief) as root, root.visit() as visit:
        with pytest.raises(OnshiError, match="ONSHI_E_ARG"):
            visit.set_consent(Category.PRESCRIPTIONS)


def test_in_a_hospital_by_card(ward: World) -> None:
    before = len(ward.commands())
    with in_hospital(ward) as root, root.emergency(trusted(root)) as emergency:
        emergency.set_way(Way.CARD)
        emergency.set_identified(Identified.PHOTOGRAPH)
        emergency.set_want(Want.SUMMARY)
        with pytest.raises(RuleError, match="ONSHI_E_BASIS"):
            emergency.advance()
        emergency.set_basis(Basis.EMERGENCY, "意識不明で搬送")
        assert step(emergency) == [Need.ACKNOWLEDGE]
        assert emergency.eligibility().outcome is Outcome.VALID
        assert list(emergency.get(Category.DRUGS))
        with pytest.raises(RuleError, match="ONSHI_E_BASIS"):
            emergency.get(Category.CHECKUPS)
    sent = ward.commands()[before:]
    assert sent and not [c for c in sent if c.startswith("0020")
                         and len(c) > 8], "no PIN"


def test_one_factor_is_too_few(ward: World) -> None:
    with in_hospital(ward) as root:
        who = root.emergency_operator(
            "D0001", Licence.DOCTOR, SignIn.TWO_FACTOR, True, "1:02")
        with root.emergency(who) as emergency:
            emergency.set_way(Way.CARD)
            emergency.set_identified(Identified.PHOTOGRAPH)
            emergency.set_want(Want.ALL)
            emergency.set_basis(Basis.EMERGENCY, "意識不明")
            with pytest.raises(RuleError) as caught:
                emergency.advance()
            assert caught.value.rule == "EM-2"


def test_in_a_loop(relief: World, ward: World) -> None:
    async def disaster(root: Onshi) -> int:
        with root.disaster(doctor(root)) as emergency:
            by_number(emergency, relief.person())

            async def read(need: Need) -> None:
                assert need is Need.ACKNOWLEDGE
                await asyncio.sleep(0.01)
                emergency.acknowledge()

            assert (await emergency.check_in(read)).outcome is Outcome.VALID
            with await emergency.get_async(Category.DRUGS) as drugs:
                return len(list(drugs))

    async def hospital(root: Onshi) -> int:
        with root.emergency(trusted(root)) as emergency:
            emergency.set_way(Way.CARD)
            emergency.set_identified(Identified.FAMILY)
            emergency.set_want(Want.ALL)
            emergency.set_basis(Basis.EMERGENCY, "意識不明")

            async def read(need: Need) -> None:
                emergency.acknowledge()

            await emergency.check_in(read)
            with await emergency.get_async(Category.CHECKUPS) as checkups:
                return len(list(checkups))

    async def run() -> None:
        with in_hospital(relief, disaster__enabled="yes") as root:
            assert all(await asyncio.gather(disaster(root), hospital(root)))

    asyncio.run(run())


def test_names_and_words() -> None:
    assert onshikaku.way_name(Way.SEARCH) == "search"
    assert onshikaku.basis_text(Basis.ORAL) != onshikaku.basis_text(Basis.ORAL, "en")
    for enum, name, text in (
            (Way, onshikaku.way_name, onshikaku.way_text),
            (Basis, onshikaku.basis_name, onshikaku.basis_text),
            (Consenter, onshikaku.consenter_name, onshikaku.consenter_text),
            (Identified, onshikaku.identified_name, onshikaku.identified_text),
            (Want, onshikaku.want_name, onshikaku.want_text)):
        assert len({name(v) for v in enum}) == len({text(v) for v in enum}) == len(enum)


@pytest.mark.parametrize("said, status", [("yes\nyes\n", 0), ("yes\nno\n", 1)])
def test_the_example_of_a_disaster(relief: World, said: str, status: int) -> None:
    conf = relief.folder / "disaster.conf"
    with open(relief.conf, encoding="utf-8") as given:
        conf.write_text(given.read() + "\n[disaster]\nenabled = yes\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-B", str(HERE.parent / "examples" / "disaster.py"),
         "見本　太郎", *ITEMS.values()], input=said, text=True, capture_output=True,
        env={**os.environ, "ONSHIKAKU_CONF": str(conf)})
    assert done.returncode == status, done.stderr
    assert ("錠" in done.stdout) == (status == 0)


def test_the_example_of_an_emergency(ward: World) -> None:
    conf = ward.folder / "ward.conf"
    with open(ward.conf, encoding="utf-8") as given:
        conf.write_text(given.read() + "\n[emergency]\nenabled = yes\n"
                        "[facility]\nhospital = yes\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-B", str(HERE.parent / "examples" / "emergency.py"),
         "意識不明"], input="yes\n", text=True, capture_output=True,
        env={**os.environ, "ONSHIKAKU_CONF": str(conf)})
    assert done.returncode == 0 and "錠" in done.stdout, done.stderr
