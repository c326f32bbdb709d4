"""Tables of one's own, in Python."""

from __future__ import annotations

import ctypes
import gc
import re
import sys
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import pytest
from vpcd import CardReader
from world import PIN, TOP, World, check_in, doctor

from onshikaku import (
    RESULTS,
    CardError,
    CardKind,
    Carrier,
    Category,
    Config,
    Exchange,
    FaceExchange,
    Method,
    Need,
    NetworkError,
    Notice,
    Onshi,
    OnshiError,
    Outcome,
    RuleError,
    Said,
    Sent,
    Visit,
    config as config_module,
)
from onshikaku._core import failure

SAMPLES = TOP / "tests" / "message" / "samples"


@pytest.fixture
def reader(world: World, tmp_path: Path) -> Iterator[CardReader]:
    with CardReader(world.folder / "pki", tmp_path) as found:
        yield found


def with_reader(world: World, reader: Any) -> Onshi:
    with world.config() as config:
        config.add_reader("窓口の読取機", reader)
        return Onshi(config)


# -- a reader ------------------------------------------------------------------


def test_a_command_takes_no_way_that_cannot_be_wiped(
    world: World, reader: CardReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bytes that held a PIN would stay in memory as they are."""
    took: list[bytes] = []

    def string_at(pointer: Any, n: int = -1) -> bytes:
        took.append(real(pointer, n))
        return took[-1]

    real = ctypes.string_at
    monkeypatch.setattr(ctypes, "string_at", string_at)
    with with_reader(world, reader) as root, root.visit() as visit:
        visit.set_reader("窓口の読取機")
        assert check_in(visit).outcome is Outcome.VALID
    assert any(PIN in command for command in reader.sent)
    assert not any(PIN in data for data in took)


def test_check_in_by_an_own_reader(world: World, reader: CardReader) -> None:
    with with_reader(world, reader) as root:
        assert root.readers()[0] == ("窓口の読取機", True)
        with root.visit() as visit:
            visit.set_reader("窓口の読取機")
            assert check_in(visit).outcome is Outcome.VALID
    assert any(PIN in command for command in reader.sent)
    assert not any(any(buffer) for buffer in reader.given)  # zeroed, the PIN too


def test_the_card_by_an_own_reader(world: World, reader: CardReader) -> None:
    with with_reader(world, reader) as root, root.card("窓口") as card:
        assert card.kind is CardKind.MY_NUMBER and card.tries == 3
        assert len(card.sign(bytearray(PIN), b"data")) == 256


class Broken:
    """A reader that does as it is told, badly."""

    def __init__(self, why: BaseException, where: str = "hold") -> None:
        self.why, self.where = why, where

    def _do(self, what: str) -> None:
        if what == self.where:
            raise self.why

    def wait(self, present: bool, timeout_ms: int) -> None:
        self._do("wait")

    def hold(self, timeout_ms: int) -> None:
        self._do("hold")

    def release(self, timeout_ms: int) -> None:
        self._do("release")

    def transmit(self, command: bytearray, timeout_ms: int) -> bytes:
        self._do("transmit")
        return b"\x6a\x82"


@pytest.mark.parametrize("where", ["hold", "transmit"])
def test_what_a_reader_raises_is_the_cause(world: World, where: str) -> None:
    why = ZeroDivisionError("mine")
    with with_reader(world, Broken(why, where)) as root:
        with root.visit() as visit:
            visit.set_method(Method.PIN)
            visit.set_reader("窓口")
            with pytest.raises(CardError, match="ONSHI_E_READER") as caught:
                visit.advance()
            assert caught.value.__cause__ is why
        with root.new_card() as card:
            with pytest.raises(CardError) as caught:
                card.open("窓口")
            assert caught.value.__cause__ is why


def test_a_result_that_a_reader_raises_is_kept(world: World) -> None:
    why = failure(RESULTS["ONSHI_E_READER_BUSY"])
    with with_reader(world, Broken(why)) as root, root.new_card() as card:
        with pytest.raises(CardError, match="ONSHI_E_READER_BUSY") as caught:
            card.open("窓口")
        assert caught.value.__cause__ is why


@pytest.mark.parametrize("answer", [b"", b"\x90", bytes(70000), "text", None, 5],
                         ids=["empty", "one byte", "too long", "text", "none", "int"])
def test_an_answer_that_is_none(world: World, answer: Any) -> None:
    class Odd(Broken):
        def transmit(self, command: bytearray, timeout_ms: int) -> bytes:
            return answer  # type: ignore[no-any-return]

    with with_reader(world, Odd(RuntimeError(), "")) as root, root.new_card() as card:
        with pytest.raises(CardError):
            card.open("窓口")


def test_cancel_reaches_an_own_reader(world: World) -> None:
    import threading

    class Slow(Broken):
        def __init__(self) -> None:
            super().__init__(RuntimeError(), "")
            self.stop = threading.Event()

        def hold(self, timeout_ms: int) -> None:
            name = "CANCELLED" if self.stop.wait(timeout_ms / 1000) else "CARD_TIMEOUT"
            raise failure(RESULTS[f"ONSHI_E_{name}"])

        def cancel(self) -> None:
            self.stop.set()

    slow = Slow()
    with with_reader(world, slow) as root, root.new_card() as card:
        timer = threading.Timer(0.3, card.cancel)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(OnshiError, match="ONSHI_E_CANCELLED"):
            card.open("窓口")
        assert time.monotonic() - begun < 5 and slow.stop.is_set()
        timer.join()


def test_a_second_reader_of_that_name_is_refused() -> None:
    with Config() as config:
        config.add_reader("one", Broken(RuntimeError()))
        before = len(config_module._plugged)
        with pytest.raises(OnshiError, match="ONSHI_E_ARG"):
            config.add_reader("one", Broken(RuntimeError()))
        assert len(config_module._plugged) == before


def test_a_table_goes_with_its_last_holder(world: World) -> None:
    broken = Broken(RuntimeError("mine"))
    gone = weakref.ref(broken)
    root = with_reader(world, broken)  # its config is closed: C holds it
    del broken
    gc.collect()
    with root.new_card() as card, pytest.raises(CardError):
        card.open("窓口")
    assert gone() is not None
    root.close()
    with Config() as config:
        config.set_log(print)  # drops what is over
    del root, card
    gc.collect()
    assert gone() is None


# -- a face reader -----------------------------------------------------------


class FaceReader:
    """Has whoever stands before it, and does as it is told."""

    def __init__(self, world: World, profile: str = "adult") -> None:
        self.card = world.folder / "pki" / "cards" / profile
        self.why: Optional[BaseException] = None
        self.not_asked = False
        self.seen: list[FaceExchange] = []

    def check(self, exchange: FaceExchange) -> None:
        self.seen.append(exchange)
        assert exchange.id and exchange.timeout_ms > 0 and not exchange.registers
        assert exchange.text(Notice.CONSENT, Category.DRUGS).endswith("使用します。")
        if self.why is not None:
            raise self.why
        exchange.set_carrier(Carrier.CARD)
        exchange.set_method(Method.FACE)
        exchange.set_consent(Category.DRUGS, False)
        if self.not_asked:
            exchange.set_consent(Category.CARE, True)
        exchange.set_certificate((self.card / "auth.der").read_bytes())
        exchange.set_proof(b"opaque")


def at_face_reader(visit: Visit) -> None:
    visit.set_method(Method.FACE)
    visit.set_consent(Category.DRUGS, Said.ASK)
    assert visit.advance() is Need.FACE


def with_face(world: World, face: FaceReader) -> Onshi:
    with world.config() as config:
        config.add_face(face)
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            config.add_face(face)  # ID-3
        return Onshi(config)


def test_a_face_reader(world: World) -> None:
    face = FaceReader(world)
    with with_face(world, face) as root, root.visit() as visit:
        at_face_reader(visit)
        # what this adapter vouches by is nobody's proof: the service says so
        with pytest.raises(OnshiError, match="ONSHI_E_SIGNATURE_REFUSED"):
            visit.advance()
        assert visit.method is Method.FACE
        said = visit.consent(Category.DRUGS)
        assert said is not None and not said.given
        assert face.seen[0].id == ""  # it is over


def test_what_a_face_reader_raises_is_the_cause(world: World) -> None:
    face = FaceReader(world)
    face.why = ZeroDivisionError("mine")
    with with_face(world, face) as root, root.visit() as visit:
        at_face_reader(visit)
        with pytest.raises(CardError, match="ONSHI_E_READER") as caught:
            visit.advance()
        assert caught.value.__cause__ is face.why
        face.why = failure(RESULTS["ONSHI_E_FACE"])
        assert visit.advance() is Need.FACE
        assert visit.advance() is Need.FACE


def test_a_face_reader_answers_what_was_not_asked(world: World) -> None:
    face = FaceReader(world)
    face.not_asked = True
    with with_face(world, face) as root, root.visit() as visit:
        at_face_reader(visit)
        with pytest.raises(OnshiError, match="ONSHI_E_CALLBACK"):
            visit.advance()
        assert visit.consent(Category.DRUGS) is None


# -- a link -----------------------------------------------------------------------


class Canned:
    """Gives the sample's answer to whoever it is for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sessions: list[str] = []
        self.under_way: Optional[Exchange] = None

    def carries(self, prefix: str) -> bool:
        return prefix == "OQSsiquc01req"

    def open(self, timeout_ms: int) -> object:
        assert timeout_ms > 0
        self.sessions.append("open")
        return self.sessions

    def exchange(self, session: object, exchange: Exchange) -> Optional[int]:
        assert session is self.sessions
        assert exchange.timeout_ms > 0 and exchange.request_id
        assert exchange.token == ""
        self.asked.append(exchange.prefix)
        self.under_way = exchange
        (name,) = re.findall(rb"<ArbitraryFileIdentifier>(.*?)<", exchange.body) or [b""]
        answer = next(SAMPLES.glob("02_*")).read_bytes().replace(
            b"KARTE-000417-01", name)
        half = len(answer) // 2
        assert exchange.write(answer[:half]) == exchange.write(answer[half:]) == 0
        exchange.set_sent(Sent.ANSWERED)
        return None

    def close(self, session: object) -> None:
        assert session is self.sessions
        self.sessions.append("close")


def with_link(world: World, link: Any) -> Onshi:
    with world.config() as config:
        config.set_link(link)
        return Onshi(config)


def by_number(visit: Visit) -> None:
    visit.set_method(Method.NUMBER)
    visit.set_text("QualificationConfirmationDate", "20261005")
    visit.set_text("InsurerNumber", "999995")
    visit.set_text("InsuredCardSymbol", "架空１２")
    visit.set_text("InsuredIdentificationNumber", "3456")
    visit.set_text("InsuredBranchNumber", "02")
    visit.set_text("Birthdate", "19880229")
    assert visit.advance() is None


def test_by_number_over_an_own_link(world: World) -> None:
    link = Canned()
    with with_link(world, link) as root:
        with root.visit() as visit:
            by_number(visit)
            with visit.eligibility() as answer:
                assert answer.outcome is Outcome.VALID
                assert [record["Name"] for record in answer] == ["見本　翔子"]
    assert link.asked == ["OQSsiquc01req"]
    assert link.sessions[0] == "open" and link.sessions[-1] == "close"
    assert link.sessions.count("open") == link.sessions.count("close")
    kept = link.under_way
    assert kept is not None and kept.body == b"" and kept.prefix == ""
    assert kept.write(b"late") == RESULTS["ONSHI_E_ARG"]


def test_what_a_link_cannot_carry_is_refused_first(world: World) -> None:
    with with_link(world, Canned()) as root, root.visit() as visit:
        visit.set_method(Method.PIN)
        with pytest.raises(OnshiError, match="ONSHI_E_UNSUPPORTED"):
            visit.advance()
        assert visit.apdus == 0


@pytest.mark.parametrize("where", ["open", "exchange"])
def test_what_a_link_raises_is_the_cause(world: World, where: str) -> None:
    why = LookupError("mine")

    def fail(*_args: object) -> Any:
        raise why

    link = Canned()
    setattr(link, where, fail)
    with with_link(world, link) as root, root.visit() as visit:
        with pytest.raises(OnshiError, match="ONSHI_E_CALLBACK") as caught:
            by_number(visit)
        assert caught.value.__cause__ is why


def test_a_result_that_a_link_raises_is_kept(world: World) -> None:
    why = failure(RESULTS["ONSHI_E_SERVICE_BUSY"])

    class Busy(Canned):
        def exchange(self, session: object, exchange: Exchange) -> Optional[int]:
            exchange.set_sent(Sent.NOT)
            exchange.set_retry_after(7)
            raise why

    with with_link(world, Busy()) as root, root.visit() as visit:
        with pytest.raises(NetworkError, match="ONSHI_E_SERVICE_BUSY") as caught:
            by_number(visit)
        assert caught.value.__cause__ is why
        assert caught.value.sent == "not_sent" and caught.value.retry_after == 7


def test_an_old_cause_is_not_blamed(world: World) -> None:
    link = Canned()

    def fail(*_args: object) -> Any:
        raise LookupError("mine")

    setattr(link, "exchange", fail)
    with with_link(world, link) as root, root.visit() as visit:
        with pytest.raises(OnshiError, match="ONSHI_E_CALLBACK"):
            by_number(visit)
        with pytest.raises(OnshiError) as caught:
            visit.eligibility()
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("name, given, outcome", [
    ("damaged", b"<XmlMsg>", "ONSHI_E_ANSWER_REFUSED"),
    ("empty", b"", "ONSHI_E_ANSWER_REFUSED"),
])
def test_bad_answers_are_refused(
    world: World, name: str, given: bytes, outcome: str
) -> None:
    class Bad(Canned):
        def exchange(self, session: object, exchange: Exchange) -> Optional[int]:
            return exchange.write(given)

    with with_link(world, Bad()) as root, root.visit() as visit:
        with pytest.raises(NetworkError, match=outcome):
            by_number(visit)


# -- log, record, clock --------------------------------------------------------------


def test_log(world: World) -> None:
    lines: list[str] = []
    with world.config() as config:
        config.set_log(lines.append)
        root = Onshi(config)
    person = world.person()
    with root, root.visit() as visit:
        name = [record["Name"] for record in check_in(visit)][0]
    assert len(lines) > 5
    text = "\n".join(lines)
    assert name not in text and person["serial"].lower() not in text
    assert "31323334" not in text


def test_a_log_that_raises_stops_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: seen.append(what.exc_value))

    def line(_text: str) -> None:
        raise LookupError("mine")

    with world.config() as config:
        config.set_log(line)
        root = Onshi(config)
    with root, root.visit() as visit:
        assert check_in(visit).outcome is Outcome.VALID
    assert seen and all(isinstance(why, LookupError) for why in seen)


