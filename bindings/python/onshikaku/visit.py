"""The root and its visits."""

from __future__ import annotations

import ctypes as C
from collections.abc import AsyncIterator, Awaitable, Iterator
from datetime import datetime
from typing import Any, Callable, NamedTuple, Optional, Union

from . import _ffi
from ._core import (
    ABSENT,
    CONFIRM,
    WAIT,
    ConfirmNeeded,
    Handle,
    OnshiError,
    failure,
    its_own,
    maybe_raw,
    pin_of,
    raw,
    text_of,
    when,
    wipe,
)
from ._ffi import lib
from ._wait import Waits, readable
from .bulk import Bulk
from .card import Card, Certificate, ReaderState, certificate_of, list_readers
from .config import Config
from .constants import (
    BulkKind,
    Carrier,
    Category,
    EmergencyKind,
    Licence,
    Method,
    Need,
    Notice,
    Purpose,
    Request,
    Said,
    SignIn,
)
from .emergency import Emergency
from .records import Answer, ElementLike, Record, element

SPEND_LAST = 0x01


class Operator(Handle):
    """Who acts, as the host system vouches."""

    _free, _type = "onshi_operator_free", _ffi.Operator


class Onshi(Handle):
    """The root: one per program, shared by its threads."""

    _free, _type = "onshi_free", _ffi.Root

    def __init__(self, config: Config) -> None:
        pointer = self._pointer()
        config._call(lambda c: lib.onshi_new(_ffi.ABI, c, C.byref(pointer)))
        super().__init__(pointer, config)

    def _failure(self, code: int) -> OnshiError:
        """The latest of the root's failures: it never changes."""
        return failure(code, its_own(code, lib.onshi_last_error(self._owned.pointer)))

    def operator(
        self,
        ident: str,
        licence: Licence = Licence.RECEPTION,
        sign_in: SignIn = SignIn.NONE,
    ) -> Operator:
        """ident goes to the audit trail: 1 to 64 of ``A-Z a-z 0-9 . _ - @``."""
        out = Operator._pointer()
        self._call(
            lib.onshi_operator_new, raw(ident), licence, sign_in, C.byref(out))
        return Operator(out, self)

    def emergency_operator(
        self,
        ident: str,
        licence: Licence,
        sign_in: SignIn,
        right: bool,
        factors: str,
    ) -> Operator:
        """For a hospital's emergency: right (OQSCD043), factors ``"1:02,3:01"``."""
        out = Operator._pointer()
        self._call(
            lib.onshi_operator_new_emergency, raw(ident), licence, sign_in,
            int(right), raw(factors), C.byref(out))
        return Operator(out, self)

    def disaster(self, operator: Operator) -> Emergency:
        """In a disaster: for one person, in the operator's name (災害時)."""
        return self._emergency(EmergencyKind.DISASTER, operator)

    def emergency(self, operator: Operator) -> Emergency:
        """In a hospital's emergency, likewise (救急時)."""
        return self._emergency(EmergencyKind.HOSPITAL, operator)

    def _emergency(self, kind: EmergencyKind, operator: Operator) -> Emergency:
        out = Emergency._pointer()
        self._call(lib.onshi_emergency_new, kind, operator._p, C.byref(out))
        return Emergency(out, self)

    def bulk(
        self,
        kind: BulkKind = BulkKind.ELIGIBILITY,
        operator: Optional[Operator] = None,
    ) -> Bulk:
        """One request for many; without an operator the program asks by itself."""
        out = Bulk._pointer()
        self._call(
            lib.onshi_bulk_new, kind, None if operator is None else operator._p,
            C.byref(out))
        return Bulk(out, self)

    def visit(self, purpose: Purpose = Purpose.CARE) -> Visit:
        out = Visit._pointer()
        self._call(lib.onshi_visit_new, purpose, C.byref(out))
        return Visit(out, self)

    def open_visit(self, name: str, operator: Operator) -> Visit:
        """One that was sealed, in the operator's name; see :meth:`Visit.seal`."""
        out = Visit._pointer()
        self._call(lib.onshi_visit_open, raw(name), operator._p, C.byref(out))
        return Visit(out, self)

    def arrivals(self, purpose: Purpose = Purpose.CARE) -> Arrivals:
        """Looks out for who checks in at the official face reader."""
        out = Arrivals._pointer()
        self._call(lib.onshi_arrivals_new, purpose, C.byref(out))
        return Arrivals(out, self)

    def notice(
        self,
        notice: Notice,
        category: Category = Category.ELIGIBILITY,
        lang: str = "ja",
    ) -> str:
        """A text to show or to post up; of consent, the question of a category."""
        return text_of(
            lib.onshi_notice_text(self._p, notice, category, raw(lang)))

    def journal(self) -> list[OpenRequest]:
        """Requests by folders that are not finished; may wait for a share."""
        found: list[OpenRequest] = []
        name, prefix = C.create_string_buffer(129), C.c_char_p()
        state, since = C.c_int(), C.c_int64()
        while self._call(
                lib.onshi_journal_at, len(found), name, len(name),
                C.byref(prefix), C.byref(state), C.byref(since)) == 0:
            found.append(OpenRequest(
                text_of(name.value), text_of(prefix.value),
                Request(state.value), since.value))
        return found

    def readers(self) -> list[ReaderState]:
        return list_readers(self)

    def new_card(self) -> Card:
        """A handle to be opened: for a deadline of its own, or a cancel."""
        out = Card._pointer()
        self._call(lib.onshi_card_new, C.byref(out))
        return Card(out, self)

    def card(self, reader: str = "") -> Card:
        """Opens the card that lies on the reader, or waits for one."""
        card = self.new_card()
        try:
            card.open(reader)
        except BaseException:
            card.close()
            raise
        return card


