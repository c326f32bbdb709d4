"""Message files alone."""

from __future__ import annotations

import ctypes as C
from collections.abc import Iterator
from typing import Any, Optional

from . import _ffi
from ._core import Buffer, Handle, bytes_in, maybe_raw, plain, text_of
from ._ffi import lib
from .constants import Outcome
from .records import Record


class Message(Handle):
    """Any message of the interface, read and looked over.

    Bytes that are no acceptable message raise, with the reason.
    """

    _free, _type, _error = "onshi_message_free", _ffi.Message, "onshi_message_error"

    def __init__(self, data: Buffer, filename: Optional[str] = None) -> None:
        pointer = self._pointer()
        code = lib.onshi_message_new(C.byref(pointer))
        super().__init__(pointer)
        self._check(code)
        content = plain(data)
        self._call(lib.onshi_message_read, maybe_raw(filename), bytes_in(content),
                   len(content))

    @property
    def kind(self) -> str:
        """The prefix, as ``OQSsiquc01res``; "" if it cannot be told."""
        return text_of(lib.onshi_message_kind(self._p))

    def _list(self, function: Any) -> list[str]:
        found: list[str] = []
        out = C.c_char_p()
        while function(self._p, len(found), C.byref(out)) == 0:
            found.append(text_of(out.value))
        return found

    @property
    def candidates(self) -> list[str]:
        """Each kind that it can be, where the kind cannot be told."""
        return self._list(lib.onshi_message_candidate)

    @property
    def outcome(self) -> Outcome:
        """NONE for a request."""
        return Outcome(lib.onshi_message_outcome(self._p))

    def _part(self, function: Any) -> Optional[Record]:
        out = C.POINTER(_ffi.Record)()
        code = self._ask(function, C.byref(out))
        return Record(out, self) if code == 0 else None

    @property
    def header(self) -> Optional[Record]:
        return self._part(lib.onshi_message_header)

    @property
    def body(self) -> Optional[Record]:
        return self._part(lib.onshi_message_body)

    @property
    def unknown(self) -> list[str]:
        """Paths of elements that the tables do not know."""
        return self._list(lib.onshi_message_unknown)

    def findings(self) -> Iterator[tuple[str, str]]:
        """What is wrong with it: path, and one line of English."""
        path, text, i = C.c_char_p(), C.c_char_p(), 0
        while lib.onshi_message_finding(self._p, i, C.byref(path), C.byref(text)) == 0:
            yield text_of(path.value), text_of(text.value)
            i += 1
