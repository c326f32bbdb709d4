"""The card alone: readers, kind, tries, certificate, signature."""

from __future__ import annotations

import ctypes as C
from datetime import datetime, timezone
from typing import Any, NamedTuple

from . import _ffi
from ._core import Handle, bytes_in, failure, secret, text_of, wipe
from ._ffi import lib
from .constants import CardKind, CertificateState, Trust


class ReaderState(NamedTuple):
    name: str
    has_card: bool


class _Readers(Handle):
    _free, _type, _error = "onshi_readers_free", _ffi.Readers, "onshi_readers_error"


def list_readers(root: Any) -> list[ReaderState]:
    out = _Readers._pointer()
    code = lib.onshi_readers_new(root, C.byref(out))
    if code < 0:
        raise failure(code)
    found: list[ReaderState] = []
    with _Readers(out) as readers:
        readers._check(lib.onshi_readers_list(readers._p))
        name, has_card = C.c_char_p(), C.c_int()
        while lib.onshi_readers_at(
            readers._p, len(found), C.byref(name), C.byref(has_card)
        ) == 0:
            found.append(ReaderState(text_of(name.value), bool(has_card.value)))
    return found


class Certificate:
    """利用者証明用電子証明書, borrowed from the card or visit that read it."""

    def __init__(self, pointer: Any, owner: object) -> None:
        self._p, self._owner = pointer, owner

    @property
    def serial(self) -> str:
        """Names one person: 個人情報."""
        return text_of(lib.onshi_certificate_serial(self._p))

    @property
    def state(self) -> CertificateState:
        return CertificateState(lib.onshi_certificate_state(self._p))

    def advice(self, lang: str = "ja") -> str:
        return text_of(lib.onshi_certificate_state_text(self.state, lang.encode()))

    @property
    def trust(self) -> Trust:
        return Trust(lib.onshi_certificate_trust(self._p))

    @property
    def not_before(self) -> datetime:
        seconds = lib.onshi_certificate_not_before(self._p)
        return datetime.fromtimestamp(seconds, timezone.utc)

    @property
    def not_after(self) -> datetime:
        seconds = lib.onshi_certificate_not_after(self._p)
        return datetime.fromtimestamp(seconds, timezone.utc)

    @property
    def der(self) -> bytes:
        n = C.c_size_t()
        p = lib.onshi_certificate_bytes(self._p, C.byref(n))
        return C.string_at(p, n.value) if p else b""


class Card(Handle):
    """A card while it lies on its reader, held for this program alone."""

    _free, _type, _error = "onshi_card_free", _ffi.Card, "onshi_card_error"

    def __init__(self, root: Any, parent: object, reader: str = "") -> None:
        pointer = self._pointer()
        code = lib.onshi_card_new(root, C.byref(pointer))
        super().__init__(pointer, parent)
        self._check(code)
        self.open(reader)

    def open(self, reader: str = "") -> None:
        self._check(lib.onshi_card_open(self._p, reader.encode()))

    def set_deadline(self, ms: int) -> None:
        self._check(lib.onshi_card_set_deadline(self._p, ms))

    @property
    def kind(self) -> CardKind:
        return CardKind(lib.onshi_card_kind(self._p))

    @property
    def tries(self) -> int:
        left = C.c_int()
        self._check(lib.onshi_card_pin_tries(self._p, C.byref(left)))
        return left.value

    @property
    def certificate(self) -> Certificate:
        out = C.POINTER(_ffi.Certificate)()
        self._check(lib.onshi_card_certificate(self._p, C.byref(out)))
        return Certificate(out, self)

    def sign(self, pin: bytearray, data: bytes, spend_last: bool = False) -> bytes:
        """pin is zeroed, whatever comes of it."""
        copy = secret(pin)
        try:
            self._check(lib.onshi_card_sign(
                self._p, copy, int(spend_last), bytes_in(data), len(data)))
        finally:
            wipe(copy, pin)
        n = C.c_size_t()
        p = lib.onshi_card_signature(self._p, C.byref(n))
        return C.string_at(p, n.value)

    def cancel(self) -> None:
        lib.onshi_card_cancel(self._p)

    @property
    def apdus(self) -> int:
        return int(lib.onshi_card_apdus(self._p))

    @property
    def apdu_bytes(self) -> int:
        return int(lib.onshi_card_apdu_bytes(self._p))
