"""Many in one go: handed in, worked on, fetched, taken up again."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta, timezone

import pytest
from world import World, doctor

import onshikaku
from onshikaku import (
    Bulk,
    BulkKind,
    Cancelled,
    Category,
    Method,
    Need,
    Onshi,
    OnshiError,
    Outcome,
    RuleError,
    Unit,
)

TODAY = datetime.now(timezone(timedelta(hours=9))).strftime("%Y%m%d")


def values(world: World, profile: str = "adult") -> dict[str, str]:
    p = world.person(profile)
    found = {
        "InsurerNumber": p["insurer"], "InsuredCardSymbol": p["symbol"],
        "InsuredIdentificationNumber": p["number"],
        "InsuredBranchNumber": p["branch"], "Birthdate": p["birthdate"],
    }
    return {k: v for k, v in found.items() if v}


def three(world: World, root: Onshi, **who: onshikaku.Operator) -> Bulk:
    bulk = root.bulk(BulkKind.ELIGIBILITY, **who)
    assert bulk.add(**values(world)) == 0
    nobody = values(world)
    nobody["InsuredIdentificationNumber"] = "999999"
    assert bulk.add(**nobody) == 1
    assert bulk.add(**values(world, "child")) == 2
    return bulk


def said(unit: Unit) -> tuple[int | None, Outcome, int]:
    return unit.place, unit.outcome, len(unit.results)


WANTED = [(0, Outcome.VALID, 1), (1, Outcome.NOT_FOUND, 0), (2, Outcome.VALID, 1)]


def test_a_loop_waits_and_hands_out_each_person(world: World) -> None:
    tickets: list[str] = []
    with world.root() as root, three(world, root) as bulk:
        assert bulk.receipt is None and bulk.count == 3 and bulk.taken == 0
        found = []
        for unit in bulk.units(tickets.append):
            found.append(said(unit))
            if unit.place == 0:
                name = unit.results[0]["Name"]
        assert sorted(found) == WANTED
        assert name and bulk.receipt and bulk.taken == bulk.count == 3
        assert bulk.ident and bulk.later == 0
    assert len(tickets) == 2  # before it is handed in, and with the receipt number
    assert not any(v in t for t in tickets for v in ("991018", "19800512"))


def test_it_is_taken_up_again_by_its_ticket(world: World) -> None:
    with world.root() as root:
        with three(world, root) as bulk:
            assert bulk.advance() is Need.LATER
            ticket = bulk.ticket()
        with three(world, root) as bulk:
            bulk.resume(ticket)
            assert bulk.receipt
            assert sorted(map(said, bulk)) == WANTED
        with root.bulk() as bulk:
            bulk.add(**values(world))
            with pytest.raises(OnshiError) as other:
                bulk.resume(ticket)
            assert other.value.name == "ONSHI_E_VALUE"
        with doctor(root) as op, three(world, root, operator=op) as bulk:
            with pytest.raises(RuleError) as who:
                bulk.resume(ticket)
            assert who.value.rule == "CO-13"


def test_an_event_loop(world: World) -> None:
    async def all_of(bulk: Bulk) -> list[tuple[int | None, Outcome, int]]:
        return [said(unit) async for unit in bulk]

    with world.root() as root, three(world, root) as bulk:
        assert sorted(asyncio.run(all_of(bulk))) == WANTED


def test_a_unit_is_good_until_the_next_one(world: World) -> None:
    with world.root() as root, three(world, root) as bulk:
        assert bulk.advance() is Need.LATER
        assert bulk.advance() is None
        first = bulk.next()
        assert first is not None
        record = first.results[0]
        assert bulk.next() is not None
        with pytest.raises(ValueError):
            assert first.outcome
        with pytest.raises(ValueError):
            assert record["Name"]
        with pytest.raises(ValueError):
            assert first.results
        bulk.end()
        with pytest.raises(OnshiError):
            bulk.next()


def test_values_are_checked_at_once(world: World) -> None:
    with world.root() as root, root.bulk() as bulk:
        with pytest.raises(OnshiError):
            bulk.set_text("InsurerNumber", "991018")  # nobody was added
        bulk.add()
        with pytest.raises(OnshiError) as wrong:
            bulk.set_text("Birthdate", "1980")
        assert wrong.value.name == "ONSHI_E_VALUE"
        with pytest.raises(OnshiError) as missing:
            bulk.advance()
        assert missing.value.name == "ONSHI_E_VALUE"
        assert missing.value.sent == "not_sent"


def test_a_loop_that_waits_is_cancelled(world: World) -> None:
    world.service("fault", "processing=9")
    try:
        with world.root() as root, three(world, root) as bulk:
            assert bulk.advance() is Need.LATER
            assert bulk.advance() is Need.LATER
            assert bulk.later > 0
            threading.Timer(0.2, bulk.cancel).start()
            with pytest.raises(Cancelled):
                list(bulk)
    finally:
        world.service("fault", "clear")


def test_reference_numbers(world: World) -> None:
    with world.root() as root:
        with root.bulk(BulkKind.REGISTER_ONE) as bulk:
            person = values(world)
            del person["Birthdate"]
            bulk.add(**person, ReferenceNumber="P-00077")
            assert [unit.outcome for unit in bulk] == [Outcome.REGISTERED]
        with three(world, root) as bulk:
            for unit in bulk:
                if unit.place == 0:
                    assert unit.record["ReferenceNumber"] == "P-00077"


def test_a_carried_consent_is_a_visit(world: World) -> None:
    world.service("person", "consent", "adult", "1319999996", "home", "drugs")
    with world.root() as root, doctor(root) as op:
        bulk = root.bulk(BulkKind.HOME, op)
        bulk.set_text("ConsentDateFrom", TODAY)
        bulk.set_text("ConsentDateTo", TODAY)
        found = [(unit.place, unit.visit()) for unit in bulk]
        assert [place for place, _ in found] == [None]
        visit = found[0][1]
        bulk.close()
        with visit.get(Category.DRUGS, op) as answer:
            assert answer.outcome in (Outcome.DATA, Outcome.NO_DATA)
        visit.withdraw(Category.DRUGS)
        with pytest.raises(OnshiError):
            visit.get(Category.DRUGS, op)
        visit.close()


def test_names() -> None:
    for kind in BulkKind:
        assert onshikaku.bulk_kind_name(kind) == kind.name.lower()
        assert onshikaku.bulk_kind_text(kind) != onshikaku.bulk_kind_text(kind, "en")
    assert onshikaku.method_name(Method.CARRIED)
