"""Answers and records: fields by the name of their element."""

from __future__ import annotations

import ctypes as C
from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import Any, NamedTuple, Optional, Union

from ._core import ABSENT, END, Handle, failure, text_of
from ._ffi import Answer as _Answer
from ._ffi import Record as _Record
from ._ffi import lib
from .constants import Outcome

#: An element by its name in the messages, as "InsurerNumber", or its number.
ElementLike = Union[str, int]


def element(what: ElementLike) -> int:
    """The number of an element; KeyError for a name that is none."""
    if isinstance(what, int):
        return what
    number = int(lib.onshi_element_number(what.encode()))
    if number == 0:
        raise KeyError(what)
    return number


def elements() -> dict[str, int]:
    """All elements that the library knows."""
    found: dict[str, int] = {}
    number, i = C.c_int(), 0
    while lib.onshi_element_at(i, C.byref(number)) == 0:
        found[text_of(lib.onshi_element_name(number.value))] = number.value
        i += 1
    return found


class Code(NamedTuple):
    """A coded field: the code as it stands, its official name or ""."""

    code: str
    name: str


class Record:
    """One result, drug line or checkup item; borrowed from its answer."""

    def __init__(self, pointer: Any, owner: object) -> None:
        self._p, self._owner = pointer, owner

    def _get(self, function: Any, what: ElementLike, out: Any) -> bool:
        code = function(self._p, element(what), C.byref(out))
        if code < 0:
            raise failure(code)
        return bool(code != ABSENT)

    def text(self, what: ElementLike) -> Optional[str]:
        """None where it is absent or empty. Unknown names are looked up, too."""
        out = C.c_char_p()
        if isinstance(what, str):
            code = lib.onshi_record_text_named(self._p, what.encode(), C.byref(out))
            if code < 0:
                raise failure(code)
            return None if code == ABSENT else text_of(out.value)
        return text_of(out.value) if self._get(lib.onshi_record_text, what, out) else None

    def number(self, what: ElementLike) -> Optional[int]:
        out = C.c_int64()
        return out.value if self._get(lib.onshi_record_number, what, out) else None

    def date(self, what: ElementLike) -> Optional[date]:
        out = C.c_int32()
        if not self._get(lib.onshi_record_date, what, out):
            return None
        return date(out.value // 10000, out.value // 100 % 100, out.value % 100)

    def time(self, what: ElementLike) -> Optional[datetime]:
        out = C.c_int64()
        if not self._get(lib.onshi_record_time, what, out):
            return None
        return datetime.fromtimestamp(out.value, timezone.utc)

    def code(self, what: ElementLike) -> Optional[Code]:
        code, name = C.c_char_p(), C.c_char_p()
        r = lib.onshi_record_code(self._p, element(what), C.byref(code), C.byref(name))
        if r < 0:
            raise failure(r)
        return None if r == ABSENT else Code(text_of(code.value), text_of(name.value))

    def child(self, what: ElementLike) -> Optional[Record]:
        out = C.POINTER(_Record)()
        found = self._get(lib.onshi_record_child, what, out)
        return Record(out, self._owner) if found else None

    def children(self, what: ElementLike) -> Iterator[Record]:
        """A list within, item by item."""
        number = element(what)
        out = C.POINTER(_Record)()
        while (r := lib.onshi_record_next(self._p, number, C.byref(out))) == 0:
            yield Record(out, self._owner)
        if r not in (END, ABSENT):
            raise failure(r)

    def __getitem__(self, what: ElementLike) -> str:
        """The text; KeyError where it is absent."""
        if (found := self.text(what)) is None:
            raise KeyError(what)
        return found

    def fields(self) -> Iterator[tuple[str, Union[str, Record]]]:
        """Each field in the order of the answer: its name, its text or record."""
        i = 0
        name, text = C.c_char_p(), C.c_char_p()
        child = C.POINTER(_Record)()
        while (
            r := lib.onshi_record_at(
                self._p, i, None, C.byref(name), C.byref(text), C.byref(child)
            )
        ) == 0:
            i += 1
            if child:
                below = C.POINTER(_Record)()
                C.pointer(below)[0] = child.contents
                yield text_of(name.value), Record(below, self._owner)
            else:
                yield text_of(name.value), text_of(text.value)
        if r != END:
            raise failure(r)

    def as_dict(self) -> dict[str, Any]:
        """All of it; elements that may repeat are lists."""
        found: dict[str, Any] = {}
        for name, value in self.fields():
            item = value.as_dict() if isinstance(value, Record) else value
            number = int(lib.onshi_element_number(name.encode()))
            if number != 0 and lib.onshi_element_is_list(number) or name in found:
                kept = found.setdefault(name, [])
                found[name] = [*(kept if isinstance(kept, list) else [kept]), item]
            else:
                found[name] = item
        return found


class Answer(Handle):
    """What came back: iterate for its records. Ask for the outcome first."""

    _free, _type, _error = "onshi_answer_free", _Answer, "onshi_answer_error"

    @property
    def outcome(self) -> Outcome:
        return Outcome(lib.onshi_answer_outcome(self._p))

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(lib.onshi_answer_time(self._p), timezone.utc)

    @property
    def expires(self) -> datetime:
        return datetime.fromtimestamp(lib.onshi_answer_expires(self._p), timezone.utc)

    @property
    def head(self) -> Record:
        out = C.POINTER(_Record)()
        self._check(lib.onshi_answer_head(self._p, C.byref(out)))
        return Record(out, self)

    def __iter__(self) -> Iterator[Record]:
        self._check(lib.onshi_answer_rewind(self._p))
        while True:
            out = C.POINTER(_Record)()
            if self._check(lib.onshi_answer_next(self._p, C.byref(out))) == END:
                return
            yield Record(out, self)


def outcome_text(outcome: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_outcome_text(outcome, lang.encode()))


def outcome_remedy(outcome: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_outcome_remedy(outcome, lang.encode()))
