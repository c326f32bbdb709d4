"""The root and its visits."""

from __future__ import annotations

import asyncio
import ctypes as C
from collections.abc import Awaitable, Iterator
from typing import Any, Callable, Optional

from . import _ffi
from ._core import RESULTS, WAIT, Handle, OnshiError, failure, secret, text_of, wipe
from ._ffi import lib
from .card import Card, Certificate, ReaderState, list_readers
from .config import Config
from .constants import Category, Licence, Method, Need, Notice, Purpose, SignIn
from .records import Answer, ElementLike, element

SPEND_LAST = 0x01


class Operator(Handle):
    """Who acts, as the host system vouches."""

    _free, _type = "onshi_operator_free", _ffi.Operator


class Onshi(Handle):
    """The root: one per program, shared by its threads."""

    _free, _type = "onshi_free", _ffi.Root

    def __init__(self, config: Config) -> None:
        pointer = self._pointer()
        code = lib.onshi_new(_ffi.ABI, config._p, C.byref(pointer))
        super().__init__(pointer, config)
        config._check(code)
        self._config = config

    def operator(
        self,
        ident: str,
        licence: Licence = Licence.RECEPTION,
        sign_in: SignIn = SignIn.NONE,
    ) -> Operator:
        out = Operator._pointer()
        code = lib.onshi_operator_new(self._p, ident.encode(), licence, sign_in, C.byref(out))
        if code < 0:
            raise failure(code)
        return Operator(out, self)

    def visit(self, purpose: Purpose = Purpose.CARE) -> Visit:
        out = Visit._pointer()
        code = lib.onshi_visit_new(self._p, purpose, C.byref(out))
        if code < 0:
            raise failure(code)
        return Visit(out, self)

    def readers(self) -> list[ReaderState]:
        return list_readers(self._p)

    def card(self, reader: str = "") -> Card:
        """Opens the card that lies on the reader, or waits for one."""
        return Card(self._p, self, reader)


class Consent:
    """How consent to one category stands."""

    def __init__(self, given: bool, granted: bool, since: int, until: int) -> None:
        self.given, self.granted, self.since, self.until = given, granted, since, until


