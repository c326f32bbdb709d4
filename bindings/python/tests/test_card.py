"""The card alone."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
from world import PIN, World

import onshikaku
from onshikaku import (
    Cancelled,
    CardError,
    CardKind,
    CertificateState,
    OnshiError,
    Trust,
)


def test_readers(world: World) -> None:
    with world.root() as root:
        one, two = root.readers()
        assert one.has_card and not two.has_card and one.name != two.name
        world.vcard("remove")
        assert not any(state.has_card for state in root.readers())


def test_kind_tries_certificate(world: World) -> None:
    person = world.person()
    with world.root() as root, root.card() as card:
        assert card.kind is CardKind.MY_NUMBER
        assert onshikaku.card_kind_name(card.kind)
        assert onshikaku.card_kind_text(card.kind, "ja") == "マイナンバーカード"
        assert onshikaku.trust_name(onshikaku.Trust.GOOD) == "good"
        assert onshikaku.trust_text(99) == ""
        assert card.tries == 3
        x = card.certificate
        assert x.state is CertificateState.VALID and x.trust is Trust.GOOD
        assert x.serial == person["serial"].lower()
        assert x.not_before < x.not_after and x.advice() == ""
        assert len(x.der) > 1000 and x.der[0] == 0x30
        assert x.serial not in repr(x)
        assert 0 < card.apdus <= 10 and card.apdu_bytes > len(x.der)


@pytest.mark.parametrize("profile, kind", [
    ("phone", CardKind.PHONE), ("residence", CardKind.RESIDENCE),
    ("licence", CardKind.DRIVERS_LICENCE), ("juki", CardKind.JUKI),
])
def test_kinds(world: World, profile: str, kind: CardKind) -> None:
    world.vcard("insert", profile)
    with world.root() as root, root.card() as card:
        assert card.kind is kind


def test_grace_has_advice(world: World) -> None:
    world.vcard("insert", "grace")
    with world.root() as root, root.card() as card:
        x = card.certificate
        assert x.state is CertificateState.GRACE
        assert onshikaku.certificate_state_name(x.state) == "grace"
        assert x.advice("ja") and x.advice("en")


def test_a_certificate_outlives_its_card(world: World) -> None:
    with world.root() as root:
        with root.card() as card:
            x = card.certificate
    assert x.serial and x.der and x.state is CertificateState.VALID


def test_sign(world: World, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl")
    data = "署名する文".encode()
    with world.root() as root, root.card() as card:
        pin = bytearray(PIN)
        signature = card.sign(pin, data)
        assert pin == bytearray(4)
        (tmp_path / "x.der").write_bytes(card.certificate.der)
    (tmp_path / "signature").write_bytes(signature)
    (tmp_path / "data").write_bytes(data)
    key = subprocess.run([openssl, "x509", "-inform", "DER", "-in", "x.der", "-noout",
                          "-pubkey"], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "key.pem").write_bytes(key.stdout)
    verify = [openssl, "dgst", "-sha256", "-verify", "key.pem", "-signature",
              "signature", "data"]
    assert subprocess.run(verify, cwd=tmp_path).returncode == 0
    (tmp_path / "data").write_bytes(data + b".")
    assert subprocess.run(verify, cwd=tmp_path).returncode != 0


def test_sign_takes_any_buffer(world: World) -> None:
    with world.root() as root, root.card() as card:
        first = card.sign(bytearray(PIN), b"abc")
        assert first == card.sign(bytearray(PIN), memoryview(b"abc"))
        assert first == card.sign(bytearray(PIN), bytearray(b"abc"))


def test_a_wrong_pin_costs_one_try(world: World) -> None:
    with world.root() as root, root.card() as card:
        typed = bytearray(b"0000")
        with pytest.raises(CardError) as caught:
            card.sign(typed, b"data")
        assert typed == bytearray(4) and caught.value.tries_left == 2
        assert card.tries == 2
        with pytest.raises(TypeError):
            card.sign("1234", b"data")  # type: ignore[arg-type]
        assert card.tries == 2


def test_no_such_reader_and_two_cards(world: World) -> None:
    world.vcard("insert", "adult", slot=2)
    with world.root() as root:
        with pytest.raises(CardError, match="ONSHI_E_READER_SEVERAL"):
            root.card()
        with pytest.raises(CardError, match="ONSHI_E_READER_NONE"):
            root.card("no such reader")
        for state in root.readers():
            with root.card(state.name) as card:
                assert card.kind is CardKind.MY_NUMBER


def test_before_it_is_open(world: World) -> None:
    with world.root() as root, root.new_card() as card:
        assert card.kind is CardKind.OTHER
        with pytest.raises(OnshiError, match="ONSHI_E_STATE"):
            card.certificate
        with pytest.raises(OnshiError, match="ONSHI_E_ARG"):
            card.set_deadline(1)


def test_deadline_and_cancel(world: World) -> None:
    world.vcard("remove")
    with world.root() as root, root.new_card() as card:
        card.set_deadline(200)
        begun = time.monotonic()
        with pytest.raises(CardError, match="ONSHI_E_CARD_NONE"):
            card.open()
        assert time.monotonic() - begun < 2
        card.set_deadline(20000)
        timer = threading.Timer(0.2, card.cancel)
        timer.start()
        with pytest.raises(Cancelled):
            card.open()
        assert time.monotonic() - begun < 5
        timer.join()