def test_no_log() -> None:
    with Config() as config:
        config.set_log(print)
        config.set_log(None)


def test_audit(world: World) -> None:
    entries: list[bytes] = []
    with world.config() as config:
        config.set_audit(entries.append)
        root = Onshi(config)
    with root, root.visit() as visit:
        check_in(visit, Category.DRUGS)
        before = len(entries)
        assert visit.drugs(doctor(root)).outcome is Outcome.DATA
        assert visit.is_recorded
    assert len(entries) > before > 0
    assert all(entry.startswith(b"v=") and b"\n" not in entry for entry in entries)


def test_copies_of_the_audit(world: World) -> None:
    first: list[bytes] = []
    copy: list[bytes] = []

    def lame(_line: bytes) -> None:
        raise OSError("the other disk is full")

    with world.config() as config:
        config.set_audit(first.append)
        config.add_audit(copy.append)
        config.add_audit(lame)
        root = Onshi(config)
    with root, root.visit() as visit:
        check_in(visit, Category.DRUGS)
        assert visit.is_recorded
    assert first and copy == first
    assert any(b"\te=log.copy\to=serious\t" in line for line in first)


def test_an_audit_that_raises_hands_nothing_over(world: World) -> None:
    full = OSError("disk full")
    broken = False

    def entry(_line: bytes) -> None:
        if broken:
            raise full

    with world.config() as config:
        config.set_audit(entry)
        root = Onshi(config)
    with root, root.visit() as visit:
        check_in(visit, Category.DRUGS)
        broken = True
        with pytest.raises(OnshiError, match="ONSHI_E_AUDIT") as caught:
            visit.drugs(doctor(root))
        assert caught.value.who == 7 and caught.value.__cause__ is full


