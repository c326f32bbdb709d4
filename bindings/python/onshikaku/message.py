"""Message files alone."""

from __future__ import annotations

import ctypes as C
from collections.abc import Iterator
from typing import Optional

from . import _ffi
from ._core import Handle, bytes_in, text_of
from ._ffi import lib
from .constants import Outcome
from .records import Record


class Message(Handle):
    """Any message of the interface, read and looked over."""

    _free, _type, _error = "onshi_message_free", _ffi.Message, "onshi_message_error"

    def __init__(self, data: bytes, filename: Optional[str] = None) -> None:
        pointer = self._pointer()
        code = lib.onshi_message_new(C.byref(pointer))
        super().__init__(pointer)
        self._check(code)
        name = None if filename is None else filename.encode()
        self._check(lib.onshi_message_read(self._p, name, bytes_in(data), len(data)))

    @property
    def kind(self) -> str:
        return text_of(lib.onshi_message_kind(self._p))

    @property
    def candidates(self) -> list[str]:
        found: list[str] = []
        out = C.c_char_p()
        while lib.onshi_message_candidate(self._p, len(found), C.byref(out)) == 0:
            found.append(text_of(out.value))
        return found

    @property
    def outcome(self) -> Outcome:
        return Outcome(lib.onshi_message_outcome(self._p))

    def _part(self, name: str) -> Optional[Record]:
        out = C.POINTER(_ffi.Record)()
        code = self._check(getattr(lib, name)(self._p, C.byref(out)))
        return Record(out, self) if code == 0 else None

    @property
    def header(self) -> Optional[Record]:
        return self._part("onshi_message_header")

    @property
    def body(self) -> Optional[Record]:
        return self._part("onshi_message_body")

    @property
    def unknown(self) -> list[str]:
        found: list[str] = []
        out = C.c_char_p()
        while lib.onshi_message_unknown(self._p, len(found), C.byref(out)) == 0:
            found.append(text_of(out.value))
        return found

    def findings(self) -> Iterator[tuple[str, str]]:
        path, text, i = C.c_char_p(), C.c_char_p(), 0
        while lib.onshi_message_finding(self._p, i, C.byref(path), C.byref(text)) == 0:
            yield text_of(path.value), text_of(text.value)
            i += 1
