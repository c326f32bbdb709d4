"""What every handle shares: errors, results, ownership."""

from __future__ import annotations

import ctypes as C
import threading
import weakref
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import Any, Callable, ClassVar, Optional, TypeVar, Union

from ._ffi import lib
from .constants import Phase

T = TypeVar("T", bound="Handle")
Buffer = Union[bytes, bytearray, memoryview]


def text_of(raw: Optional[bytes]) -> str:
    return "" if raw is None else raw.decode("utf-8", "replace")


def phase_name(phase: int) -> str:
    """Its name, as in :attr:`OnshiError.phase`."""
    return text_of(lib.onshi_phase_name(phase))


def sent_name(sent: int) -> str:
    """Its name, as in :attr:`OnshiError.sent`."""
    return text_of(lib.onshi_sent_name(sent))


def _all_results() -> dict[str, int]:
    found: dict[str, int] = {}
    number, i = C.c_int(), 0
    while lib.onshi_result_at(i, C.byref(number)) == 0:
        found[text_of(lib.onshi_result_name(number.value))] = number.value
        i += 1
    return found


#: Every result by name, as the library itself lists them.
RESULTS: dict[str, int] = _all_results()
ABSENT = RESULTS["ONSHI_ABSENT"]
END = RESULTS["ONSHI_END"]
CONFIRM = RESULTS["ONSHI_NEED_CONFIRM"]
WAIT = RESULTS["ONSHI_NEED_WAIT"]


class OnshiError(Exception):
    """A failure: what it is, and what to do about it.

    ``str()`` is for programmers; :meth:`message` and :meth:`remedy` are for
    people. Never holds a PIN or what a message says about a patient, but for
    :attr:`service_text`, which is the service's own.
    """

    def __init__(self, code: int, error: Any = None) -> None:
        self.code = code
        self.name = text_of(lib.onshi_result_name(code))
        self.text = text_of(lib.onshi_error_text(error)) if error else ""
        super().__init__(f"{self.name}: {self.text}" if self.text else self.name)
        self.tries_left: Optional[int] = _known(lib.onshi_error_tries_left, error)
        self.status_word: Optional[int] = _known(lib.onshi_error_status_word, error)
        self.rule = text_of(lib.onshi_error_rule(error)) if error else ""
        self.reason = text_of(lib.onshi_error_reason(error)) if error else ""
        self.phase = phase_name(lib.onshi_error_phase(error))
        self.sent = sent_name(lib.onshi_error_sent(error))
        self.outcome = text_of(lib.onshi_outcome_name(lib.onshi_error_outcome(error)))
        self.service_code = text_of(lib.onshi_error_service_code(error))
        self.service_text = text_of(lib.onshi_error_service_text(error))
        self.retry_after = int(lib.onshi_error_retry_after(error))
        #: The number that the operating system or PC/SC gave, or 0.
        self.system = int(lib.onshi_error_system(error))
        #: What each phase had cost, in milliseconds.
        self.ms = {phase: int(lib.onshi_error_ms(error, phase)) for phase in Phase}
        self.may_retry = bool(lib.onshi_error_may_retry(error))

    def __reduce__(self) -> Any:
        return _again, (type(self), self.code, self.args, self.__dict__)

    @property
    def who(self) -> int:
        """Who must act: the hundreds digit, the command's exit status."""
        return int(lib.onshi_result_class(self.code))

    def message(self, lang: str = "ja") -> str:
        return text_of(lib.onshi_result_text(self.code, lang.encode()))

    def remedy(self, lang: str = "ja") -> str:
        return text_of(lib.onshi_result_remedy(self.code, lang.encode()))


class CardError(OnshiError):
    """The card, its holder or the reader (3xx)."""


class NetworkError(OnshiError):
    """The network (4xx)."""


class ServiceError(OnshiError):
    """The service said no (5xx)."""


class RuleError(OnshiError):
    """Law or consent (6xx)."""


class Cancelled(OnshiError):
    """Cancelled (8xx)."""


_CLASSES: dict[int, type[OnshiError]] = {
    3: CardError, 4: NetworkError, 5: ServiceError, 6: RuleError, 8: Cancelled,
}


def _again(
    kind: type[OnshiError], code: int, args: Any, known: dict[str, Any]
) -> OnshiError:
    """One that comes from another process."""
    why = kind(code)
    why.args = args
    why.__dict__.update(known)
    return why


def _known(ask: Callable[[Any], int], error: Any) -> Optional[int]:
    value = ask(error) if error else -1
    return None if value < 0 else value


def failure(code: int, error: Any = None) -> OnshiError:
    kind = _CLASSES.get(int(lib.onshi_result_class(code)), OnshiError)
    return kind(code, error)


class ConfirmNeeded(Exception):
    """It cannot be told whose the answer is (ID-10): the operator who asked says.

    Show ``visit.person`` beside the patient, ``visit.confirm``, and get again.
    """


class Borrower:
    """What stands for something in C: a twin would hold what is not its own."""

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled")


def its_own(code: int, error: Any) -> Any:
    """The handle's error, if it is about this failure and no earlier one."""
    return error if error and int(lib.onshi_error_code(error)) == code else None


LEAVE_S = 5.0  # how long a close waits for a call that is under way