class OpenRequest(NamedTuple):
    """A request of the journal; since is in seconds UTC."""

    name: str
    prefix: str
    state: Request
    since: int


class Consent(NamedTuple):
    """How consent to one category stands; None where it is not known."""

    given: bool
    granted: bool
    since: Optional[datetime]
    until: Optional[datetime]


class Visit(Waits):
    """One patient, one visit. Iterate for its needs, until it is answered.

    One thread at a time; :meth:`cancel` may be called from any.
    """

    _free, _type, _error = "onshi_visit_free", _ffi.Visit, "onshi_visit_error"
    _cancel = "onshi_visit_cancel"
    _fd, _set_blocking = "onshi_visit_fd", "onshi_visit_set_blocking"

    # -- inputs --------------------------------------------------------------

    def set_method(self, method: Method) -> None:
        self._call(lib.onshi_visit_set_method, method)

    def set_consent(
        self, category: Category, given: Union[bool, Said] = True
    ) -> None:
        """The patient's word; settled by the first :meth:`advance`.

        ``Said.ASK``: the face reader asks.
        """
        self._call(lib.onshi_visit_set_consent, category, int(given))

    def set_patient(self, ident: str) -> None:
        """Your own number for the patient, for the audit trail."""
        self._call(lib.onshi_visit_set_patient, raw(ident))

    def set_operator(self, operator: Optional[Operator]) -> None:
        """Who acts from now on; None takes it back."""
        who = operator._p if operator is not None else None
        self._call(lib.onshi_visit_set_operator, who)

    def set_anew(self, yes: bool = True) -> None:
        """The next question is a new one, though the last one's end is unknown."""
        self._call(lib.onshi_visit_set_anew, int(yes))

    def set_reader(self, name: str) -> None:
        """Part of the reader's name, where there are several."""
        self._call(lib.onshi_visit_set_reader, raw(name))

    def set_register_use(self, yes: bool = True) -> None:
        self._call(lib.onshi_visit_set_register_use, int(yes))

    def set_text(self, what: ElementLike, text: Optional[str]) -> None:
        """An element of a request; None takes it back."""
        self._call(lib.onshi_visit_set_text, element(what), maybe_raw(text))

    def set_pin(self, pin: bytearray, spend_last: bool = False) -> None:
        """Good for one try. pin is zeroed, whatever comes of it."""
        copy = pin_of(pin)
        try:
            self._call(lib.onshi_visit_set_pin, copy, SPEND_LAST if spend_last else 0)
        finally:
            wipe(copy, pin)

    def confirm(self, operator: Operator, yes: bool) -> None:
        """Answers ``Need.CONFIRM``: the operator has seen that it is this patient.

        After :class:`ConfirmNeeded`: who asked says whose the answer is, once.
        """
        self._call(lib.onshi_visit_confirm, operator._p, int(yes))

    def set_deadline(self, ms: int) -> None:
        """How long one call may take; 0: the config's."""
        self._call(lib.onshi_visit_set_deadline, ms)

    # -- work ----------------------------------------------------------------

    def advance(self) -> Optional[Need]:
        """Moves the visit on: what it needs, None when it is answered."""
        code = self._call(lib.onshi_visit_advance)
        return Need(code) if code > 0 else None

    def __iter__(self) -> Iterator[Need]:
        while (need := self.advance()) is not None:
            yield need

    @property
    def refusal(self) -> Optional[OnshiError]:
        """What stands beside a need: a wrong PIN, a card taken away."""
        error = lib.onshi_visit_error(self._p)
        code = int(lib.onshi_error_code(error))
        return failure(code, error) if code < 0 else None

    def get(self, category: Category, operator: Optional[Operator] = None) -> Answer:
        """The answer to one category, once the visit is answered.

        :class:`ConfirmNeeded` where it cannot be told whose it is.
        """
        out = Answer._pointer()
        who = operator._p if operator is not None else None
        code = self._call(lib.onshi_visit_get, category, who, C.byref(out))
        if code == WAIT:
            raise BlockingIOError("under way: await get_async, or call again")
        return self._answer(code, out)

    def _answer(self, code: int, out: Any) -> Answer:
        if code == CONFIRM:
            raise ConfirmNeeded("whose is it? visit.person, visit.confirm, get")
        return Answer(out, self)

    @property
    def person(self) -> Optional[Record]:
        """Whom the answer names that waits to be confirmed; None: nobody.

        Good until the next call on the visit.
        """
        out = C.POINTER(_ffi.Record)()
        if self._call(lib.onshi_visit_person, C.byref(out)) == ABSENT:
            return None
        return Record(out, self)

    def may(self, category: Category, operator: Optional[Operator] = None) -> bool:
        """Whether a get would not be refused by what is known now."""
        return self.why_not(category, operator) is None

    def why_not(
        self, category: Category, operator: Optional[Operator] = None
    ) -> Optional[OnshiError]:
        """Why a get would be refused by what is known now; None: it would not."""
        who = operator._p if operator is not None else None
        code = int(lib.onshi_visit_may(self._p, category, who))
        return failure(code) if code < 0 else None

    def eligibility(self) -> Answer:
        return self.get(Category.ELIGIBILITY)

    def drugs(self, operator: Operator) -> Answer:
        return self.get(Category.DRUGS, operator)

    def checkups(self, operator: Operator) -> Answer:
        return self.get(Category.CHECKUPS, operator)

    def withdraw(self, category: Category) -> None:
        """The patient takes a consent back: nothing more of it can be read.

        At any moment, from any thread; never waits.
        """
        self._call(lib.onshi_visit_withdraw, category)

    def seal(self) -> str:
        """For other processes and machines of the facility, in ``visits.dir``.

        Whoever has the name opens it (:meth:`Onshi.open_visit`), until it ends.
        """
        name = C.c_char_p()
        if self._call(lib.onshi_visit_seal, C.byref(name)) == WAIT:
            raise BlockingIOError("under way: call again")
        return text_of(name.value)

    def end(self) -> None:
        """Consent is over: medical answers are wiped, the end is recorded.

        The eligibility can be read until its own time. :meth:`close` ends it,
        too, but does not say whether the end could be recorded.
        """
        self._call(lib.onshi_visit_end)

    # -- in an event loop ------------------------------------------------------

    async def check_in(self, answer: Callable[[Need], Awaitable[None]]) -> Answer:
        """Advances in an event loop; ``await answer(need)`` gives what is needed.

        The visit no longer waits in its calls: go on with :meth:`get_async`. A
        task that is cancelled cancels the call that is under way.
        """
        while (code := await self._until(lib.onshi_visit_advance)) > 0:
            await answer(Need(code))
        return self.eligibility()

    async def get_async(
        self, category: Category, operator: Optional[Operator] = None
    ) -> Answer:
        out = Answer._pointer()
        who = operator._p if operator is not None else None
        return self._answer(
            await self._until(lib.onshi_visit_get, category, who, C.byref(out)), out)

    # -- what it says of itself ---------------------------------------------------

    @property
    def ident(self) -> str:
        """A name for this visit in your logs; means nothing elsewhere."""
        return text_of(lib.onshi_visit_id(self._p))

    def consent(self, category: Category) -> Optional[Consent]:
        """None for a category that was never asked for."""
        given, granted = C.c_int(), C.c_int()
        since, until = C.c_int64(), C.c_int64()
        code = self._ask(
            lib.onshi_visit_consent, category, C.byref(given), C.byref(granted),
            C.byref(since), C.byref(until))
        if code == ABSENT:
            return None
        return Consent(
            bool(given.value), bool(granted.value),
            when(since.value) if since.value else None,
            when(until.value) if until.value else None)

    @property
    def certificate(self) -> Optional[Certificate]:
        """The card's, None before one was read."""
        found = lib.onshi_visit_certificate(self._p)
        return certificate_of(found) if found else None

    @property
    def file(self) -> str:
        """The face file that it comes from; empty if none. It names a patient."""
        return text_of(lib.onshi_visit_file(self._p))

    @property
    def method(self) -> Optional[Method]:
        """How the person was identified; None before a method is set."""
        number = int(lib.onshi_visit_method(self._p))
        return Method(number) if number != 0 else None

    @property
    def carrier(self) -> Optional[Carrier]:
        """What they brought to the face reader; None where it has not told."""
        number = int(lib.onshi_visit_carrier(self._p))
        return Carrier(number) if number != 0 else None

    @property
    def apdus(self) -> int:
        return int(lib.onshi_visit_apdus(self._p))

    @property
    def apdu_bytes(self) -> int:
        return int(lib.onshi_visit_apdu_bytes(self._p))

    def ms(self, phase: int) -> int:
        """What one :class:`Phase` has cost so far."""
        return int(lib.onshi_visit_ms(self._p, phase))

    @property
    def is_recorded(self) -> bool:
        """Whether what it asks stands on the facility's audit trail."""
        return bool(lib.onshi_visit_is_recorded(self._p))


