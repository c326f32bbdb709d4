"""Many persons in one go: handed in, worked on by the service, fetched later."""

from __future__ import annotations

import asyncio
import ctypes as C
import threading
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Callable, Optional

from . import _ffi
from ._core import ABSENT, END, RESULTS, WAIT, Borrower, maybe_raw, raw, text_of
from ._ffi import lib
from ._wait import Waits
from .constants import Need, Outcome, Purpose
from .records import ElementLike, Record, element

if TYPE_CHECKING:
    from .visit import Visit

LATER = RESULTS["ONSHI_NEED_LATER"]

#: What keeps a ticket, durably, before it returns.
Keep = Callable[[str], None]


class Unit(Borrower):
    """What is answered of one person; good until the next one is asked for."""

    def __init__(self, bulk: Bulk, record: Record, place: Optional[int]) -> None:
        self._bulk = bulk
        #: The unit itself; its fields are those of the person's answer.
        self.record = record
        #: Which person, as :meth:`Bulk.add` has numbered them; None: none was added.
        self.place = place

    @property
    def outcome(self) -> Outcome:
        """What is said of this person."""
        return Outcome(lib.onshi_record_outcome(self.record._p))

    @property
    def results(self) -> list[Record]:
        """Insurance, and medical assistance beside it."""
        assert self.record._p is not None
        return list(self._bulk._results())

    def visit(self, purpose: Purpose = Purpose.CARE) -> Visit:
        """The person as a visit, by the consent kept at the service (CO-11).

        Its medical questions may be asked once the bulk has come to its end.
        """
        from .visit import Visit

        assert self.record._p is not None
        out = Visit._pointer()
        self._bulk._call(lib.onshi_bulk_visit, purpose, C.byref(out))
        return Visit(out, self._bulk._parent)


