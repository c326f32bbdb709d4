"""Check-ins over a real reader, card and service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
from world import PIN, World, check_in, doctor

import onshikaku
from onshikaku import (
    Cancelled,
    CardError,
    Category,
    ConfirmNeeded,
    Licence,
    Method,
    Need,
    OnshiError,
    Outcome,
    Phase,
    Purpose,
    RuleError,
    SignIn,
)


def test_pin_with_drugs_and_checkups(world: World) -> None:
    person = world.person()
    with world.root() as root, root.visit(Purpose.CARE) as visit:
        answer = check_in(visit, Category.DRUGS, Category.CHECKUPS)
        assert answer.outcome is Outcome.VALID
        (result,) = [record.as_dict() for record in answer]
        assert result["InsurerNumber"].strip() == person["insurer"]
        assert abs(answer.time - datetime.now(timezone.utc)).total_seconds() < 120
        assert answer.expires > answer.time
        assert answer.head["MedicalInstitutionCode"] == "1319999996"

        drugs = visit.drugs(doctor(root))
        assert drugs.outcome is Outcome.DATA
        names = [line["DrugName"] for line in drugs]
        assert names and all(names)
        checkups = visit.checkups(doctor(root))
        assert checkups.outcome is Outcome.DATA and list(checkups)

        consent = visit.consent(Category.DRUGS)
        assert consent is not None and consent.given and consent.granted
        assert consent.until is not None and consent.until > answer.time
        assert visit.consent(Category.CARE) is None
        assert visit.is_recorded and visit.ident
        assert visit.apdus <= 12 and visit.apdu_bytes > 1571
        assert visit.ms(Phase.CARD) >= 0
        assert visit.certificate is not None
        assert visit.certificate.serial == person["serial"].lower()


def test_fields_by_type(world: World) -> None:
    person = world.person()
    with world.root() as root, root.visit() as visit:
        for record in check_in(visit):
            born = record.date("Birthdate")
            assert isinstance(born, date)
            assert born.strftime("%Y%m%d") == person["birthdate"]
            assert record.text("Birthdate") == record["Birthdate"] == person["birthdate"]
            sex = record.code("Sex1")
            assert sex is not None and sex.code in "12" and sex.name in ("男", "女")
            assert record.number("InsuredBranchNumber") == int(person["branch"])
            assert record.text("NothingOfThisName") is None
            with pytest.raises(KeyError):
                record["NothingOfThisName"]
            with pytest.raises(OnshiError, match="ONSHI_E_VALUE"):
                record.number("Name")
            number = onshikaku.element("InsurerNumber")
            assert record.text(number) == record["InsurerNumber"]
            assert dict(record.fields())["InsurerNumber"] == record["InsurerNumber"]


def test_by_number(world: World) -> None:
    person = world.person()
    with world.root() as root, root.visit(Purpose.INSURANCE) as visit:
        visit.set_method(Method.NUMBER)
        visit.set_text("InsurerNumber", person["insurer"])
        visit.set_text("InsuredCardSymbol", person["symbol"] or None)
        visit.set_text("InsuredIdentificationNumber", person["number"])
        visit.set_text("InsuredBranchNumber", person["branch"])
        visit.set_text("Birthdate", person["birthdate"])
        assert visit.advance() is None
        assert visit.eligibility().outcome is Outcome.VALID
        assert visit.apdus == 0 and visit.certificate is None
        with pytest.raises(OnshiError) as caught:
            visit.drugs(doctor(root))
        assert caught.value.who == 6


def test_a_wrong_value_is_refused_at_once(world: World) -> None:
    with world.root() as root, root.visit() as visit:
        with pytest.raises(OnshiError, match="ONSHI_E_VALUE"):
            visit.set_text("Birthdate", "1234")
        with pytest.raises(KeyError):
            visit.set_text("NoSuchElement", "1")
        with pytest.raises(ValueError, match="NUL"):
            visit.set_text("InsurerNumber", "06999999\0")
        with pytest.raises(OnshiError, match="ONSHI_E_ARG"):
            visit.set_method(Method(42))


def test_visual(world: World) -> None:
    with world.root() as root, root.visit() as visit:
        visit.set_method(Method.VISUAL)
        operator = root.operator("R0001", Licence.RECEPTION, SignIn.PASSWORD)
        assert root.notice(onshikaku.Notice.VISUAL) and root.notice(
            onshikaku.Notice.PURPOSE, lang="en")
        assert "お薬" in root.notice(onshikaku.Notice.CONSENT, onshikaku.Category.DRUGS)
        assert visit.advance() is Need.CONFIRM
        visit.confirm(operator, True)
        assert visit.advance() is None
        assert visit.eligibility().outcome is Outcome.VALID


def test_a_wrong_pin_costs_exactly_one_try(world: World) -> None:
    with world.root() as root:
        with root.card() as card:
            assert card.tries == 3
        with root.visit() as visit:
            visit.set_method(Method.PIN)
            assert visit.advance() is Need.PIN
            typed = bytearray(b"9999")
            visit.set_pin(typed)
            assert typed == bytearray(4)
            assert visit.advance() is Need.PIN
            why = visit.refusal
            assert isinstance(why, CardError) and why.name == "ONSHI_E_PIN_WRONG"
            assert why.tries_left == 2 and why.status_word == 0x63C2
            assert why.remedy("ja") and why.remedy("en")
            for _ in range(3):  # the refusal again, and no further try
                with pytest.raises(CardError, match="ONSHI_E_PIN_WRONG"):
                    visit.advance()
        with root.card() as card:
            assert card.tries == 2


def test_the_last_try_is_kept(world: World) -> None:
    world.vcard("insert", "last-try")
    with world.root() as root, root.visit() as visit:
        visit.set_method(Method.PIN)
        assert visit.advance() is Need.PIN
        visit.set_pin(bytearray(PIN))
        assert visit.advance() is Need.PIN
        assert visit.refusal is not None
        assert visit.refusal.name == "ONSHI_E_PIN_LAST_TRY"
        assert visit.refusal.tries_left == 1
        visit.set_pin(bytearray(PIN), spend_last=True)
        assert visit.advance() is None


@pytest.mark.parametrize("typed", [b"", b"123", b"12345", b"12a4", b"1234\0", b"\0234"])
def test_a_pin_of_another_shape_costs_none(world: World, typed: bytes) -> None:
    pin = bytearray(typed)
    with world.root() as root, root.visit() as visit:
        visit.set_method(Method.PIN)
        assert visit.advance() is Need.PIN
        with pytest.raises(CardError, match="ONSHI_E_PIN_SHAPE"):
            visit.set_pin(pin)
        assert pin == bytearray(len(typed))
        assert visit.advance() is Need.PIN, "it is asked for again"
        assert visit.refusal is not None
        assert visit.refusal.name == "ONSHI_E_PIN_SHAPE"
        visit.set_pin(bytearray(PIN))
        assert visit.advance() is None


@pytest.mark.parametrize("pin", ["1234", b"1234", 1234, None])
def test_what_cannot_be_wiped_is_no_pin(world: World, pin: object) -> None:
    with world.root() as root, root.visit() as visit:
        with pytest.raises(TypeError, match="bytearray"):
            visit.set_pin(pin)  # type: ignore[arg-type]


@pytest.mark.parametrize("profile, name, who", [
    ("locked", "ONSHI_E_PIN_BLOCKED", 3), ("residence", "ONSHI_E_CARD_RESIDENCE", 3),
    ("licence", "ONSHI_E_CARD_DRIVERS_LICENCE", 3), ("phone", "ONSHI_E_CARD_PHONE", 3),
    ("revoked", "ONSHI_E_CARD_REVOKED", 5),
])
def test_other_cards(world: World, profile: str, name: str, who: int) -> None:
    world.vcard("insert", profile)
    with world.root() as root, root.visit() as visit:
        with pytest.raises(OnshiError) as caught:
            check_in(visit)
    assert caught.value.name == name and caught.value.who == who
    assert caught.value.message() and caught.value.remedy()


def test_no_card_is_a_need_and_then_a_card(world: World) -> None:
    world.vcard("remove")
    with world.root() as root, root.visit() as visit:
        visit.set_method(Method.PIN)
        assert visit.advance() is Need.CARD
        timer = threading.Timer(0.3, world.vcard, ("insert", "adult"))
        timer.start()
        assert visit.advance() is Need.PIN
        timer.join()


def test_consent_cannot_be_bypassed(world: World) -> None:
    with world.root() as root, root.visit() as visit:
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            visit.eligibility()
        visit.set_consent(Category.DRUGS, False)
        check_in(visit)
        who = doctor(root)
        why = visit.why_not(Category.DRUGS, who)
        assert isinstance(why, RuleError) and why.name == "ONSHI_E_CONSENT"
        assert not visit.may(Category.DRUGS, who)
        assert visit.why_not(Category.ELIGIBILITY, who) is None
        with pytest.raises(RuleError) as caught:
            visit.drugs(who)
        assert caught.value.name == "ONSHI_E_CONSENT" and caught.value.rule
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            visit.set_consent(Category.DRUGS)


def test_reception_sees_no_drugs(world: World) -> None:
    with world.root() as root, root.visit() as visit:
        check_in(visit, Category.DRUGS)
        with pytest.raises(RuleError, match="ONSHI_E_LICENCE"):
            visit.drugs(root.operator("R0001", Licence.RECEPTION, SignIn.PASSWORD))
        assert visit.eligibility().outcome is Outcome.VALID


def test_who_asked_says_whose_it_is(world: World) -> None:
    world.service("fault", "YZKsiquc01req:renamed")
    with world.root() as root, root.visit() as visit:
        check_in(visit, Category.DRUGS, Category.CHECKUPS)
        one, two = doctor(root), root.operator(
            "D0002", Licence.DOCTOR, SignIn.TWO_FACTOR)
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            assert visit.person
        with pytest.raises(ConfirmNeeded):
            visit.drugs(one)
        assert visit.person is not None
        assert visit.person["Name"] == "架空　旧姓"
        assert visit.person.date("Birthdate") is not None
        with pytest.raises(RuleError, match="ONSHI_E_OPERATOR"):
            visit.confirm(two, True)
        visit.confirm(one, True)
        assert visit.drugs(one).outcome is Outcome.DATA
        with pytest.raises(ConfirmNeeded):
            visit.drugs(one)
        visit.confirm(one, False)
        with pytest.raises(RuleError, match="ONSHI_E_NOT_CONFIRMED"):
            visit.drugs(one)
        assert visit.checkups(one).outcome is Outcome.DATA


def test_withdrawn_is_over(world: World) -> None:
    with world.root() as root, root.visit() as visit:
        check_in(visit, Category.DRUGS)
        drugs = visit.drugs(doctor(root))
        line = next(iter(drugs))
        assert line["DrugName"]
        visit.withdraw(Category.DRUGS)
        reads: list[Callable[[], object]] = [
            lambda: line.text("DrugName"), line.as_dict, lambda: drugs.head,
            lambda: list(drugs), lambda: visit.drugs(doctor(root))]
        for read in reads:
            with pytest.raises(RuleError):
                read()
        consent = visit.consent(Category.DRUGS)
        assert consent is not None and not consent.given and not consent.granted


def test_an_answer_expires(world: World) -> None:
    with world.root(limits__answer_seconds="1") as root, root.visit() as visit:
        answer = check_in(visit)
        record = next(iter(answer))
        assert record["InsurerNumber"]
        time.sleep(1.1)
        reads: list[Callable[[], object]] = [
            lambda: record.text("InsurerNumber"), record.as_dict, lambda: list(answer)]
        for read in reads:
            with pytest.raises(RuleError, match="ONSHI_E_EXPIRED"):
                read()


def test_cancel_from_another_thread(world: World) -> None:
    world.vcard("remove")
    with world.root() as root, root.visit() as visit:
        visit.set_method(Method.PIN)
        assert visit.advance() is Need.CARD
        timer = threading.Timer(0.3, visit.cancel)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(Cancelled, match="ONSHI_E_CANCELLED"):
            visit.advance()
        assert time.monotonic() - begun < 3
        timer.join()
        world.vcard("insert", "adult")
        assert check_in(visit).outcome is Outcome.VALID


def test_a_second_call_meanwhile_is_refused(world: World) -> None:
    world.vcard("remove")
    with world.root() as root, root.visit() as visit:
        visit.set_method(Method.PIN)
        assert visit.advance() is Need.CARD
        seen: list[str] = []

        def meddle() -> None:
            try:
                visit.set_method(Method.VISUAL)
            except OnshiError as why:
                seen.append(why.name)
            visit.cancel()

        timer = threading.Timer(0.3, meddle)
        timer.start()
        with pytest.raises(Cancelled):
            visit.advance()
        timer.join()
        assert seen == ["ONSHI_E_STATE"]


def test_nothing_is_held_after_a_visit(world: World) -> None:
    with world.root() as root:
        with root.visit() as visit:
            check_in(visit)
            with root.card() as card:
                assert card.tries == 3
    assert not [c for c in world.commands() if c.startswith("0020")
                and "31323334" in c]


def test_sealed_and_opened_elsewhere(world: World, tmp_path: Path) -> None:
    """Reception and consulting room: roots of their own, as on two machines."""
    with world.root(visits__dir=str(tmp_path)) as reception:
        with reception.visit(Purpose.CARE) as visit:
            check_in(visit, Category.DRUGS)
            name, ident = visit.seal(), visit.ident
            assert len(name) == 26 and visit.seal() == name
    with world.root(visits__dir=str(tmp_path)) as room:
        who = doctor(room)
        with room.open_visit(name, who) as visit:
            assert visit.ident == ident and visit.person is not None
            assert visit.person.text("Name")
            assert list(visit.drugs(who))
            with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
                visit.eligibility()
        with room.open_visit(name, who) as visit:
            visit.end()
        with pytest.raises(RuleError, match="ONSHI_E_VISIT_GONE"):
            room.open_visit(name, who)
