"""The card alone: readers, kind, tries, certificate, signature, face."""

from __future__ import annotations

import ctypes as C
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from . import _ffi
from ._core import (
    Buffer,
    Handle,
    bytes_at,
    bytes_in,
    pin_of,
    plain,
    raw,
    text_of,
    when,
    wipe,
)
from ._ffi import lib
from .constants import CardKind, CertificateState, Part, Trust


class ReaderState(NamedTuple):
    """A reader, as it was when the list was taken."""

    name: str
    has_card: bool


class _Readers(Handle):
    _free, _type, _error = "onshi_readers_free", _ffi.Readers, "onshi_readers_error"


def list_readers(root: Handle) -> list[ReaderState]:
    out = _Readers._pointer()
    root._call(lib.onshi_readers_new, C.byref(out))
    found: list[ReaderState] = []
    with _Readers(out, root) as readers:
        readers._call(lib.onshi_readers_list)
        name, has_card = C.c_char_p(), C.c_int()
        while lib.onshi_readers_at(
            readers._p, len(found), C.byref(name), C.byref(has_card)
        ) == 0:
            found.append(ReaderState(text_of(name.value), bool(has_card.value)))
    return found


@dataclass(frozen=True)
class Certificate:
    """利用者証明用電子証明書, as it stood when it was asked for."""

    state: CertificateState
    trust: Trust
    not_before: datetime
    not_after: datetime
    #: The last moment in which an ended one still shows eligibility.
    grace_end: datetime
    #: Names one person: 個人情報.
    serial: str = field(repr=False)
    der: bytes = field(repr=False)

    def advice(self, lang: str = "ja") -> str:
        """What to tell the holder, "" if nothing."""
        return text_of(lib.onshi_certificate_state_text(self.state, raw(lang)))


def certificate_of(x: Any) -> Certificate:
    return Certificate(
        CertificateState(lib.onshi_certificate_state(x)),
        Trust(lib.onshi_certificate_trust(x)),
        when(lib.onshi_certificate_not_before(x)),
        when(lib.onshi_certificate_not_after(x)),
        when(lib.onshi_certificate_grace_end(x)),
        text_of(lib.onshi_certificate_serial(x)),
        bytes_at(lib.onshi_certificate_bytes, x),
    )


@dataclass(frozen=True)
class CardFace:
    """A card's face: photograph (JPEG 2000), name and address as printed (PNG)."""

    photo: bytes = field(repr=False)
    name: bytes = field(repr=False)
    address: bytes = field(repr=False)
    birthdate: str = field(repr=False)
    sex: str = field(repr=False)


class Card(Handle):
    """A card while it lies on its reader, held for this program alone."""

    _free, _type, _error = "onshi_card_free", _ffi.Card, "onshi_card_error"
    _cancel = "onshi_card_cancel"

    def open(self, reader: str = "") -> None:
        """Opens the card on the reader, or waits for one; lets go of the last."""
        self._call(lib.onshi_card_open, raw(reader))

    def set_deadline(self, ms: int) -> None:
        """How long one call may take; 0: the config's ``reader.deadline_ms``."""
        self._call(lib.onshi_card_set_deadline, ms)

    @property
    def kind(self) -> CardKind:
        return CardKind(lib.onshi_card_kind(self._p))

    @property
    def tries(self) -> int:
        """PIN tries left; asking costs none."""
        left = C.c_int()
        self._call(lib.onshi_card_pin_tries, C.byref(left))
        return left.value

    @property
    def certificate(self) -> Certificate:
        """Reads it, once; needs no PIN."""
        out = C.POINTER(_ffi.Certificate)()
        self._call(lib.onshi_card_certificate, C.byref(out))
        return certificate_of(out)

    def sign(self, pin: bytearray, data: Buffer, spend_last: bool = False) -> bytes:
        """RSASSA-PKCS1-v1_5 over the SHA-256 of data.

        pin is zeroed, whatever comes of it; the last try is spent only if
        spend_last.
        """
        copy = pin_of(pin)
        try:
            message = plain(data)
            self._call(lib.onshi_card_sign, copy, int(spend_last),
                       bytes_in(message), len(message))
        finally:
            wipe(copy, pin)
        return bytes_at(lib.onshi_card_signature, self._p)

    def check_face(self, number: bytearray, spend_last: bool = False) -> CardFace:
        """Reads and checks the card's face by 照合番号B, the 14 digits of its front.

        number is zeroed, whatever comes of it; the last try is spent only if
        spend_last. Refused unless ``card.face`` says yes.
        """
        copy = pin_of(number)
        try:
            self._call(lib.onshi_card_check_face, copy, int(spend_last))
        finally:
            wipe(copy, number)
        photo, name, address, birthdate, sex = map(self._part, Part)
        return CardFace(photo, name, address, birthdate.decode(), sex.decode())

    def _part(self, part: int) -> bytes:
        n = C.c_size_t()
        p = lib.onshi_card_face(self._p, part, C.byref(n))
        return C.string_at(p, n.value) if p else b""

    def cancel(self) -> None:
        """Ends a call that waits. From any thread; nothing once it is closed."""
        self._owned.cancel()

    @property
    def apdus(self) -> int:
        return int(lib.onshi_card_apdus(self._p))

    @property
    def apdu_bytes(self) -> int:
        return int(lib.onshi_card_apdu_bytes(self._p))


def card_kind_name(kind: int) -> str:
    return text_of(lib.onshi_card_kind_name(kind))


def part_name(part: int) -> str:
    return text_of(lib.onshi_part_name(part))


def card_kind_text(kind: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_card_kind_text(kind, raw(lang)))


def trust_name(trust: int) -> str:
    return text_of(lib.onshi_trust_name(trust))


def trust_text(trust: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_trust_text(trust, raw(lang)))


def certificate_state_name(state: int) -> str:
    return text_of(lib.onshi_certificate_state_name(state))
