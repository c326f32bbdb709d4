"""What every handle shares: errors, results, ownership."""

from __future__ import annotations

import ctypes as C
import weakref
from typing import Any, Callable, ClassVar, Optional, TypeVar

from . import _ffi
from ._ffi import lib

T = TypeVar("T", bound="Handle")


def text_of(raw: Optional[bytes]) -> str:
    return "" if raw is None else raw.decode("utf-8", "replace")


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
        self.phase = text_of(lib.onshi_phase_name(lib.onshi_error_phase(error)))
        self.sent = text_of(lib.onshi_sent_name(lib.onshi_error_sent(error)))
        self.outcome = text_of(lib.onshi_outcome_name(lib.onshi_error_outcome(error)))
        self.service_code = text_of(lib.onshi_error_service_code(error))
        self.service_text = text_of(lib.onshi_error_service_text(error))
        self.retry_after = int(lib.onshi_error_retry_after(error))
        self.may_retry = bool(lib.onshi_error_may_retry(error))

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


def _known(ask: Callable[[Any], int], error: Any) -> Optional[int]:
    value = ask(error) if error else -1
    return None if value < 0 else value


def failure(code: int, error: Any = None) -> OnshiError:
    kind = _CLASSES.get(int(lib.onshi_result_class(code)), OnshiError)
    return kind(code, error)


class Handle:
    """Owns one C handle. ``with`` is the normal way; children hold parents."""

    _free: ClassVar[str]
    _error: ClassVar[str] = ""
    _type: ClassVar[Any]

    def __init__(self, pointer: Any, parent: object = None) -> None:
        self._p = pointer
        self._parent = parent
        free = getattr(lib, self._free)
        self._closer = weakref.finalize(self, free, C.byref(pointer))

    def close(self) -> None:
        """May be called twice."""
        self._closer()

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _failure(self, code: int) -> OnshiError:
        error = getattr(lib, self._error)(self._p) if self._error else None
        return failure(code, error)

    def _check(self, code: int) -> int:
        """Raises for a failure, after what a callback of the owner raised."""
        if code >= 0:
            return code
        raise self._failure(code)

    @classmethod
    def _pointer(cls) -> Any:
        return C.POINTER(cls._type)()


def secret(data: bytearray) -> Any:
    """A NUL-terminated copy in C's hands; wipe it and data with :func:`wipe`."""
    if not isinstance(data, bytearray):
        raise TypeError("a secret is a bytearray: str and bytes cannot be wiped")
    copy = (C.c_char * (len(data) + 1))()
    C.memmove(copy, (C.c_char * len(data)).from_buffer(data) if data else b"", len(data))
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


def bytes_in(data: bytes) -> Any:
    return C.cast(C.c_char_p(data), C.POINTER(C.c_uint8))


def out_text() -> Any:
    return C.c_char_p()


__all__ = [
    "ABSENT", "END", "RESULTS", "WAIT", "Cancelled", "CardError", "Handle",
    "NetworkError", "OnshiError", "RuleError", "ServiceError", "bytes_in",
    "failure", "out_text", "secret", "text_of", "wipe", "_ffi",
]