class Arrivals(Handle):
    """Who checks in at the official face reader: iterate, with or without async.

    Each is a visit that waits to be confirmed: look at ``visit.person``, then
    ``visit.confirm`` and ``visit.advance``. Closed unconfirmed it is left to other
    desks. One thread at a time; :meth:`cancel` may be called from any.
    """

    _free, _type = "onshi_arrivals_free", _ffi.Arrivals
    _error, _cancel = "onshi_arrivals_error", "onshi_arrivals_cancel"

    def set_deadline(self, ms: int) -> None:
        """How long one :meth:`next` may wait; 0: the config's."""
        self._call(lib.onshi_arrivals_set_deadline, ms)

    def next(self) -> Optional[Visit]:
        """The next who arrives; None if nobody does in time."""
        self._call(lib.onshi_arrivals_set_blocking, 1)
        return self._next()

    def _next(self) -> Optional[Visit]:
        out = Visit._pointer()
        try:
            code = self._call(lib.onshi_arrivals_next, C.byref(out))
        except OnshiError as why:
            if why.name == "ONSHI_E_ARRIVAL_NONE":
                return None
            raise
        return None if code == WAIT else Visit(out, self)

    def __iter__(self) -> Iterator[Visit]:
        while True:
            if (visit := self.next()) is not None:
                yield visit

    def fileno(self) -> int:
        """Readable while there is something to be said."""
        return int(lib.onshi_arrivals_fd(self._p))

    async def next_async(self) -> Visit:
        """The next who arrives, however long it takes."""
        self._call(lib.onshi_arrivals_set_blocking, 0)
        while (visit := self._next()) is None:
            await readable(self.fileno())
        return visit

    async def __aiter__(self) -> AsyncIterator[Visit]:
        while True:
            yield await self.next_async()

    def cancel(self) -> None:
        """Ends a call that waits, or the next one, with :class:`Cancelled`."""
        self._owned.cancel()


