"""What the host has on file against what was answered."""

from __future__ import annotations

import ctypes as C
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

from . import _ffi
from ._core import END, Handle, failure, maybe_raw, raw, text_of
from ._ffi import lib
from .constants import Difference, Hint, MatchVerdict, Severity
from .records import ElementLike, Record, element

ROOM = 4096


class Found(NamedTuple):
    """One difference: what either side has, and what to do about it."""

    element: str
    reason: Difference
    on_file: str
    answered: str

    @property
    def name(self) -> str:
        """The reason for machines."""
        return text_of(lib.onshi_difference_name(self.reason))

    @property
    def verdict(self) -> MatchVerdict:
        return MatchVerdict(lib.onshi_difference_verdict(self.reason))

    @property
    def severity(self) -> Severity:
        return Severity(lib.onshi_difference_severity(self.reason))

    def text(self, lang: str = "ja") -> str:
        return text_of(lib.onshi_difference_text(self.reason, raw(lang)))

    def step(self, lang: str = "ja") -> str:
        """What the clerk does next; never empty."""
        return text_of(lib.onshi_difference_step(self.reason, raw(lang)))


class Oddity(NamedTuple):
    """Something odd about a typed value, and where, from 0."""

    hint: Hint
    at: int

    @property
    def name(self) -> str:
        return text_of(lib.onshi_hint_name(self.hint))

    def text(self, lang: str = "ja") -> str:
        return text_of(lib.onshi_hint_text(self.hint, raw(lang)))


class Match(Handle):
    """A patient's file to compare answers with.

    >>> match = Match({"Name": "架空　太郎", "Birthdate": "1980-05-12"})
    >>> match.compare(record)
    <MatchVerdict.SAME: 0>
    >>> [found.step() for found in match]
    []
    """

    _free, _type, _error = "onshi_match_free", _ffi.Match, "onshi_match_error"

    def __init__(self, on_file: Optional[Mapping[ElementLike, str]] = None) -> None:
        pointer = self._pointer()
        code = lib.onshi_match_new(C.byref(pointer))
        super().__init__(pointer)
        self._check(code)
        for what, text in (on_file or {}).items():
            self.set_text(what, text)

    def set_text(self, what: ElementLike, text: Optional[str]) -> bool:
        """As it stands on file; False for what is not compared."""
        return self._call(lib.onshi_match_set_text, element(what),
                          maybe_raw(text)) == 0

    def set_item(self, i: int, what: ElementLike, text: Optional[str]) -> bool:
        """Of the i-th disease or ticket."""
        return self._call(lib.onshi_match_set_item, i, element(what),
                          maybe_raw(text)) == 0

    def compare(self, record: Record) -> MatchVerdict:
        """With one result of an answer."""
        verdict = C.c_int()
        self._call(lib.onshi_match_compare, record._p, C.byref(verdict))
        return MatchVerdict(verdict.value)

    def __iter__(self) -> Iterator[Found]:
        """The differences, the severest first."""
        number, why = C.c_int(), C.c_int()
        mine, theirs = C.c_char_p(), C.c_char_p()
        i = 0
        while self._ask(lib.onshi_match_at, i, C.byref(number), C.byref(why),
                        C.byref(mine), C.byref(theirs)) != END:
            yield Found(text_of(lib.onshi_element_name(number.value)),
                        Difference(why.value), text_of(mine.value),
                        text_of(theirs.value))
            i += 1

    @property
    def keep(self) -> dict[str, str]:
        """What to keep on file for next time."""
        found: dict[str, str] = {}
        number, text = C.c_int(), C.c_char_p()
        while self._ask(lib.onshi_match_keep_at, len(found), C.byref(number),
                        C.byref(text)) != END:
            found[text_of(lib.onshi_element_name(number.value))] = \
                text_of(text.value)
        return found


def _text(function: Any, *args: Any) -> str:
    room = C.create_string_buffer(ROOM)
    if (code := function(*args, room, ROOM)) < 0:
        raise failure(code)
    return text_of(room.value)


def canonical(what: ElementLike, text: str) -> str:
    """The form by which two numbers of an insurance are compared."""
    return _text(lib.onshi_match_canonical, element(what), raw(text))


def claim_name(name: str) -> tuple[str, str]:
    """A name as a claim can hold it, and which characters made that necessary."""
    form = C.create_string_buffer(ROOM)
    odd = _text(lib.onshi_match_claim_name, raw(name), form, ROOM)
    return text_of(form.value), odd


def hints(what: ElementLike, text: str) -> list[Oddity]:
    """What is odd about a typed value, before it is sent."""
    found: list[Oddity] = []
    hint, at = C.c_int(), C.c_size_t()
    while (code := lib.onshi_match_hint_at(element(what), raw(text), len(found),
                                           C.byref(hint), C.byref(at))) == 0:
        found.append(Oddity(Hint(hint.value), int(at.value)))
    if code != END:
        raise failure(code)
    return found


def match_verdict_name(verdict: int) -> str:
    return text_of(lib.onshi_match_verdict_name(verdict))


def match_verdict_text(verdict: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_match_verdict_text(verdict, raw(lang)))


def severity_name(severity: int) -> str:
    return text_of(lib.onshi_severity_name(severity))


def severity_text(severity: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_severity_text(severity, raw(lang)))
