"""Answers and records: fields by the name of their element."""

from __future__ import annotations

import ctypes as C
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Optional, Union

from . import _ffi
from ._core import ABSENT, END, Borrower, Handle, failure, raw, text_of, when
from ._ffi import lib
from .constants import Outcome

#: An element by its name in the messages, as "InsurerNumber", or its number.
ElementLike = Union[str, int]


def element(what: ElementLike) -> int:
    """The number of an element; KeyError for a name that is none."""
    if isinstance(what, int):
        return what
    number = int(lib.onshi_element_number(raw(what)))
    if number == 0:
        raise KeyError(what)
    return number


def is_list(what: ElementLike) -> bool:
    """Whether it can stand more than once."""
    return bool(lib.onshi_element_is_list(element(what)))


def elements() -> dict[str, int]:
    """All elements that the library knows."""
    found: dict[str, int] = {}
    number, i = C.c_int(), 0
    while lib.onshi_element_at(i, C.byref(number)) == 0:
        found[text_of(lib.onshi_element_name(number.value))] = number.value
        i += 1
    return found


def element_text(what: ElementLike, lang: str = "ja") -> str:
    """What it is called in the official book, or in the message."""
    return text_of(lib.onshi_element_text(element(what), raw(lang)))


class Code(NamedTuple):
    """A coded field: the code as it stands, its official name or ""."""

    code: str
    name: str