# Names as the command's and its JSON's, and words for people.


def category_name(category: int) -> str:
    return text_of(lib.onshi_category_name(category))


def category_text(category: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_category_text(category, raw(lang)))


def licence_name(licence: int) -> str:
    return text_of(lib.onshi_licence_name(licence))


def licence_text(licence: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_licence_text(licence, raw(lang)))


def method_name(method: int) -> str:
    return text_of(lib.onshi_method_name(method))


def method_text(method: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_method_text(method, raw(lang)))


def need_name(need: int) -> str:
    return text_of(lib.onshi_need_name(need))


def need_text(need: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_need_text(need, raw(lang)))


def purpose_name(purpose: int) -> str:
    return text_of(lib.onshi_purpose_name(purpose))


def purpose_text(purpose: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_purpose_text(purpose, raw(lang)))


def sign_in_name(sign_in: int) -> str:
    return text_of(lib.onshi_sign_in_name(sign_in))


def sign_in_text(sign_in: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_sign_in_text(sign_in, raw(lang)))


def request_name(state: int) -> str:
    return text_of(lib.onshi_request_name(state))


def request_text(state: int, lang: str = "ja") -> str:
    return text_of(lib.onshi_request_text(state, raw(lang)))


def consent_name(consent: int) -> str:
    return text_of(lib.onshi_consent_name(consent))


def notice_name(notice: int) -> str:
    return text_of(lib.onshi_notice_name(notice))