class Watch:
    """A clock that can be moved, and broken."""

    def __init__(self) -> None:
        self.ahead_ms = 0
        self.asked = 0
        self.broken = False

    def _now(self, seconds: float) -> int:
        self.asked += 1
        if self.broken:
            raise RuntimeError("no battery")
        return int(seconds * 1000) + self.ahead_ms

    def wall(self) -> int:
        return self._now(time.time())

    def steady(self) -> int:
        return self._now(time.monotonic())

    def boot(self) -> int:
        return self._now(time.clock_gettime(time.CLOCK_BOOTTIME))


def with_clock(world: World, clock: Watch) -> Onshi:
    with world.config() as config:
        config.set_clock(clock)
        return Onshi(config)


def test_clock(world: World) -> None:
    clock = Watch()
    with with_clock(world, clock) as root, root.visit() as visit:
        answer = check_in(visit)
        record = next(iter(answer))
        assert record["Name"] and clock.asked > 10
        clock.ahead_ms = 31 * 60 * 1000
        with pytest.raises(RuleError, match="ONSHI_E_EXPIRED"):
            record.text("Name")


def test_a_clock_that_raises_goes_on(world: World) -> None:
    clock = Watch()
    with with_clock(world, clock) as root, root.visit() as visit:
        answer = check_in(visit)
        clock.broken = True
        assert next(iter(answer))["Name"]
        visit.set_deadline(300)
        with pytest.raises(OnshiError):
            visit.drugs(doctor(root))