class Record(Borrower):
    """One result, drug line or checkup item; borrowed from its answer.

    A record of an answer is good until the next one is asked for or the answer
    is closed; reading it later is a ValueError. What is to last is copied:
    :meth:`as_dict`.
    """

    def __init__(self, pointer: Any, owner: Handle, turn: int = 0) -> None:
        self._pointer, self._owner, self._turn = pointer, owner, turn

    @property
    def _p(self) -> Any:
        self._owner._borrowed(self._turn)
        return self._pointer

    def _below(self, pointer: Any) -> Record:
        return Record(C.cast(pointer, C.POINTER(_ffi.Record)), self._owner, self._turn)

    def _get(self, function: Any, what: Any, *out: Any) -> bool:
        code = function(self._p, what, *map(C.byref, out))
        if code < 0:
            raise failure(code)
        return bool(code != ABSENT)

    def text(self, what: ElementLike) -> Optional[str]:
        """None where it is absent or empty. Unknown names are looked up, too."""
        out = C.c_char_p()
        found = (
            self._get(lib.onshi_record_text_named, raw(what), out)
            if isinstance(what, str)
            else self._get(lib.onshi_record_text, what, out)
        )
        return text_of(out.value) if found else None

    def number(self, what: ElementLike) -> Optional[int]:
        """OnshiError (``ONSHI_E_VALUE``) if what stands there is no number."""
        out = C.c_int64()
        found = self._get(lib.onshi_record_number, element(what), out)
        return out.value if found else None

    def decimal(self, what: ElementLike) -> Optional[Decimal]:
        """As it stands, nothing rounded."""
        number, scale = C.c_int64(), C.c_int()
        if not self._get(lib.onshi_record_decimal, element(what), number, scale):
            return None
        return Decimal(number.value).scaleb(-scale.value)

    def date(self, what: ElementLike) -> Optional[date]:
        out = C.c_int32()
        if not self._get(lib.onshi_record_date, element(what), out):
            return None
        return date(out.value // 10000, out.value // 100 % 100, out.value % 100)

    def time(self, what: ElementLike) -> Optional[datetime]:
        """In UTC."""
        out = C.c_int64()
        found = self._get(lib.onshi_record_time, element(what), out)
        return when(out.value) if found else None

    def code(self, what: ElementLike) -> Optional[Code]:
        code, name = C.c_char_p(), C.c_char_p()
        found = self._get(lib.onshi_record_code, element(what), code, name)
        return Code(text_of(code.value), text_of(name.value)) if found else None

    def child(self, what: ElementLike) -> Optional[Record]:
        out = C.POINTER(_ffi.Record)()
        found = self._get(lib.onshi_record_child, element(what), out)
        return self._below(out) if found else None

    def children(self, what: ElementLike) -> Iterator[Record]:
        """A list within, item by item."""
        number = element(what)
        i = 0
        while True:
            out = C.POINTER(_ffi.Record)()
            if (r := lib.onshi_record_child_at(self._p, number, i, C.byref(out))) != 0:
                break
            yield self._below(out)
            i += 1
        if r not in (END, ABSENT):
            raise failure(r)

    def __getitem__(self, what: ElementLike) -> str:
        """The text; KeyError where it is absent."""
        if (found := self.text(what)) is None:
            raise KeyError(what)
        return found

    def __contains__(self, what: ElementLike) -> bool:
        return self.text(what) is not None

    #: Not walked as a sequence: there is :meth:`fields`.
    __iter__ = None

    def _at(self, i: int) -> Optional[tuple[str, Union[str, Record]]]:
        name, text = C.c_char_p(), C.c_char_p()
        child = C.POINTER(_ffi.Record)()
        r = lib.onshi_record_at(
            self._p, i, None, C.byref(name), C.byref(text), C.byref(child))
        if r == END:
            return None
        if r < 0:
            raise failure(r)
        return text_of(name.value), self._below(child) if child else text_of(text.value)

    def fields(self) -> Iterator[tuple[str, Union[str, Record]]]:
        """Each field in the order of the answer: its name, its text or record."""
        i = 0
        while (field := self._at(i)) is not None:
            yield field
            i += 1

    def as_dict(self) -> dict[str, Any]:
        """A copy of it all; elements that may repeat are lists."""
        found: dict[str, Any] = {}
        for i, (name, value) in enumerate(self.fields()):
            item = value.as_dict() if isinstance(value, Record) else value
            if lib.onshi_record_is_list(self._p, i):
                found.setdefault(name, []).append(item)
            else:
                found[name] = item
        return found


class Answer(Handle):
    """What came back: iterate for its records. Ask for the outcome first."""

    _free, _type, _error = "onshi_answer_free", _ffi.Answer, "onshi_answer_error"

    def __init__(self, pointer: Any, parent: Handle) -> None:
        super().__init__(pointer, parent)
        self._turn = 0  # of the record in hand; 0 is the head, good throughout

    def _borrowed(self, turn: int) -> None:
        super()._borrowed(turn)
        if turn not in (0, self._turn):
            raise ValueError("this record went when the next one was asked for")

    @property
    def outcome(self) -> Outcome:
        return Outcome(lib.onshi_answer_outcome(self._p))

    @property
    def time(self) -> datetime:
        """Of the answer, by the service's clock."""
        return when(lib.onshi_answer_time(self._p))

    @property
    def expires(self) -> datetime:
        """After it the answer cannot be read."""
        return when(lib.onshi_answer_expires(self._p))

    @property
    def clock_apart(self) -> timedelta:
        """How far this machine's clock was before the service's; 0 within 10
        minutes. Beside an eligibility: ``Notice.CLOCK`` says it to people.
        """
        return timedelta(seconds=lib.onshi_answer_clock_apart(self._p))

    @property
    def head(self) -> Record:
        """The header's and the body's own values."""
        out = C.POINTER(_ffi.Record)()
        self._ask(lib.onshi_answer_head, C.byref(out))
        return Record(out, self)

    def __iter__(self) -> Iterator[Record]:
        """From the first record on; one walk at a time."""
        self._call(lib.onshi_answer_rewind)
        while True:
            out = C.POINTER(_ffi.Record)()
            self._turn += 1
            if self._call(lib.onshi_answer_next, C.byref(out)) == END:
                return
            yield Record(out, self, self._turn)


def outcome_class(outcome: int) -> int:
    """Who must act, as an exit status: 0 for an answer, 5, 6."""
    return int(lib.onshi_outcome_class(outcome))


def outcome_name(outcome: int) -> str:
    return text_of(lib.onshi_outcome_name(outcome))


def outcome_text(outcome: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_outcome_text(outcome, raw(lang)))


def outcome_remedy(outcome: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_outcome_remedy(outcome, raw(lang)))