class Visit(Handle):
    """One patient, one visit. Iterate for its needs, until it is answered."""

    _free, _type, _error = "onshi_visit_free", _ffi.Visit, "onshi_visit_error"
    _parent: Onshi

    def _check(self, code: int) -> int:
        if code >= 0:
            return code
        config = self._parent._config
        raised, config.raised = config.raised, None
        raise self._failure(code) from raised

    # -- inputs --------------------------------------------------------------

    def set_method(self, method: Method) -> None:
        self._check(lib.onshi_visit_set_method(self._p, method))

    def set_consent(self, category: Category, given: bool = True) -> None:
        self._check(lib.onshi_visit_set_consent(self._p, category, int(given)))

    def set_patient(self, ident: str) -> None:
        self._check(lib.onshi_visit_set_patient(self._p, ident.encode()))

    def set_reader(self, name: str) -> None:
        self._check(lib.onshi_visit_set_reader(self._p, name.encode()))

    def set_register_use(self, yes: bool = True) -> None:
        self._check(lib.onshi_visit_set_register_use(self._p, int(yes)))

    def set_text(self, what: ElementLike, text: Optional[str]) -> None:
        raw = None if text is None else text.encode()
        self._check(lib.onshi_visit_set_text(self._p, element(what), raw))

    def set_pin(self, pin: bytearray, spend_last: bool = False) -> None:
        """pin is zeroed, whatever comes of it."""
        copy = secret(pin)
        try:
            flags = SPEND_LAST if spend_last else 0
            self._check(lib.onshi_visit_set_pin(self._p, copy, flags))
        finally:
            wipe(copy, pin)

    def confirm(self, operator: Operator, yes: bool) -> None:
        self._check(lib.onshi_visit_confirm(self._p, operator._p, int(yes)))

    def set_deadline(self, ms: int) -> None:
        self._check(lib.onshi_visit_set_deadline(self._p, ms))

    def set_blocking(self, yes: bool) -> None:
        self._check(lib.onshi_visit_set_blocking(self._p, int(yes)))

    # -- work ----------------------------------------------------------------

    def advance(self) -> Optional[Need]:
        """Moves the visit on: what it needs, None when it is answered."""
        code = self._check(lib.onshi_visit_advance(self._p))
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
        out = Answer._pointer()
        who = operator._p if operator is not None else None
        code = self._check(lib.onshi_visit_get(self._p, category, who, C.byref(out)))
        if code != 0:
            raise BlockingIOError("under way: await get_async, or call again")
        return Answer(out, self)

    def eligibility(self) -> Answer:
        return self.get(Category.ELIGIBILITY)

    def drugs(self, operator: Operator) -> Answer:
        return self.get(Category.DRUGS, operator)

    def checkups(self, operator: Operator) -> Answer:
        return self.get(Category.CHECKUPS, operator)

    def withdraw(self, category: Category) -> None:
        self._check(lib.onshi_visit_withdraw(self._p, category))

    def cancel(self) -> None:
        """From any thread."""
        lib.onshi_visit_cancel(self._p)

    # -- in an event loop ------------------------------------------------------

    def fileno(self) -> int:
        return int(lib.onshi_visit_fd(self._p))

    async def _until(self, call: Callable[[], int]) -> int:
        """Calls again when the descriptor says so."""
        loop = asyncio.get_running_loop()
        while (code := self._check(call())) == WAIT:
            ready = loop.create_future()
            loop.add_reader(self.fileno(), lambda f=ready: f.done() or f.set_result(None))
            try:
                await ready
            except asyncio.CancelledError:
                self.cancel()
                raise
            finally:
                loop.remove_reader(self.fileno())
        return code

    async def check_in(self, answer: Callable[[Need], Awaitable[None]]) -> Answer:
        """Advances in an event loop; ``await answer(need)`` gives what is needed."""
        self.set_blocking(False)
        while (code := await self._until(lambda: int(lib.onshi_visit_advance(self._p)))) > 0:
            await answer(Need(code))
        return self.eligibility()

    async def get_async(
        self, category: Category, operator: Optional[Operator] = None
    ) -> Answer:
        out = Answer._pointer()
        who = operator._p if operator is not None else None
        await self._until(
            lambda: int(lib.onshi_visit_get(self._p, category, who, C.byref(out))))
        return Answer(out, self)

    # -- what it says of itself ---------------------------------------------------

    @property
    def ident(self) -> str:
        return text_of(lib.onshi_visit_id(self._p))

    def consent(self, category: Category) -> Optional[Consent]:
        given, granted = C.c_int(), C.c_int()
        since, until = C.c_int64(), C.c_int64()
        code = self._check(lib.onshi_visit_consent(
            self._p, category, C.byref(given), C.byref(granted), C.byref(since),
            C.byref(until)))
        if code == RESULTS["ONSHI_ABSENT"]:
            return None
        return Consent(bool(given.value), bool(granted.value), since.value, until.value)

    @property
    def certificate(self) -> Optional[Certificate]:
        found: Any = lib.onshi_visit_certificate(self._p)
        return Certificate(found, self) if found else None

    @property
    def apdus(self) -> int:
        return int(lib.onshi_visit_apdus(self._p))

    @property
    def apdu_bytes(self) -> int:
        return int(lib.onshi_visit_apdu_bytes(self._p))

    def ms(self, phase: int) -> int:
        return int(lib.onshi_visit_ms(self._p, phase))

    @property
    def is_recorded(self) -> bool:
        return bool(lib.onshi_visit_is_recorded(self._p))

    def notice(self, notice: Notice, lang: str = "ja") -> str:
        return text_of(lib.onshi_visit_notice(self._p, notice, lang.encode()))