class Bulk(Waits):
    """One request for many. ``for unit in bulk`` waits, asks, and hands out.

    All units are provisional until the loop has come to its end: an exception
    makes every one void. Progress: :attr:`taken` of :attr:`count`. One thread at
    a time; :meth:`cancel` from any.
    """

    _free, _type = "onshi_bulk_free", _ffi.Bulk
    _error, _cancel = "onshi_bulk_error", "onshi_bulk_cancel"
    _fd, _set_blocking = "onshi_bulk_fd", "onshi_bulk_set_blocking"

    def __init__(self, pointer: Any, parent: Any) -> None:
        super().__init__(pointer, parent)
        self._turn = 0
        self._stop = threading.Event()

    # -- inputs --------------------------------------------------------------

    def add(self, **values: Optional[str]) -> int:
        """The next person, with values by the elements' names: its place."""
        place = C.c_size_t()
        self._call(lib.onshi_bulk_add, C.byref(place))
        for what, text in values.items():
            self.set_text(what, text)
        return place.value

    def set_text(self, what: ElementLike, text: Optional[str]) -> None:
        """Of the person added last, or of the whole; None takes it back."""
        self._call(lib.onshi_bulk_set_text, element(what), maybe_raw(text))

    def set_anew(self, yes: bool = True) -> None:
        """What may have been handed in before is handed in once more."""
        self._call(lib.onshi_bulk_set_anew, int(yes))

    def set_deadline(self, ms: int) -> None:
        """How long one call may take; 0: the config's."""
        self._call(lib.onshi_bulk_set_deadline, ms)

    def ticket(self) -> str:
        """By what it is found again after a crash; no word of any patient."""
        out = C.c_char_p()
        self._call(lib.onshi_bulk_ticket, C.byref(out))
        return text_of(out.value)

    def resume(self, ticket: str) -> None:
        """Goes on with what that is of: same persons, values and operator."""
        self._call(lib.onshi_bulk_resume, raw(ticket))

    # -- work ----------------------------------------------------------------

    def advance(self) -> Optional[Need]:
        """Moves it on: ``Need.LATER``, None once there is an answer."""
        code = self._call(lib.onshi_bulk_advance)
        return Need(code) if code > 0 else None

    @property
    def later(self) -> int:
        """Seconds until it may be asked again."""
        return int(lib.onshi_bulk_later(self._p))

    def next(self) -> Optional[Unit]:
        """The next person's unit; None after the last: all of them count."""
        self._turn += 1
        out = C.POINTER(_ffi.Record)()
        code = self._call(lib.onshi_bulk_next, C.byref(out))
        if code == WAIT:
            raise BlockingIOError("under way: use async for, or call again")
        return self._unit(code, out)

    def _unit(self, code: int, out: Any) -> Optional[Unit]:
        if code == END:
            return None
        place = C.c_size_t()
        is_absent = self._ask(lib.onshi_bulk_place, C.byref(place)) == ABSENT
        return Unit(self, Record(out, self, self._turn),
                    None if is_absent else place.value)

    def _results(self) -> Iterator[Record]:
        out, i = C.POINTER(_ffi.Record)(), 0
        while self._ask(lib.onshi_bulk_result_at, i, C.byref(out)) != END:
            yield Record(out, self, self._turn)
            out, i = C.POINTER(_ffi.Record)(), i + 1

    def _borrowed(self, turn: int) -> None:
        super()._borrowed(turn)
        if turn != self._turn:
            raise ValueError("the next one was asked for, or it is over")

    def units(self, keep: Optional[Keep] = None) -> Iterator[Unit]:
        """To its end, waiting as long as the service works on it.

        keep gets the ticket before anything is asked, and whenever it has
        changed.
        """
        kept = self._keep(keep, "")
        while self.advance() is not None:
            kept = self._keep(keep, kept)
            self._stop.wait(self.later)
        while (unit := self.next()) is not None:
            yield unit

    def __iter__(self) -> Iterator[Unit]:
        return self.units()

    async def units_async(self, keep: Optional[Keep] = None) -> AsyncIterator[Unit]:
        """The same in an event loop."""
        kept = self._keep(keep, "")
        while await self._until(lib.onshi_bulk_advance) == LATER:
            kept = self._keep(keep, kept)
            await asyncio.sleep(self.later)
        while True:
            self._turn += 1
            out = C.POINTER(_ffi.Record)()
            code = await self._until(lib.onshi_bulk_next, C.byref(out))
            unit = self._unit(code, out)
            if unit is None:
                return
            yield unit

    def __aiter__(self) -> AsyncIterator[Unit]:
        return self.units_async()

    def _keep(self, keep: Optional[Keep], kept: str) -> str:
        if keep is None:
            return kept
        ticket = self.ticket()
        if ticket != kept:
            keep(ticket)
        return ticket

    def cancel(self) -> None:
        """Ends what waits, in a loop, too, with :class:`Cancelled`."""
        super().cancel()
        self._stop.set()

    def end(self) -> None:
        """What it holds is wiped; visits that came of it go on."""
        self._turn += 1
        self._call(lib.onshi_bulk_end)

    # -- what it says of itself -----------------------------------------------

    @property
    def receipt(self) -> Optional[str]:
        """The receipt number (受付番号), None as long as there is none."""
        number = lib.onshi_bulk_receipt(self._p)
        return None if number is None else text_of(number)

    @property
    def taken(self) -> int:
        """Units that were handed out."""
        return int(lib.onshi_bulk_taken(self._p))

    @property
    def count(self) -> int:
        """Units there are, as far as it is known."""
        return int(lib.onshi_bulk_count(self._p))

    @property
    def ident(self) -> str:
        """A name for it in your logs; means nothing elsewhere."""
        return text_of(lib.onshi_bulk_id(self._p))

    @property
    def is_recorded(self) -> bool:
        """Whether what it asks stands on the facility's audit trail."""
        return bool(lib.onshi_bulk_is_recorded(self._p))


def bulk_kind_name(kind: int) -> str:
    return text_of(lib.onshi_bulk_kind_name(kind))


def bulk_kind_text(kind: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_bulk_kind_text(kind, raw(lang)))
