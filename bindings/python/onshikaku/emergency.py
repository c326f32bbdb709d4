"""The exceptional modes: a disaster, a hospital's emergency (災害時, 救急時)."""

from __future__ import annotations

import ctypes as C
from collections.abc import Awaitable, Iterator
from typing import Any, Callable, Optional

from . import _ffi
from ._core import (
    ABSENT,
    CONFIRM,
    WAIT,
    ConfirmNeeded,
    OnshiError,
    failure,
    maybe_raw,
    raw,
    text_of,
)
from ._ffi import lib
from ._wait import Waits
from .constants import Basis, Category, Consenter, Identified, Need, Want, Way
from .records import Answer, ElementLike, Record, element


class Emergency(Waits):
    """One person, one mode, one operator. Iterate for its needs, until answered.

    Beside ``Need.ACKNOWLEDGE`` show the notice (``onshi.notice``), then
    :meth:`acknowledge`. One thread at a time; :meth:`cancel` from any.
    """

    _free, _type = "onshi_emergency_free", _ffi.Emergency
    _error, _cancel = "onshi_emergency_error", "onshi_emergency_cancel"
    _fd, _set_blocking = "onshi_emergency_fd", "onshi_emergency_set_blocking"

    # -- inputs --------------------------------------------------------------

    def set_way(self, way: Way) -> None:
        """How the person is found; after a search: by the number found."""
        self._call(lib.onshi_emergency_set_way, way)

    def set_text(self, what: ElementLike, text: Optional[str]) -> None:
        """An item of the search, a number, a month; None takes it back."""
        self._call(lib.onshi_emergency_set_text, element(what), maybe_raw(text))

    def set_basis(self, basis: Basis, reason: Optional[str] = None) -> None:
        """On what ground, and why."""
        self._call(lib.onshi_emergency_set_basis, basis, maybe_raw(reason))

    def set_basis_of(
        self, category: Category, basis: Basis, reason: Optional[str] = None
    ) -> None:
        """That of prescriptions or dispensing, which they have of their own."""
        self._call(
            lib.onshi_emergency_set_basis_of, category, basis, maybe_raw(reason))

    def set_consenter(self, who: Consenter) -> None:
        self._call(lib.onshi_emergency_set_consenter, who)

    def set_identified(self, how: Identified) -> None:
        self._call(lib.onshi_emergency_set_identified, how)

    def set_want(self, want: Want) -> None:
        """What is wanted, in a hospital."""
        self._call(lib.onshi_emergency_set_want, want)

    def set_patient(self, ident: str) -> None:
        """Your own number for the patient, for the audit trail."""
        self._call(lib.onshi_emergency_set_patient, raw(ident))

    def set_reader(self, name: str) -> None:
        self._call(lib.onshi_emergency_set_reader, raw(name))

    def set_anew(self, yes: bool = True) -> None:
        """The next question is a new one, though the last one's end is unknown."""
        self._call(lib.onshi_emergency_set_anew, int(yes))

    def set_deadline(self, ms: int) -> None:
        """How long one call may take; 0: the config's."""
        self._call(lib.onshi_emergency_set_deadline, ms)

    def acknowledge(self) -> None:
        """Answers ``Need.ACKNOWLEDGE``: the operator has read the notice."""
        self._call(lib.onshi_emergency_acknowledge)

    def confirm(self, yes: bool) -> None:
        """After :class:`ConfirmNeeded`: whose the answer is, once."""
        self._call(lib.onshi_emergency_confirm, int(yes))

    # -- work ----------------------------------------------------------------

    def advance(self) -> Optional[Need]:
        """Moves it on: what it needs, None when the step is answered."""
        code = self._call(lib.onshi_emergency_advance)
        return Need(code) if code > 0 else None

    def __iter__(self) -> Iterator[Need]:
        while (need := self.advance()) is not None:
            yield need

    @property
    def refusal(self) -> Optional[OnshiError]:
        """What stands beside a need: a card taken away."""
        error = lib.onshi_emergency_error(self._p)
        code = int(lib.onshi_error_code(error))
        return failure(code, error) if code < 0 else None

    def get(self, category: Category) -> Answer:
        """The answer to one category; of the eligibility, to the step."""
        out = Answer._pointer()
        code = self._call(lib.onshi_emergency_get, category, C.byref(out))
        if code == WAIT:
            raise BlockingIOError("under way: await get_async, or call again")
        return self._answer(code, out)

    def _answer(self, code: int, out: Any) -> Answer:
        if code == CONFIRM:
            raise ConfirmNeeded("whose is it? person, confirm, get")
        return Answer(out, self)

    def eligibility(self) -> Answer:
        return self.get(Category.ELIGIBILITY)

    @property
    def person(self) -> Optional[Record]:
        """Whom the answer names that waits to be confirmed; None: nobody."""
        out = C.POINTER(_ffi.Record)()
        if self._call(lib.onshi_emergency_person, C.byref(out)) == ABSENT:
            return None
        return Record(out, self)

    def may(self, category: Category) -> bool:
        """Whether a get would not be refused by what is known now."""
        return self.why_not(category) is None

    def why_not(self, category: Category) -> Optional[OnshiError]:
        """Why a get would be refused by what is known now; None: it would not."""
        code = int(lib.onshi_emergency_may(self._p, category))
        return failure(code) if code < 0 else None

    def end(self) -> None:
        """What it has brought is wiped, the end is recorded."""
        self._call(lib.onshi_emergency_end)

    async def check_in(self, answer: Callable[[Need], Awaitable[None]]) -> Answer:
        """One step in an event loop; ``await answer(need)`` gives what is needed."""
        while (code := await self._until(lib.onshi_emergency_advance)) > 0:
            await answer(Need(code))
        return self.eligibility()

    async def get_async(self, category: Category) -> Answer:
        out = Answer._pointer()
        return self._answer(
            await self._until(lib.onshi_emergency_get, category, C.byref(out)), out)

    # -- what it says of itself ---------------------------------------------------

    @property
    def ident(self) -> str:
        """A name for it in your logs; means nothing elsewhere."""
        return text_of(lib.onshi_emergency_id(self._p))

    @property
    def activation(self) -> int:
        """What the facility's own table says now: 0, or a result; advice."""
        return int(lib.onshi_emergency_activation(self._p))

    def ms(self, phase: int) -> int:
        """What one :class:`Phase` has cost so far."""
        return int(lib.onshi_emergency_ms(self._p, phase))

    @property
    def is_recorded(self) -> bool:
        """Whether what it asks stands on the facility's audit trail."""
        return bool(lib.onshi_emergency_is_recorded(self._p))


# Names as the command's and its JSON's, and words for people.


def emergency_kind_name(kind: int) -> str:
    return text_of(lib.onshi_emergency_kind_name(kind))


def emergency_kind_text(kind: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_emergency_kind_text(kind, raw(lang)))


def way_name(way: int) -> str:
    return text_of(lib.onshi_way_name(way))


def way_text(way: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_way_text(way, raw(lang)))


def basis_name(basis: int) -> str:
    return text_of(lib.onshi_basis_name(basis))


def basis_text(basis: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_basis_text(basis, raw(lang)))


def consenter_name(who: int) -> str:
    return text_of(lib.onshi_consenter_name(who))


def consenter_text(who: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_consenter_text(who, raw(lang)))


def identified_name(how: int) -> str:
    return text_of(lib.onshi_identified_name(how))


def identified_text(how: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_identified_text(how, raw(lang)))


def want_name(want: int) -> str:
    return text_of(lib.onshi_want_name(want))


def want_text(want: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_want_text(want, raw(lang)))