class _Owned:
    """One C handle and who is inside it: what is left when Python's is gone."""

    def __init__(self, pointer: Any, free: str, cancel: str) -> None:
        self.pointer = pointer
        self.free = getattr(lib, free)
        self.stop = getattr(lib, cancel) if cancel else None
        self.gate = threading.Condition()
        self.inside = 0
        self.is_open = True

    def cancel(self) -> None:
        with self.gate:
            if self.is_open and self.stop is not None:
                self.stop(self.pointer)

    def leave(self) -> None:
        with self.gate:
            self.inside -= 1
            if self.inside == 0 and not self.is_open:
                self.free(C.byref(self.pointer))
            self.gate.notify_all()

    def release(self) -> None:
        """Frees it, after a call of another thread has been brought to its end.

        One that does not end is left alone and frees it when it comes back.
        """
        until = monotonic() + LEAVE_S
        with self.gate:
            while self.inside > 0 and monotonic() < until:
                self.cancel()
                self.gate.wait(0.02)
            self.is_open = False
            if self.inside == 0:
                self.free(C.byref(self.pointer))


class Handle(Borrower):
    """Owns one C handle. ``with`` is the normal way; children hold parents."""

    _free: ClassVar[str]
    _cancel: ClassVar[str] = ""
    _error: ClassVar[str] = ""
    _type: ClassVar[Any]

    def __init__(self, pointer: Any, parent: Optional[Handle] = None) -> None:
        self._owned = _Owned(pointer, self._free, self._cancel)
        self._parent = parent
        self._closer = weakref.finalize(self, self._owned.release)

    @property
    def _p(self) -> Any:
        if not self._closer.alive:
            raise ValueError(f"this {type(self).__name__} is closed")
        return self._owned.pointer

    def close(self) -> None:
        """Frees it; may be called twice, and ends a call of another thread."""
        self._closer()

    def __enter__(self: T) -> T:
        assert self._p is not None
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _cause(self, code: int) -> Optional[BaseException]:
        """What a table of the program raised, where that can be the reason."""
        return None if self._parent is None else self._parent._cause(code)

    def _failure(self, code: int) -> OnshiError:
        error = getattr(lib, self._error)(self._owned.pointer) if self._error else None
        why = failure(code, its_own(code, error))
        why.__cause__ = self._cause(code)
        return why

    def _check(self, code: int) -> int:
        if code < 0:
            raise self._failure(code)
        return code

    def _call(self, function: Any, *args: Any) -> int:
        """One call on the handle, which is not freed while it is under way."""
        with self._owned.gate:
            pointer = self._p
            self._owned.inside += 1
        try:
            return self._check(int(function(pointer, *args)))
        finally:
            self._owned.leave()

    def _ask(self, function: Any, *args: Any) -> int:
        """What takes a const handle is no call, and leaves its error alone."""
        code = int(function(self._p, *args))
        if code < 0:
            raise failure(code)
        return code

    def _borrowed(self, _turn: int) -> None:
        """Raises if what was borrowed from it can no longer be read."""
        assert self._p is not None

    @classmethod
    def _pointer(cls) -> Any:
        return C.POINTER(cls._type)()


def raw(text: str) -> bytes:
    """UTF-8 for C, which would take a NUL as the end."""
    if "\0" in text:
        raise ValueError("a NUL within a text")
    return text.encode()


def maybe_raw(text: Optional[str]) -> Optional[bytes]:
    return None if text is None else raw(text)


def secret(data: bytearray) -> Any:
    """A NUL-terminated copy in C's hands; wipe it and data with :func:`wipe`."""
    if not isinstance(data, bytearray):
        raise TypeError("a secret is a bytearray: str and bytes cannot be wiped")
    copy = (C.c_char * (len(data) + 1))()
    if data:
        C.memmove(copy, (C.c_char * len(data)).from_buffer(data), len(data))
    return copy


def pin_of(data: bytearray) -> Any:
    """The same for what C reads up to its NUL: with one within it is no PIN, and the
    library has to refuse it, so that it asks for another."""
    copy = secret(data)
    if 0 in data:
        wipe(copy)
    return copy


def wipe(*things: Any) -> None:
    for thing in things:
        if isinstance(thing, bytearray):
            if thing:
                view = (C.c_char * len(thing)).from_buffer(thing)
                lib.onshi_wipe(view, len(thing))
                del view
        else:
            lib.onshi_wipe(thing, C.sizeof(thing))


def plain(data: Buffer) -> bytes:
    """The bytes of any buffer, and of nothing else: bytes(5) would be five."""
    return memoryview(data).tobytes()


def bytes_in(data: bytes) -> Any:
    return C.cast(C.c_char_p(data), C.POINTER(C.c_uint8))


def bytes_at(function: Any, pointer: Any) -> bytes:
    """What a function gives as pointer and length."""
    n = C.c_size_t()
    p = function(pointer, C.byref(n))
    return C.string_at(p, n.value) if p else b""


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
FIRST = datetime.min.replace(tzinfo=timezone.utc)
LAST = datetime.max.replace(tzinfo=timezone.utc)


def when(seconds: int) -> datetime:
    """In Python's years, 1 to 9999: the first of Japan begins in a year 0."""
    first, last = ((t - EPOCH) // timedelta(seconds=1) for t in (FIRST, LAST))
    return EPOCH + timedelta(seconds=min(max(seconds, first), last))


__all__ = [
    "ABSENT", "CONFIRM", "END", "RESULTS", "WAIT", "Borrower", "Buffer",
    "Cancelled", "CardError", "ConfirmNeeded",
    "Handle", "NetworkError", "OnshiError", "RuleError", "ServiceError",
    "bytes_at", "bytes_in", "failure", "its_own", "maybe_raw", "phase_name", "pin_of",
    "plain", "raw", "secret", "sent_name", "text_of", "when", "wipe",
]
