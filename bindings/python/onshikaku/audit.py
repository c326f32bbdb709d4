"""The audit trail as a file of its own."""

from __future__ import annotations

import ctypes as C
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Callable, Optional, Union

from . import _ffi
from ._core import END, Handle, maybe_raw, raw, text_of, wipe
from ._ffi import lib
from .constants import Verdict


def _number(day: Optional[date]) -> int:
    return 0 if day is None else day.year * 10000 + day.month * 100 + day.day


ACCEPT_LOSS = 0x01


def verdict_name(verdict: int) -> str:
    return text_of(lib.onshi_audit_verdict_name(verdict))


def verdict_text(verdict: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_audit_verdict_text(verdict, raw(lang)))


class Audit(Handle):
    """Begin, read and prove the audit trail in a folder."""

    _free, _type, _error = "onshi_audit_free", _ffi.Audit, "onshi_audit_error"

    def __init__(self, folder: Union[str, Path]) -> None:
        pointer = self._pointer()
        code = lib.onshi_audit_new(os.fsencode(folder), C.byref(pointer))
        super().__init__(pointer)
        self._check(code)

    def init(self, institution_code: str) -> str:
        """Begins the audit trail: the verification key, seen this once."""
        return self._new_key(
            lambda key, room: self._call(
                lib.onshi_audit_init, raw(institution_code), key, room))

    def reseal(
        self, institution_code: str, *, accept_loss: bool, old_key: Optional[str] = None
    ) -> str:
        """Begins anew where it is changed or cut: the new key, seen this once.

        What is left of the old audit trail is set aside in its folder, as lost-000001.
        """
        return self._new_key(
            lambda key, room: self._call(
                lib.onshi_audit_reseal, raw(institution_code), maybe_raw(old_key),
                ACCEPT_LOSS if accept_loss else 0, key, room))

    @staticmethod
    def _new_key(begin: Callable[[Any, int], object]) -> str:
        room = int(lib.onshi_audit_key_size())
        key = (C.c_char * room)()
        try:
            begin(key, room)
            return text_of(key.value)
        finally:
            wipe(key)

    def verify(self, key: Optional[str] = None, head: Optional[str] = None) -> Verdict:
        """Reads it from end to end; what was found is a verdict, no exception."""
        verdict = C.c_int()
        self._call(
            lib.onshi_audit_verify, maybe_raw(key), maybe_raw(head), C.byref(verdict))
        return Verdict(verdict.value)

    @property
    def entries(self) -> int:
        """Of the last verify: those that are right."""
        return int(lib.onshi_audit_entries(self._p))

    @property
    def first_bad(self) -> int:
        """The first that is wrong or missing, 0 if none."""
        return int(lib.onshi_audit_first_bad(self._p))

    @property
    def unmatched(self) -> int:
        """Intents without outcome."""
        return int(lib.onshi_audit_unmatched(self._p))

    @property
    def clock_jumps(self) -> int:
        return int(lib.onshi_audit_clock_jumps(self._p))

    @property
    def pruned(self) -> int:
        """Of the last verify: entries that prune has removed."""
        return int(lib.onshi_audit_pruned(self._p))

    @property
    def missed(self) -> int:
        """Of the last verify: entries that could not be written in time."""
        return int(lib.onshi_audit_missed(self._p))

    def prune(self, before: date, key: Optional[str] = None, years: int = 5) -> int:
        """Removes whole files of entries before a day: how many entries.

        The audit trail is proved first, with the key where it is given; ``years`` is
        the retention, within which nothing is removed.
        """
        removed = C.c_int64()
        self._call(lib.onshi_audit_set_retention, years)
        self._call(
            lib.onshi_audit_prune, maybe_raw(key), _number(before), C.byref(removed))
        return int(removed.value)

    @property
    def head(self) -> str:
        """``N:HASH``, to be noted elsewhere."""
        out = C.c_char_p()
        self._call(lib.onshi_audit_head, C.byref(out))
        return text_of(out.value)

    def lines(
        self, first: Optional[date] = None, last: Optional[date] = None
    ) -> Iterator[str]:
        """The entries of a period (days of Japan, both included), not verified.

        One at a time: another call begins again.
        """
        self._call(lib.onshi_audit_select, _number(first), _number(last))
        line, n = C.c_char_p(), C.c_size_t()
        while self._call(lib.onshi_audit_next, C.byref(line), C.byref(n)) != END:
            yield text_of(line.value)