# -- settings ----------------------------------------------------------------------------


def test_settings() -> None:
    with Config() as config:
        keys = dict(Config.keys("en"))
        assert "link.base" in keys and all(keys.values())
        assert dict(Config.keys("ja")).keys() == keys.keys()
        assert config["link.deadline_ms"] == "30000"
        config["link.deadline_ms"] = "5000"
        assert config["link.deadline_ms"] == "5000"
        config["link.deadline_ms"] = None
        assert config["link.deadline_ms"] == "30000"
        assert config["link.base"] is None
        for key, value in ("link.deadline_ms", "soon"), ("no.key", "1"):
            with pytest.raises(OnshiError, match="ONSHI_E_CONFIG"):
                config[key] = value
        with pytest.raises(ValueError, match="NUL"):
            config["link.base"] = "https://a\0b"
        # What only asks leaves the error of an earlier call where it was.
        with pytest.raises(OnshiError, match="^ONSHI_E_CONFIG$"):
            config["another.key"]
        number: Any = 5000
        with pytest.raises(TypeError, match="a value is a str"):
            config["link.deadline_ms"] = number


def test_files_as_bytes_and_secrets(world: World) -> None:
    pki = world.folder / "pki"
    config = world.config()
    config["link.ca_file"] = (pki / "ca.pem").read_bytes()
    key = bytearray((pki / "terminal-medical.key").read_bytes())
    config["link.key_file"] = key
    assert config["link.ca_file"] is None and config["link.key_file"] is None
    assert any(key)  # wiping it is the caller's
    with config, Onshi(config) as root, root.visit() as visit:
        assert check_in(visit).outcome is Outcome.VALID


def test_a_root_freezes_its_config(world: World) -> None:
    with world.config() as config, Onshi(config):
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            config["link.deadline_ms"] = "5000"


def test_a_config_that_cannot_work_says_why() -> None:
    with Config() as config, pytest.raises(OnshiError, match="institution_code"):
        Onshi(config)


def test_a_file_with_an_unknown_key(tmp_path: Path) -> None:
    path = tmp_path / "onshikaku.conf"
    path.write_text("[link]\nbase = https://a.example\nnothing = 1\n")
    with pytest.raises(OnshiError, match="3"):
        Config(path)
    with pytest.raises(OnshiError):
        Config(tmp_path / "none.conf")
